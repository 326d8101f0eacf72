"""Score against size, speed and benchmarks: what is recovered, who is left out, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.reading import CannotRead
from studies.analysis.results import Estimate, Figure
from studies.analysis.scale.sections import axis, size, speed
from tests.studies.analysis.tables import Row, answer, ends, rows_of, value, why, write

#: Billions of parameters of eight models, of three families.
SIZES = {"m1": 1, "m2": 3, "m3": 8, "m4": 14, "m5": 32, "m6": 70, "m7": 120, "m8": 405}
FAMILY = {"m1": "x", "m2": "x", "m3": "x", "m4": "y", "m5": "y", "m6": "y", "m7": "z", "m8": ""}


def systems(without: tuple[str, ...] = ()) -> list[Row]:
    people = {"system": "human", "kind": "human", "family": "", "params_total": "", "params_active": ""}
    models = [
        {
            "system": name, "kind": "llm", "family": FAMILY[name],
            "params_total": "" if name in without else billions * 10**9, "params_active": "",
        }
        for name, billions in SIZES.items()
    ]  # fmt: skip
    return [people, *models]


def answers(grows: float, seed: int = 1, dialogues: int = 40) -> list[Row]:
    """People against each model, three raters; `grows` is how the odds of the model rise a tenfold size."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for dialogue in range(dialogues):
        for name, billions in SIZES.items():
            chance = 1 / (1 + np.exp(-grows * (np.log10(billions) - 1.3)))
            for rater in range(3):
                told = {"dialogue": f"d{dialogue}", "pair": name, "source": f"r{rater}"}
                rows.append(answer(1 if rng.random() < chance else -1, system_second=name, **told))
    return rows


def evidence(folder: Path, grows: float = 1.2, without: tuple[str, ...] = (), seed: int = 1) -> Evidence:
    write(folder, "verdicts.csv", answers(grows, seed))
    write(folder, "systems.csv", systems(without))
    return read_evidence(folder, Options(resamples=300))


def test_ratings_that_grow_with_size_are_recovered(tmp_path: Path) -> None:
    section = size(evidence(tmp_path))
    (row,) = rows_of(section, "size")
    assert (row["eyes"], row["dimension"], row["parameters"], row["systems"]) == (
        "Raters",
        "overall",
        "total",
        8,
    )
    assert value(row["rho"]) > 0.9
    assert isinstance(row["p"], float)
    assert row["p"] < 0.01
    # 1.2 in log odds is 208 Elo points.
    low, high = ends(row["slope"])
    assert low < 1.2 * 400 / np.log(10) < high
    assert ends(row["slope_systems"])[0] > 0
    assert row["remark"] == "descriptive: fewer than 12 systems"
    assert section.lead[0].startswith(
        "Descriptive: 8 models have a rating and a published number of parameters."
    )
    (share,) = rows_of(section, "size_share")
    assert share["systems"] == 8
    assert ends(share["slope"])[0] > 0.1


def test_size_that_means_nothing_is_not_found(tmp_path: Path) -> None:
    """Each study has seven such ratings' worth of noise; p is at most .05 in 5 % of them."""
    found = 0
    for seed in range(40):
        (row,) = rows_of(size(evidence(tmp_path, grows=0.0, seed=seed)), "size")
        assert isinstance(row["p"], float)
        found += row["p"] <= 0.05
    assert found <= 5


def test_who_is_left_out_is_named(tmp_path: Path) -> None:
    section = size(evidence(tmp_path, without=("m2", "m5")))
    assert section.lead[1] == (
        "Left out are people's systems: human; without a published number of parameters: m2, m5."
    )
    assert rows_of(section, "size")[0]["systems"] == 6


def test_a_model_that_never_loses_has_no_place(tmp_path: Path) -> None:
    rows = [row if row["system_second"] != "m8" else {**row, "value_shown": 1} for row in answers(1.0)]
    write(tmp_path, "verdicts.csv", rows)
    write(tmp_path, "systems.csv", systems())
    section = size(read_evidence(tmp_path, Options(resamples=50)))
    assert "whose strength has no bound in some ranking, there: m8" in section.lead[1]
    assert rows_of(section, "size")[0]["systems"] == 7
    assert rows_of(section, "size_share")[0]["systems"] == 8


