"""Agreement of coders, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from studies.analysis.rationales.agreeing import coding_agreement
from tests.studies.analysis.rationales.tables import by_model, coded, codes, coding, reason, reply
from tests.studies.analysis.tables import ends, rows_of, value, why


def test_alpha_raw_and_ac1_by_hand(tmp_path: Path) -> None:
    """Four passages, two coders: 11, 10, 00, 00. Three ones of eight.

    α = 1 − (2/8) / (2·3·5/(8·7)) = 8/15. AC1: chance 2·(3/8)(5/8) = 15/32, (24 − 15) / (32 − 15) = 9/17.
    """
    given = {"a": ("resonance", "resonance"), "b": ("resonance", ""), "c": ("", ""), "d": ("", "")}
    codings = [
        coding(key, each, f"c{place}") for key, both in given.items() for place, each in enumerate(both)
    ]
    codings.append(coding("e", "resonance"))
    passages = [reason(key, dialogue=f"d{key}") for key in (*given, "e")]
    section = coding_agreement(coded(tmp_path, passages, codings))
    (row,) = [one for one in rows_of(section, "coding_agreement_full") if one["code"] == "resonance"]
    assert value(row["alpha"]) == pytest.approx(8 / 15)
    assert value(row["raw"]) == pytest.approx(3 / 4)
    assert value(row["ac1"]) == pytest.approx(9 / 17)
    assert value(row["prevalence"]) == pytest.approx(3 / 8)
    low, high = ends(row["alpha"])
    assert -1 <= low < 8 / 15 < high <= 1
    (mean,) = rows_of(section, "coding_agreement")
    assert (mean["passages"], mean["coded"], mean["coders"], mean["codes"]) == ("reasons", 4, 2, 11)
    assert value(mean["alpha"]) == pytest.approx(8 / 15)
    assert value(mean["raw"]) == pytest.approx((10 + 3 / 4) / 11)
    (never,) = [one for one in rows_of(section, "coding_agreement_full") if one["code"] == "other"]
    assert why(never["alpha"]) != ""


def test_a_model_beside_the_consensus_by_hand(tmp_path: Path) -> None:
    """Consensus 1, 1, 0, 0 and one split; the model says 1, 0, 1, 0: precision and recall ½, κ 0."""
    people = {"a": "11", "b": "11", "c": "00", "d": "00", "e": "10"}
    codings = [
        coding(key, "reframe" if one == "1" else "", f"c{place}")
        for key, both in people.items() for place, one in enumerate(both)
    ]  # fmt: skip
    codings += [by_model(key, "reframe" if key in "ac" else "") for key in people]
    section = coding_agreement(coded(tmp_path, [reply(key, "m", dialogue=key) for key in people], codings))
    (row,) = [one for one in rows_of(section, "coding_llm_full") if one["code"] == "reframe"]
    assert (row["coded_by"], row["passages"], row["compared"], row["split"]) == ("Coder m1", "replies", 5, 1)
    assert [value(row[key]) for key in ("human", "llm", "kappa", "precision", "recall")] == [
        0.5, 0.5, pytest.approx(0), 0.5, 0.5,
    ]  # fmt: skip
    (every,) = rows_of(section, "coding_llm")
    assert (every["code"], every["split"]) == ("all codes", 1)


def test_one_coder_and_no_person_are_said(tmp_path: Path) -> None:
    one = coding_agreement(coded(tmp_path, [reason("a")], [coding("a", "resonance")]))
    assert one.lead == (
        "No passage has two human coders whose codings count, so their agreement cannot be told.",
    )
    assert one.parts == ()
    models = coding_agreement(coded(tmp_path, [reason("a")], [by_model("a", "resonance")]))
    assert models.lead[0].startswith("Nobody human has coded")


def test_a_codebook_without_strategies_says_nothing_of_replies(tmp_path: Path) -> None:
    book = [row for row in codes() if row["kind"] == "dimension"]
    codings = [coding(key, "", coder) for key in ("a", "r") for coder in ("c1", "c2")]
    section = coding_agreement(coded(tmp_path, [reason("a"), reply("r", "m")], codings, book))
    assert [row["passages"] for row in rows_of(section, "coding_agreement")] == ["reasons"]


def test_a_codebook_without_strategies_sets_no_model_beside_people_on_replies(tmp_path: Path) -> None:
    book = [row for row in codes() if row["kind"] == "dimension"]
    codings = [coding("r", ""), by_model("r", "")]
    section = coding_agreement(coded(tmp_path, [reply("r", "m")], codings, book))
    assert section.parts == ()
