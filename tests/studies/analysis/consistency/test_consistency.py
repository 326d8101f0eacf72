"""Planted spread over dialogues, writers and replies is found, and no spread is told as none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studies.analysis.consistency.sections import consistency
from studies.analysis.evidence import Evidence
from studies.analysis.results import Cell
from tests.studies.analysis.consistency.coverage import held
from tests.studies.analysis.tables import answer, ends, evidence_of, rows_of, value, why

MODELS = ("m1", "m2", "m3", "m4")


def study(
    folder: Path, *, people: float = 0.0, model: float = 0.0, reply: float = 0.0, dialogues: int = 150,
    raters: int = 4, seed: int = 1,
) -> Evidence:  # fmt: skip
    """People against four models. Chances that people win differ by ±`people` between dialogues, and by
    ±`model` between a dialogue's models; ±`reply` between two replies of each model.
    """
    rng, rows = np.random.default_rng(seed), []
    for dialogue in range(dialogues):
        base = 0.5 + people * rng.choice([-1, 1])
        for name in MODELS:
            own = base + model * rng.choice([-1, 1])
            for number in (1, 2):
                chance = own + reply * rng.choice([-1, 1])
                for rater in range(raters):
                    rows.append(
                        answer(
                            -1 if rng.random() < chance else 1, dialogue=f"d{dialogue}",
                            pair=f"{name}{number}", system_second=name, source=f"r{rater}",
                            response_first=f"d{dialogue}/human/1",
                            response_second=f"d{dialogue}/{name}/{number}",
                        )
                    )  # fmt: skip
    return evidence_of(folder, rows)


def by_system(evidence: Evidence) -> dict[Cell, dict[str, Cell]]:
    return {row["system"]: dict(row) for row in rows_of(consistency(evidence), "consistency")}


def test_spread_over_dialogues_is_recovered(tmp_path: Path) -> None:
    rows = by_system(study(tmp_path, people=0.2))
    assert value(rows["human"]["spread"]) == pytest.approx(0.2, abs=0.03)
    assert value(rows["human"]["own"]) == pytest.approx(0.2, abs=0.03)
    assert value(rows["m1"]["spread"]) == pytest.approx(0.2, abs=0.04)
    assert why(rows["m1"]["own"]) == "It met one other system only: what varies may be that system's."


def test_no_spread_is_told_as_noise(tmp_path: Path) -> None:
    rows = by_system(study(tmp_path))
    assert all(ends(row["spread"])[1] < 0.16 for row in rows.values())
    assert sum(ends(row["spread"])[0] > 0 for row in rows.values()) <= 1
    assert [ends(rows[name]["replies"])[0] for name in MODELS] == [0.0] * 4


def test_spread_between_replies_is_recovered(tmp_path: Path) -> None:
    rows = by_system(study(tmp_path, reply=0.25, raters=6))
    for name in MODELS:
        assert value(rows[name]["replies"]) == pytest.approx(0.25, abs=0.04)
    assert why(rows["human"]["replies"]).startswith("No dialogue has two of its replies")


@pytest.mark.parametrize(("people", "model"), [(0.2, 0.0), (0.0, 0.2), (0.15, 0.15)])
def test_peoples_and_models_parts_are_told_apart(tmp_path: Path, people: float, model: float) -> None:
    (row,) = rows_of(consistency(study(tmp_path, people=people, model=model)), "consistency_people")
    assert value(row["people"]) == pytest.approx(people, abs=0.05)
    assert value(row["models"]) == pytest.approx(model, abs=0.05)
    low, high = ends(row["difference"])
    assert low <= people - model <= high


def test_intervals_cover_and_find_nothing_where_there_is_nothing() -> None:
    """docs/methods.md has the numbers of 1,000 studies each."""
    for name, (covers, found) in held(0.0, dialogues=40, raters=3, studies=150).items():
        assert covers >= 0.95, name
        assert found <= 0.05, name
    for name, (covers, found) in held(0.2, dialogues=40, raters=3, studies=150).items():
        assert covers >= 0.88, name
        assert found >= 0.9, name


def test_dialogues_lost_are_counted_by_hand(tmp_path: Path) -> None:
    """People win d1, tie d2 and lose d3 to d5; ties are not lost."""
    values = {"d1": -1, "d2": 0, "d3": 1, "d4": 2, "d5": 1}
    rows = [answer(said, dialogue=name, pair=name, source=s) for name, said in values.items() for s in "ab"]
    found = by_system(evidence_of(tmp_path, rows))
    assert value(found["human"]["lost"]) == pytest.approx(3 / 5)
    assert value(found["model"]["lost"]) == pytest.approx(1 / 5)


def test_moments_by_hand(tmp_path: Path) -> None:
    """Scores of people: d1 1 and 1, d2 0 and 0, of two raters; mean ½, each product ¼.

    The mean's variance by dialogue: (1² + (−1)²) / 4² = ⅛; by rater 0, by both 4·¼ / 16 = 1/16: 1/16 more.
    """
    rows = [
        answer(said, dialogue=name, pair=name, source=source)
        for name, said in (("d1", -1), ("d2", 1))
        for source in ("r1", "r2")
    ]
    found = by_system(evidence_of(tmp_path, rows))["human"]["spread"]
    assert value(found) == pytest.approx(np.sqrt(1 / 4 + 1 / 16))
    assert why(found) == "An interval needs 5 dialogues that each have answers by two sources."


def test_one_rater_cannot_tell_spread_from_noise(tmp_path: Path) -> None:
    rows = [answer(-1, dialogue=f"d{i}", pair=f"d{i}") for i in range(8)]
    found = by_system(evidence_of(tmp_path, rows))
    assert why(found["human"]["spread"]).startswith("No dialogue has two answers on it by two sources")


def test_writers_that_differ_are_told(tmp_path: Path) -> None:
    rng, rows = np.random.default_rng(2), []
    for dialogue in range(200):
        writer = dialogue % 20
        for source in ("r1", "r2"):
            chance = 0.7 if writer % 2 else 0.3
            rows.append(
                answer(
                    -1 if rng.random() < chance else 1, dialogue=f"d{dialogue}", pair=f"d{dialogue}",
                    source=source, writer_first=f"w{writer}", writer_second="",
                )
            )  # fmt: skip
    (row,) = rows_of(consistency(evidence_of(tmp_path, rows)), "consistency_writers")
    assert row["writers"] == 20
    assert value(row["spread"]) == pytest.approx(0.2, abs=0.05)


def test_without_answers_there_is_none(tmp_path: Path) -> None:
    section = consistency(evidence_of(tmp_path, [answer(1, dimension="resonance")]))
    assert section.absent == "No answers on overall preference: how evenly systems do cannot be told."