def test_a_system_that_stands_there_twice_is_refused_with_its_row(tmp_path: Path) -> None:
    write(tmp_path, "verdicts.csv", answers(1.0, dialogues=5))
    write(tmp_path, "systems.csv", [*systems(), {**systems()[1], "params_total": 5}])
    with pytest.raises(CannotRead, match=r"systems\.csv, row 10: m1 stands there already"):
        size(read_evidence(tmp_path, Options(resamples=50)))


def test_within_families_of_three_and_more(tmp_path: Path) -> None:
    rows = rows_of(size(evidence(tmp_path)), "size_families")
    assert [(row["family"], row["systems"]) for row in rows] == [("all families", 6), ("x", 3), ("y", 3)]
    # All six orderings of each of two families: both rising, or both falling, 2 of 36.
    assert rows[0]["p"] == pytest.approx(2 / 36)
    assert rows[1]["p"] == pytest.approx(2 / 6)


def test_the_picture_has_a_logarithmic_scale_and_families(tmp_path: Path) -> None:
    (figure,) = [part for part in size(evidence(tmp_path)).parts if isinstance(part, Figure)]
    assert (figure.chart, figure.x_log, len(figure.table.rows)) == ("scatter", True, 8)
    assert [row[1] for row in figure.table.rows] == pytest.approx(list(SIZES.values()))
    assert [row[3] for row in figure.table.rows] == list(FAMILY.values())


def test_two_systems_have_no_correlation(tmp_path: Path) -> None:
    section = size(evidence(tmp_path, without=tuple(SIZES)[:6]))
    (row,) = rows_of(section, "size")
    assert why(row["rho"]) == "A rank correlation needs 3 systems; 2 have a rating and this number."
    assert row["p"] is None
    assert (
        section.lead[0] == "2 rated models have a published number of parameters: a rank correlation needs 3."
    )


def test_without_sizes_or_answers_the_section_says_so(tmp_path: Path) -> None:
    assert size(evidence(tmp_path, without=tuple(SIZES))).absent.startswith("No model has a published number")
    write(tmp_path, "verdicts.csv", [], columns=tuple(answer(0)))
    assert size(read_evidence(tmp_path, Options())).absent.startswith("No answers to rate systems by")


def call(system: str, first: object, whole: int, **other: object) -> Row:
    row: dict[str, object] = {
        "purpose": "generate", "judge": "", "system": system, "result": "answered", "latency_ms": whole,
        "first_token_ms": first,
    }  # fmt: skip
    return row | other


def test_speed_takes_medians_of_answered_calls_and_keeps_both_times_apart(tmp_path: Path) -> None:
    write(tmp_path, "llm_calls.csv", [
        *(call(name, 100 * n, 1000 * n) for n, name in enumerate(SIZES, 1) if n < 7),
        call("m1", 5000, 9000, result="failed"), call("m1", 9000, 9000, purpose="judge"),
        call("m1", 300, 1000), call("m1", 100, 1000), call("m7", "", 500),
    ])  # fmt: skip
    section = speed(evidence(tmp_path))
    rows = {row["time"]: row["systems"] for row in rows_of(section, "speed")}
    assert rows == {"first token": 6, "whole answer": 7}
    (figure,) = [part for part in section.parts if isinstance(part, Figure)]
    assert [row[0] for row in figure.table.rows] == list(SIZES)[:6]
    assert figure.table.rows[0][1] == pytest.approx(0.1)
    assert "without a known time to the first token or whole answer: m8" in section.lead[1]
    assert speed(evidence(tmp_path)).absent == ""


def test_without_calls_there_is_no_speed(tmp_path: Path) -> None:
    assert speed(evidence(tmp_path)).absent.startswith("No speed is known: llm_calls.csv is missing")


def scored(folder: Path, rows: list[Row]) -> Evidence:
    write(folder, "benchmarks.csv", rows)
    return evidence(folder)


def score(system: str, benchmark: str, points: object) -> Row:
    return {"system": system, "benchmark": benchmark, "score": points, "source": "card"}


