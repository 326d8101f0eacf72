"""The planted pair leads the list, noise does not, and texts stand beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from studies.analysis.divergence.gaps import dealt, within
from studies.analysis.divergence.sections import RATERS_WORDS, divergence
from studies.analysis.evidence import Evidence
from tests.studies.analysis.tables import answer, evidence_of, rows_of, table, value, write

PLANTED = "d7"


def study(folder: Path, *, planted: int = 1, reasons: bool = True, seed: int = 1) -> Evidence:
    """60 dialogues of one pair; on the planted ones, d7 first, raters want people's reply and
    judges the model's; d8 has one rater, who wants the model's where judges want people's.
    """
    parted = {f"d{7 + 4 * place}" for place in range(planted)}
    rng, rows = np.random.default_rng(seed), []
    for number in range(60):
        dialogue = f"d{number}"
        told = {
            "dialogue": dialogue, "pair": "p", "response_first": f"{dialogue}/human/1",
            "response_second": f"{dialogue}/model/1", "reason": "",
        }  # fmt: skip
        for kind, count in (("rater", 1 if number == 8 else 6), ("judge", 3)):
            for place in range(count):
                said = -1 if rng.random() < 0.5 else 1
                if dialogue in parted:
                    said = -1 if kind == "rater" else 1
                if number == 8:
                    said = 1 if kind == "rater" else -1
                words = f"{kind} {place} says why" if reasons and place == 0 else ""
                rows.append(
                    answer(said, **(told | {"reason": words}), source_kind=kind, source=f"{kind}{place}")
                )
    write(folder, "responses.csv", [
        {"response": f"d{n}/{system}/1", "dialogue": f"d{n}", "system": system, "text": f"{system} to d{n}"}
        for n in range(60) for system in ("human", "model")
    ])  # fmt: skip
    turns = [{"speaker": "seeker", "text": "first"}, {"speaker": "seeker", "text": "last"},
             {"speaker": "supporter", "text": "mine"}]  # fmt: skip
    write(folder, "dialogues.csv", [{"dialogue": f"d{n}", "turns": json.dumps(turns)} for n in range(60)])
    return evidence_of(folder, rows)


def test_the_planted_pair_leads(tmp_path: Path) -> None:
    first, *_others = rows_of(divergence(study(tmp_path)), "divergence")
    assert (first["place"], first["dialogue"], first["first"], first["second"]) == (
        1,
        PLANTED,
        "human",
        "model",
    )
    assert (first["raters"], first["judges"], first["raters_n"], first["judges_n"]) == (1.0, 0.0, 6, 3)
    assert first["gap"] == 1.0
    assert 0 < value(first["shrunk"]) < 1


def test_many_planted_pairs_are_more_than_chance(tmp_path: Path) -> None:
    """One pair in 60 parts wholly by chance too, twelve do not."""
    section = divergence(study(tmp_path, planted=12))
    rows = rows_of(section, "divergence")[:12]
    assert {row["gap"] for row in rows} == {1.0}
    assert value(rows[11]["shrunk"]) > float(str(rows[11]["chance"])) + 0.01
    beyond = int(section.lead[1].split(" ")[0])
    assert 8 <= beyond <= 20


def test_one_rater_does_not_lead_though_the_gap_is_as_large(tmp_path: Path) -> None:
    rows = rows_of(divergence(study(tmp_path)), "divergence")
    places = {row["dialogue"]: row["place"] for row in rows}
    assert places.get("d8", 99) > 1  # type: ignore[operator]


def test_texts_and_reasons_stand_in_tables_of_their_own(tmp_path: Path) -> None:
    section = divergence(study(tmp_path))
    shown = rows_of(section, "divergence_replies_full")[0]
    assert (shown["seeker"], shown["first_reply"], shown["second_reply"]) == (
        "last", f"human to {PLANTED}", f"model to {PLANTED}",
    )  # fmt: skip
    assert RATERS_WORDS.endswith("_texts_full")
    mine = [row for row in rows_of(section, RATERS_WORDS) if row["place"] == 1]
    assert [tuple(row.values()) for row in mine] == [
        (1, "rater rater0", "human", "human", "rater 0 says why")
    ]
    theirs = [row for row in rows_of(section, "divergence_judges_reasons_full") if row["place"] == 1]
    assert [tuple(row.values()) for row in theirs] == [
        (1, "judge judge0", "human", "model", "judge 0 says why")
    ]
    others = [part for part in section.parts if part.key != RATERS_WORDS]
    assert "rater 0 says why" not in str(others)


def test_without_reasons_there_are_no_tables_of_them(tmp_path: Path) -> None:
    keys = [part.key for part in divergence(study(tmp_path, reasons=False)).parts]
    assert keys == ["divergence", "divergence_replies_full", "divergence_judges_full"]


def test_each_judge_is_listed_too(tmp_path: Path) -> None:
    found = table(divergence(study(tmp_path)), "divergence_judges_full")
    assert {row[0] for row in found.rows} == {"Judge judge0", "Judge judge1", "Judge judge2"}


def test_noise_alone_stays_within_chance(tmp_path: Path) -> None:
    """Without anything planted, the largest gap is beyond its 95 % by chance in few studies."""
    beyond = 0
    for seed in range(40):
        section = divergence(study(tmp_path, planted=0, reasons=False, seed=seed))
        keys = [part.key for part in section.parts]
        rows = rows_of(section, "divergence") if "divergence" in keys else []
        beyond += bool(rows) and abs(value(rows[0]["shrunk"])) > float(str(rows[0]["chance"])) + 1e-9
    assert beyond <= 6


def test_variance_within_pairs_by_hand() -> None:
    """One pair 1, 1, 0: 2/3 about ⅔, on two degrees; one of ½, ½: nothing, on one."""
    counts = np.array([[2.0, 0, 1], [0, 2, 0]])
    assert within(counts) == pytest.approx((2 / 3) / 3)
    assert within(np.array([[1.0, 0, 0]])) == 0.25


def test_deals_keep_how_many_answers_each_gave() -> None:
    raters, judges = np.array([[2.0, 0, 1], [4, 0, 0]]), np.array([[0.0, 0, 1], [3, 0, 0]])
    gaps = dealt(raters, judges, np.random.default_rng(1), 4000)
    # The first pair's judge gets one of two wins and two losses: gap 1/3 − 1 or 2/3 − 0, equally often.
    assert set(np.round(gaps[:, 0], 9)) == {round(-2 / 3, 9), round(2 / 3, 9)}
    assert gaps[:, 0].mean() == pytest.approx(0.0, abs=0.04)
    assert np.all(gaps[:, 1] == 0.0)


def test_without_judges_there_is_nothing_to_part_from(tmp_path: Path) -> None:
    assert divergence(evidence_of(tmp_path, [answer(1)])).absent == (
        "No pair has overall answers of raters and of 2 judges."
    )
