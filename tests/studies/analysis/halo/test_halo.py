"""A common impression that was planted is found, and independent dimensions are told as such."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from studies.analysis.evidence import Evidence
from studies.analysis.halo.answers import Beside
from studies.analysis.halo.correlating import Correlated
from studies.analysis.halo.sections import halo
from studies.analysis.halo.sums import by_pair
from tests.studies.analysis.tables import answer, ends, evidence_of, rows_of, table, value, why

DIMENSIONS = ("overall", "attunement", "resonance", "task_following")


def study(
    folder: Path, common: float, judges: float | None = None, dialogues: int = 40, seed: int = 1
) -> Evidence:
    """Four raters (and two judges) on each dialogue's pair; `common` is the weight of one impression."""
    rng, rows = np.random.default_rng(seed), []
    sources = [("rater", f"r{i}", common) for i in range(4)]
    sources += [("judge", f"j{i}", judges) for i in range(2) if judges is not None]
    for dialogue in range(dialogues):
        for kind, name, weight in sources:
            impression = rng.normal()
            for dimension in DIMENSIONS:
                felt = weight * impression + rng.normal()
                told = {"dialogue": f"d{dialogue}", "pair": f"p{dialogue}", "dimension": dimension}
                rows.append(answer(int(np.clip(round(felt), -2, 2)), **told, source_kind=kind, source=name))
    return evidence_of(folder, rows)


def test_independent_dimensions_have_nothing_in_common(tmp_path: Path) -> None:
    beyond = 0
    for seed in range(40):
        row, *_others = rows_of(halo(study(tmp_path, common=0.0, seed=seed)), "halo")
        low, high = ends(row["mean"])
        beyond += not low <= 0 <= high
        assert abs(value(row["mean"])) < 0.15
        assert value(row["first"]) < 0.5
    assert (row["eyes"], row["dimensions"]) == ("Raters", 3)
    assert row["independent"] == pytest.approx(1 / 3)
    assert beyond <= 5


def test_a_common_impression_is_found(tmp_path: Path) -> None:
    """Variances 2.25 and 1: the latent correlation is .69; rounding to five grades takes some away."""
    row, *_others = rows_of(halo(study(tmp_path, common=1.5)), "halo")
    assert value(row["mean"]) == pytest.approx(0.65, abs=0.07)
    assert ends(row["mean"])[0] > 0.4
    # With three equal correlations r the largest eigenvalue is 1 + 2r.
    assert value(row["first"]) == pytest.approx((1 + 2 * value(row["mean"])) / 3, abs=0.01)


def test_raters_leaning_is_no_correlation(tmp_path: Path) -> None:
    """One rater always says yes, one no, on all dimensions: within each, nothing varies together."""
    rng, rows = np.random.default_rng(1), []
    for dialogue in range(60):
        for source, lean in (("r0", 1), ("r1", -1)):
            for dimension in DIMENSIONS:
                told = {"dialogue": f"d{dialogue}", "pair": f"p{dialogue}", "dimension": dimension}
                rows.append(answer(lean if rng.random() < 0.8 else 2 * lean, **told, source=source))
    row, *_others = rows_of(halo(evidence_of(tmp_path, rows)), "halo")
    assert abs(value(row["mean"])) < 0.2


def test_judges_beside_raters_on_the_same_pairs(tmp_path: Path) -> None:
    section = halo(study(tmp_path, common=0.0, judges=2.0))
    rows = rows_of(section, "halo_difference")
    assert [row["eyes"] for row in rows] == ["Judge j0", "Judge j1", "Judges together"]
    assert all(row["pairs"] == 40 and ends(row["difference"])[1] < 0 for row in rows)
    same = rows_of(halo(study(tmp_path, common=1.0, judges=1.0)), "halo_difference")[-1]
    assert ends(same["difference"])[0] < 0 < ends(same["difference"])[1]


def test_one_rater_without_ties_is_scipys_spearman(tmp_path: Path) -> None:
    values = [(-2, -1), (-1, -2), (0, 1), (1, 0), (2, 2)]
    rows = []
    for number, answers in enumerate(values):
        for dimension, said in zip(("attunement", "resonance"), answers, strict=True):
            told = {"dialogue": f"d{number}", "pair": f"p{number}", "dimension": dimension}
            rows.append(answer(said, **told))
    answers_row, *_others = rows_of(halo(evidence_of(tmp_path, rows)), "halo")
    assert value(answers_row["mean"]) == pytest.approx(stats.spearmanr(*np.array(values).T)[0])


def test_the_interval_covers_what_an_endless_study_would_show(tmp_path: Path) -> None:
    truth = value(rows_of(halo(study(tmp_path, common=0.8, dialogues=3000)), "halo")[0]["mean"])
    held = 0
    for seed in range(60):
        low, high = ends(rows_of(halo(study(tmp_path, 0.8, dialogues=25, seed=seed)), "halo")[0]["mean"])
        held += low <= truth <= high
    assert held >= 53


