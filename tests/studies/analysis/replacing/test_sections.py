"""The section on what judges may replace, from a folder to its tables."""

import csv
from pathlib import Path

import numpy as np
import pytest

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.replacing.sections import SECTIONS
from studies.analysis.results import Estimate
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts


def folder(path: Path, *, drawn: str | None = None, ratings: int = 3) -> Evidence:
    """60 dialogues × 3 pairs, three judges; pairs.csv with p_rated where `drawn` is given."""
    rng = np.random.default_rng(1)
    verdicts = path / "verdicts.csv"
    write_verdicts(simulate(Design(60, 3, 6, ratings, 10, 5), Effects(), rng), verdicts)
    write_verdicts(
        simulate(Design(60, 3, 3, 3, 10, 5), Effects(), rng), verdicts, source_kind="judge", append=True
    )
    models = [f"model-{number:02d}" for number in (1, 2, 3)]
    systems = [("system", "kind"), ("human", "human"), *((name, "llm") for name in models)]
    tables = {"systems.csv": systems}
    if drawn is not None:
        pairs = [(f"{number:012x}", f"dialogue-{number // 3:04d}", "main", drawn) for number in range(180)]
        tables["pairs.csv"] = [("pair", "dialogue", "kind", "p_rated"), *pairs]  # type: ignore[list-item]
    for name, rows in tables.items():
        with (path / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return read_evidence(path, Options())


def test_every_judge_and_the_jury_are_tested(tmp_path: Path) -> None:
    section = SECTIONS[0](folder(tmp_path))
    keys = [part.key for part in section.parts]
    assert keys == ["alt_test", "alt_test_curve", "alt_test_full"]
    short, curve = section.parts[0], section.parts[1]
    assert [row[0] for row in short.rows] == [  # type: ignore[union-attr]
        "Judge judge-0000", "Judge judge-0001", "Judge judge-0002", "Jury of judges",
    ]  # fmt: skip
    assert len(curve.table.rows) == 4 * 21  # type: ignore[union-attr]
    assert section.lead[0] == "No protocol was given: ε = 0.1 was not frozen before the ratings."
    assert "There is no such column" in section.lead[1]


def test_too_small_an_overlap_is_not_testable(tmp_path: Path) -> None:
    section = SECTIONS[0](folder(tmp_path, ratings=2))
    assert [part.key for part in section.parts] == ["alt_test", "alt_test_full"]
    row = section.parts[0].rows[0]  # type: ignore[union-attr]
    assert row[-1] == "not testable"
    assert isinstance(row[-3], Estimate)
    assert "An overlap block of 30 pairs" in row[-3].undefined


def test_assisted_estimates_where_pairs_were_drawn(tmp_path: Path) -> None:
    section = SECTIONS[0](folder(tmp_path, drawn="0.9"))
    together, alone = section.parts[-2], section.parts[-1]
    assert [row[0] for row in together.rows[:2]] == [  # type: ignore[union-attr]
        "Raters, on pairs of judge judge-0000", "Raters, assisted by judge judge-0000",
    ]  # fmt: skip
    assert alone.title == "Judges alone: no figure of people's"
    assert [row[0] for row in alone.rows][-1] == "Jury of judges alone, no rater"  # type: ignore[union-attr]
    estimate = together.rows[0][2]  # type: ignore[union-attr]
    assert isinstance(estimate, Estimate)
    assert estimate.n == 180


@pytest.mark.parametrize(
    ("drawn", "why"),
    [
        ("1", "p_rated must be above 0 and under 1"),
        ("often", "p_rated is 'often', no number"),
        ("", "There is no such column"),
    ],
)
def test_what_is_no_chance_is_said(tmp_path: Path, drawn: str, why: str) -> None:
    section = SECTIONS[0](folder(tmp_path, drawn=drawn))
    assert why in section.lead[1]
    assert section.parts[-1].key == "alt_test_full"


def test_without_judges_or_raters_it_is_absent(tmp_path: Path) -> None:
    for kind, missing in (("rater", "no judge's answers"), ("judge", "no votes of raters")):
        path = tmp_path / f"{kind}.csv"
        rng = np.random.default_rng(1)
        write_verdicts(simulate(Design(5, 1, 3, 3, 2, 1), Effects(), rng), path, source_kind=kind)
        section = SECTIONS[0](read_evidence(path, Options(human=("human",))))
        assert section.absent == f"There are {missing}: this sets judges beside raters."