def test_benchmarks_beside_support(tmp_path: Path) -> None:
    rows = [score(name, "size-like", np.log(billions)) for name, billions in SIZES.items()]
    rows += [
        score(name, "other", points) for name, points in zip(SIZES, (5, 1, 4, 2, 3, 6, 8, 7), strict=True)
    ]
    rows += [score("stranger", "other", 3), score("m1", "empty", "")]
    section = axis(scored(tmp_path, rows))
    found = {row["benchmark"]: row for row in rows_of(section, "axis")}
    assert set(found) == {"size-like", "other"}
    assert value(found["size-like"]["rho"]) > 0.9
    assert section.lead[-1] == "benchmarks.csv names systems that the study does not have: stranger."
    among = rows_of(section, "axis_among")
    # Squared differences of ranks: 16, 1, 1, 4, 4, 0, 1, 1.
    assert value(among[0]["rho"]) == pytest.approx(1 - 6 * 28 / (8 * 63))
    assert value(among[1]["rho"]) == value(among[0]["rho"])
    support = [value(row["rho"]) for row in found.values()]
    assert value(among[2]["rho"]) == pytest.approx(np.mean(support))


def test_benchmarks_among_themselves_are_of_models_alone(tmp_path: Path) -> None:
    """People's score would turn the correlation of eight models, which is 1."""
    rows = [score(name, benchmark, n) for benchmark in ("one", "two") for n, name in enumerate(SIZES)]
    rows += [score("human", "one", 100), score("human", "two", -100)]
    couple = rows_of(axis(scored(tmp_path, rows)), "axis_among")[0]
    assert couple["systems"] == 8
    assert value(couple["rho"]) == pytest.approx(1.0)


def test_correlations_of_both_signs_have_no_mean(tmp_path: Path) -> None:
    """On one benchmark less is better: support is at +1 and about −1, which is no axis of its own."""
    rows = [score(name, "skill", n) for n, name in enumerate(SIZES)]
    rows += [score(name, "errors", -n) for n, name in enumerate(SIZES)]
    rows += [score(name, "more errors", -n) for n, name in enumerate(SIZES)]
    *_couples, among, support = rows_of(axis(scored(tmp_path, rows)), "axis_among")
    for row, count in ((among, 3), (support, 3)):
        mean = row["rho"]
        assert isinstance(mean, Estimate)
        assert (mean.value, mean.n) == (None, count)
        assert why(mean).startswith("Some of these correlations are above 0 and some below")


def test_a_mean_of_one_sign_says_of_how_many(tmp_path: Path) -> None:
    rows = [score(name, benchmark, n) for benchmark in ("one", "two") for n, name in enumerate(SIZES)]
    among = rows_of(axis(scored(tmp_path, rows)), "axis_among")[1]["rho"]
    assert isinstance(among, Estimate)
    assert among.n == 1
    assert among.value == pytest.approx(1.0)


def test_partial_correlations_hold_the_third_equal(tmp_path: Path) -> None:
    rows = [score(name, "noise", n) for name, n in zip(SIZES, (5, 1, 4, 2, 3, 8, 6, 7), strict=True)]
    held = rows_of(axis(scored(tmp_path, rows)), "axis_partial")
    assert [(row["of"], row["given"]) for row in held] == [
        ("size (total)", "noise"), ("noise", "size (total)"),
    ]  # fmt: skip
    assert value(held[0]["rho"]) > 0.8
    low, high = ends(held[0]["rho"])
    assert isinstance(held[0]["rho"], Estimate)
    assert held[0]["rho"].se is not None
    assert 0 < held[0]["rho"].se < high - low
    assert isinstance(held[0]["p"], float)
    assert held[0]["p"] < 0.05
    assert isinstance(held[1]["p"], float)
    assert held[1]["p"] > 0.05


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([score("m1", "b", "71,4")], "row 1: score is '71,4', no decimal number such as 71.4"),
        ([score("m1", "b", 1), score("m2", "b", "nan")], "row 2: score is 'nan', no decimal number"),
        ([score("m1", "b", 1), score("m1", "b", 2)], "row 2: m1 has a score on b already"),
    ],
)
def test_scores_that_are_none_are_refused_with_their_row(tmp_path: Path, rows: list[Row], said: str) -> None:
    with pytest.raises(CannotRead, match=said):
        axis(scored(tmp_path, rows))


def test_without_scores_the_section_says_how_to_bring_them(tmp_path: Path) -> None:
    assert axis(evidence(tmp_path)).absent.startswith("No scores elsewhere: a table benchmarks.csv")