def test_systems_that_all_dimensions_rate_alike_correlate(tmp_path: Path) -> None:
    rng, rows = np.random.default_rng(3), []
    for dialogue in range(40):
        for model, chance in (("m1", 0.2), ("m2", 0.5), ("m3", 0.8)):
            for dimension in DIMENSIONS:
                rows.append(
                    answer(
                        1 if rng.random() < chance else -1, dialogue=f"d{dialogue}", pair=model,
                        system_second=model, dimension=dimension,
                    )
                )  # fmt: skip
    told = rows_of(halo(evidence_of(tmp_path, rows)), "halo")
    (systems,) = [row for row in told if row["level"] == "systems"]
    assert value(systems["mean"]) == pytest.approx(1.0)
    assert ends(systems["mean"])[1] == pytest.approx(1.0)


def test_one_dimension_is_said_to_be_too_few(tmp_path: Path) -> None:
    section = halo(evidence_of(tmp_path, [answer(1), answer(1, dimension="resonance", source="r2")]))
    assert section.absent == (
        "No answers on two dimensions of a rubric beside each other: nothing can hang together."
    )


def test_a_dimension_with_one_answer_only_is_told(tmp_path: Path) -> None:
    rows = []
    for number in range(6):
        for dimension in ("attunement", "resonance"):
            value_shown = 1 if dimension == "attunement" else number % 3 - 1
            told = {"dialogue": f"d{number}", "pair": f"p{number}", "dimension": dimension}
            rows.append(answer(value_shown, **told))
    section = halo(evidence_of(tmp_path, rows))
    assert why(rows_of(section, "halo")[0]["mean"]).startswith("A dimension has the same answer everywhere")
    matrix = [row[:2] for row in table(section, "halo_matrix").rows]
    assert matrix == [
        ("attunement", "attunement"), ("resonance", "resonance"), ("attunement", "resonance"),
        ("resonance", "attunement"),
    ]  # fmt: skip


def raters_unlike(raters: int, dialogues: int, seed: int, spread: float = 0.25) -> Beside:
    """Two pairs a dialogue, three raters each; how much of an answer is one impression differs by rater."""
    rng = np.random.default_rng(seed)
    weight = np.clip(rng.normal(0.6, spread, raters), 0, 0.95)
    source = np.concatenate([rng.choice(raters, 3, replace=False) for _pair in range(2 * dialogues)])
    pair = np.repeat(np.arange(2 * dialogues), 3).astype(np.int32)
    mine = weight[source][:, None]
    felt = mine * rng.normal(size=(len(source), 1))
    felt = felt + np.sqrt(1 - mine**2) * rng.normal(size=(len(source), 3))
    told = np.sign(felt) * (np.abs(felt) > 0.3)
    dialogue = (pair // 2).astype(np.int32)
    return Beside(("one", "two", "three"), told, dialogue, pair, source.astype(np.int32))


@pytest.mark.parametrize(("pairs", "most"), [(False, 75), (True, 85)])
def test_intervals_know_that_raters_differ(pairs: bool, most: int) -> None:
    """Fifteen raters: by dialogue alone the intervals of answers hold the truth in six of ten studies."""
    big = [Correlated(raters_unlike(1000, 600, seed), sampled=False, pairs=pairs) for seed in range(5)]
    truth = float(np.mean([value(one.mean) for one in big]))
    held, alone = 0, 0
    for seed in range(100):
        answers = raters_unlike(15, 100, seed + 10)
        low, high = ends(Correlated(answers, sampled=True, pairs=pairs).mean)
        held += low <= truth <= high
        low, high = ends(Correlated(answers, sampled=False, pairs=pairs).mean)
        alone += low <= truth <= high
    assert held >= 87
    assert alone <= most


def test_leaving_a_rater_out_of_pairs_leaves_the_others_mean() -> None:
    """Three pairs' means .5, 2, −1; without r1 the first is 0: its rank stays, the others lose an answer."""
    answers = Beside(
        ("one", "two"),
        np.array([[1.0, 1.0], [0.0, 0.0], [2.0, 2.0], [-1.0, -1.0]]),
        *(np.array(codes, dtype=np.int32) for codes in ([0, 0, 1, 2], [0, 0, 1, 2], [1, 2, 2, 2])),
    )
    found = by_pair(answers, sampled=True)
    assert (found.n, dict(found.clusters)) == (3, {"dialogue": 3, "rater": 2})
    # One, ranks −1 to 1 of each column, their products.
    assert found.whole.tolist() == [3, 0, 0, 2, 2, 2, 2]
    # Without r1 the mean 0 lies between −1 and .5, at −.5; r2 takes two pairs with it and moves 0.5 to 1.
    assert found.parts["rater"].tolist() == [
        [0, 0.5, 0.5, -0.25, -0.25, -0.25, -0.25],
        [2, -0.5, -0.5, 1.75, 1.75, 1.75, 1.75],
    ]


def test_two_raters_are_counted_and_one_is_no_sample() -> None:
    answers = raters_unlike(15, 30, 1)
    assert Correlated(answers, sampled=True).mean.clusters == {"dialogue": 30, "rater": 15}
    one = answers.take(answers.source == 3)
    alone = Correlated(one, sampled=True).mean
    assert alone.clusters["rater"] == 1
    assert ends(alone) == ends(Correlated(one, sampled=False).mean)
