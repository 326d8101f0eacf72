"""The planning sheet: tables, words, and a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from typing import Any

import pytest
from django.conf import settings

from studies.analysis.planning.assumptions import Assumptions, Impossible
from studies.analysis.planning.sheet import tables
from studies.analysis.planning.told import NOTHING, text_of, told
from studies.analysis.results import Estimate, undefined

SMALL = Assumptions(dialogues=40, models=2, ratings_per_pair=3, pairs_per_rater=20, writers=8, adversarial=8)


def test_the_sheet_has_its_tables_and_every_simulated_number_its_error() -> None:
    sheet = {table.key: table for table in tables(SMALL)}

    assert list(sheet) == ["size", "shares", "slices", "agreement"]
    for key in ("shares", "slices"):
        for row in sheet[key].rows:
            assert isinstance(row[1], Estimate)
            assert row[1].n == 1000
            assert row[1].low is not None
    assert [row[-1] for row in sheet["shares"].rows] == [None, 4904, 783, 399, 194]
    assert (0.05, 0.3, 768, 554) in sheet["agreement"].rows
    assert "467 rater hours" in sheet["size"].note


def test_the_same_seed_gives_the_same_sheet() -> None:
    assert told(tables(SMALL)) == told(tables(SMALL))
    assert told(tables(SMALL)) != told(tables(replace(SMALL, seed=2)))


def test_without_adversarial_dialogues_their_difference_is_not_planned() -> None:
    sheet = {table.key: table for table in tables(replace(SMALL, adversarial=0))}

    assert sheet["slices"].rows == ()
    assert sheet["slices"].note == "This plan has no adversarial dialogues beside others."


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"dialogues": 9}, "under 10 dialogues"),
        ({"dialogues": 20_000}, "120,000 ratings of people against models are more"),
        ({"dialogue_points": 45.0, "pair_points": 45.0}, "no room for chance"),
    ],
)
def test_what_cannot_be_planned_is_said(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(Impossible, match=why):
        tables(replace(SMALL, **changed))


def test_numbers_in_words() -> None:
    assert text_of(Estimate(0.8, 0.78, 0.82, n=9), "share") == "80.0 % (78.0 to 82.0)"
    assert text_of(undefined("too few"), "share") == "too few"
    assert text_of(undefined("computed", value=0.5), "share") == "50.0 % (computed)"
    assert text_of(None, "count") == NOTHING
    assert text_of(12_345, "count") == "12,345"
    assert text_of(0.25, "number") == "0.25"
    assert text_of(33.33, "number") == "33.3"
    assert text_of(40.0, "number") == "40"
    assert text_of("as it stands", "text") == "as it stands"


@pytest.mark.parametrize(("points", "key"), [(20.0, "tables"), (45.0, "impossible")])
def test_a_process_of_its_own_reads_and_writes_json(points: float, key: str) -> None:
    asked = replace(SMALL, dialogue_points=points, pair_points=points)
    done = subprocess.run(
        [sys.executable, "-m", "studies.analysis.planning"],
        input=json.dumps(asdict(asked)),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    answer = json.loads(done.stdout)
    assert list(answer) == [key]
    if key == "tables":
        assert answer["tables"] == told(tables(asked))
