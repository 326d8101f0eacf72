"""The section about sample size, from a study's own votes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.planning.assumptions import Plan
from studies.analysis.planning.power import design_of
from studies.analysis.planning.sections import SECTIONS, plan_of, planning
from studies.analysis.results import Estimate, Section, Table
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts
from tests.studies.analysis import tables
from tests.studies.analysis.tables import answer


def evidence_of(folder: Path, design: Design, *, human: tuple[str, ...] = ("human",)) -> Evidence:
    write_verdicts(simulate(design, Effects(), np.random.default_rng(8)), folder / "verdicts.csv")
    return read_evidence(folder / "verdicts.csv", Options(human=human))


def tables_of(section: Section) -> dict[str, Table]:
    return {part.key: part for part in section.parts if isinstance(part, Table)}


def test_a_study_tells_how_its_votes_differ_and_what_more_would_find(tmp_path: Path) -> None:
    section = planning(evidence_of(tmp_path, design_of(Plan(60, 2, 3, 20, 10, 6))))
    tables = tables_of(section)

    assert list(tables) == ["components", "precision", "power", "cost"]
    assert [row[1] for row in tables["power"].rows] == [30, 60, 120, 240]
    at_60 = [row[-1] for row in tables["power"].rows]
    powers = [cell.value or 0.0 for cell in at_60 if isinstance(cell, Estimate)]
    assert powers == sorted(powers)
    assert all(isinstance(cell, Estimate) and cell.n >= 100 for cell in at_60)
    assert [row[1:3] for row in tables["cost"].rows][1] == (360, 18)
    assert "which is assumed" in tables["cost"].note


def test_every_number_that_is_no_count_has_an_interval_or_the_reason(tmp_path: Path) -> None:
    found = tables_of(planning(evidence_of(tmp_path, design_of(Plan(20, 2, 3, 20, 10)))))
    told = [*found["components"].rows, *found["precision"].rows, *(row[2:] for row in found["cost"].rows)]
    assert not [cell for row in told for cell in row if isinstance(cell, float)]
    tie_rate, share, half, effect, worth = found["precision"].rows[0][2:]
    assert isinstance(share, Estimate)
    assert isinstance(half, Estimate)
    assert isinstance(tie_rate, Estimate)
    assert share.low is not None
    assert tie_rate.low is not None
    assert half.value == pytest.approx((share.high or 0.0) / 2 - share.low / 2)
    assert isinstance(effect, Estimate)
    assert isinstance(worth, Estimate)
    assert "no interval is computed" in worth.undefined


def test_votes_that_are_worth_more_than_there_are_come_with_a_warning(tmp_path: Path) -> None:
    """In every dialogue one vote for people's reply and one against it: the share cannot vary by dialogue."""
    rows = [
        answer(1 if (source + number) % 2 else -1, dialogue=f"d{number}", source=f"r{source}{number % 3}")
        for number in range(6)
        for source in range(3)
    ]
    worth = tables_of(planning(tables.evidence_of(tmp_path, rows)))["precision"].rows[0][-1]
    assert isinstance(worth, Estimate)
    assert (worth.value or 0.0) > len(rows)
    assert "no reason to count on more votes" in worth.undefined


def test_the_same_evidence_gives_the_same_section(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, design_of(Plan(20, 2, 3, 20, 10)))

    assert planning(evidence) == planning(evidence)


def test_without_people_or_raters_it_says_what_is_missing(tmp_path: Path) -> None:
    section = planning(evidence_of(tmp_path, design_of(Plan(20, 2, 3, 20, 10)), human=()))

    assert section.parts == ()
    assert section.absent.startswith("Sample sizes need raters' votes")


def test_a_study_of_two_votes_gives_reasons_and_no_numbers(tmp_path: Path) -> None:
    tables = tables_of(planning(evidence_of(tmp_path, Design(2, 1, 2, 1, 2, 0))))

    power = [cell for row in tables["power"].rows for cell in row if isinstance(cell, Estimate)]
    assert {cell.value for cell in power} == {None}
    assert {cell.undefined for cell in power} == {
        "Not simulated: under 10 dialogues the interval says nothing."
    }


def test_what_is_too_large_is_computed_from_the_components(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studies.analysis.planning.sections.MOST_VOTES", 400)
    tables = tables_of(planning(evidence_of(tmp_path, design_of(Plan(60, 2, 3, 20, 10, 6)))))

    last = [cell for cell in tables["power"].rows[-1] if isinstance(cell, Estimate)]
    assert all(cell.value and cell.undefined.startswith("By the variance components") for cell in last)


def test_the_time_of_a_rating_is_the_median_of_those_that_have_one(tmp_path: Path) -> None:
    evidence_of(tmp_path, design_of(Plan(20, 1, 1, 20, 10)))
    lines = (tmp_path / "verdicts.csv").read_text().splitlines()
    timed = [
        f"{line},{seconds}" for line, seconds in zip(lines, ["seconds", *["", "70", "50"] * 20], strict=False)
    ]
    (tmp_path / "verdicts.csv").write_text("\n".join(timed) + "\n")
    tables = tables_of(planning(read_evidence(tmp_path / "verdicts.csv", Options(human=("human",)))))

    assert tables["cost"].note.startswith("At 70 seconds a pair, the median of these ratings")


def test_the_design_is_read_off_the_votes(tmp_path: Path) -> None:
    plan = Plan(60, 2, 3, 20, 10, 6)
    evidence = evidence_of(tmp_path, design_of(plan))
    assert evidence.raters is not None

    assert plan_of(evidence, evidence.raters) == plan
    assert planning in SECTIONS
