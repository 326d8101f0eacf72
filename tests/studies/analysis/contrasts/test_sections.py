from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from studies.analysis.clustering import NOTHING_VARIES
from studies.analysis.contrasts import SECTIONS, deciding
from studies.analysis.contrasts.sections import EXPLORATORY, NO_PROTOCOL, confirmatory
from studies.analysis.evidence import Evidence, Options
from studies.analysis.results import Estimate
from studies.protocol import Asked, Contrast, canonical_json, sha256_of
from tests.studies.analysis.preference.answers import cells, count, grid, read, table, value
from tests.studies.judging import material

OVERALL = Asked("overall", "Overall", "Which?", "", "")
PLAIN = Contrast("people", "human_vs_models", "raters", "", "", "overall", "", "two_sided", 0.0, 0.05)
#: Three dialogues, two raters; by dialogue the person's share is 1, ½ and ¾.
ANSWERS = {
    ("d1", "r1"): -1, ("d1", "r2"): -1, ("d2", "r1"): -1, ("d2", "r2"): 1, ("d3", "r1"): 0, ("d3", "r2"): -2,
}  # fmt: skip


def study(
    folder: Path,
    *contrasts: Contrast,
    rows: list[dict[str, Any]] | None = None,
    named: bool = False,
    seed: int = 1,
    **protocol: Any,
) -> Evidence:
    """Evidence under a protocol with these contrasts; each row carries its hash unless it says another."""
    document = replace(material.protocol(rubric=(OVERALL,)), contrasts=contrasts, **protocol)
    text = canonical_json(document)
    (folder / "protocol.json").write_text(text, encoding="utf-8")
    answers = grid(ANSWERS, writer_first="") if rows is None else rows
    answers = [{"protocol_hash": sha256_of(text), "exclusion_reason": "", **row} for row in answers]
    path = folder / "protocol.json" if named else None
    return read(folder, answers, Options(seed=seed, protocol=path))


def test_a_contrast_is_the_share_less_one_half_with_its_test(tmp_path: Path) -> None:
    section = confirmatory(study(tmp_path, PLAIN))
    row = cells(section, "contrasts_full", contrast="people")

    assert value(row["difference"]) == pytest.approx(0.25)
    assert (row["n"], row["freedom"]) == (6, 1)
    # On log odds: those of ¾, and the standard error over ¾ · ¼.
    statistic = np.log(3) * 3 / 16 / row["standard_error"]
    assert row["statistic"] == pytest.approx(statistic)
    assert row["p"] == pytest.approx(2 * stats.t.sf(statistic, 1))
    assert (row["simultaneous_low"], row["simultaneous_high"]) == pytest.approx(
        (row["difference"].low, row["difference"].high)
    )
    assert "writers are a random sample and weighted equally" in row["estimand_in_words"]
    assert cells(section, "contrasts")["shown"] is False
    assert cells(section, "contrasts")["decision"] == (
        "Preference for people's replies over the models': not shown to differ from zero "
        f"(+25.0 points, corrected p = {row['p']:.3f})."
    )


def test_several_contrasts_are_corrected_and_widened_together(tmp_path: Path) -> None:
    back = replace(
        PLAIN, name="model first", estimand="system_vs_system", system="model", against="person",
        sidedness="less",
    )  # fmt: skip
    section = confirmatory(study(tmp_path, PLAIN, back))
    one, two = (cells(section, "contrasts_full", contrast=name) for name in ("people", "model first"))

    assert value(two["difference"]) == pytest.approx(-0.25)
    assert two["p"] == pytest.approx(one["p"] / 2)
    assert (two["p_holm"], one["p_holm"]) == pytest.approx((2 * two["p"], one["p"]))
    # One degree of freedom tells next to nothing, and yet a share is never more than ½ above one half.
    assert stats.t.ppf(1 - 0.05 / 4, 1) * one["standard_error"] > 0.75
    assert -0.5 < one["simultaneous_low"] < -0.49 < 0.49 < one["simultaneous_high"] < 0.5


@pytest.mark.parametrize("lost", range(1, 10))
def test_an_interval_leaves_out_nothing_just_where_that_is_shown(tmp_path: Path, lost: int) -> None:
    """20 dialogues with raters of their own, 1 to 9 of them lost."""
    rows = grid({(f"d{n:02d}", f"r{n:02d}"): 1 if n < lost else -1 for n in range(20)}, writer_first="")
    row = cells(confirmatory(study(tmp_path, PLAIN, rows=rows)), "contrasts_full")

    assert (row["difference"].low > 0) == (row["p"] < 0.05)


def test_a_person_who_always_wins_is_not_tested_and_says_why(tmp_path: Path) -> None:
    rows = grid(dict.fromkeys(ANSWERS, -1), writer_first="")
    row = cells(confirmatory(study(tmp_path, PLAIN, rows=rows)), "contrasts")

    assert (value(row["difference"]), row["difference"].high) == (0.5, 0.5)
    assert row["decision"] == f"Not decided. {NOTHING_VARIES}"


def test_a_decision_is_said_in_words(tmp_path: Path) -> None:
    """20 dialogues and raters, 18 of them won: far above one half; and equivalence within half of it."""
    rows = grid({(f"d{n:02d}", f"r{n:02d}"): 1 if n < 2 else -1 for n in range(20)}, writer_first="")
    wide = replace(PLAIN, name="within", sidedness="equivalence", margin=0.9)
    section = confirmatory(study(tmp_path, PLAIN, wide, rows=rows))

    assert cells(section, "contrasts", contrast="people")["decision"] == (
        "Preference for people's replies over the models': shown to be positive (+40.0 points, corrected "
        "p = 0.010)."
    )
    assert cells(section, "contrasts", contrast="within")["decision"] == (
        "Preference for people's replies over the models': shown to lie within ±90 points (+40.0 points, "
        "corrected p < 0.001)."
    )


def test_a_slice_is_set_against_the_rest(tmp_path: Path) -> None:
    rows = grid(ANSWERS, writer_first="")
    for row in rows:
        row["tags"] = "hard" if row["dialogue"] in {"d1", "d2"} else ""
    contrast = replace(PLAIN, name="hard", estimand="slice_difference", slice="hard")
    row = cells(confirmatory(study(tmp_path, contrast, rows=rows)), "contrasts_full")

    assert value(row["difference"]) == pytest.approx(0.0)
    assert (row["freedom"], row["p"], row["p_holm"]) == (0, None, None)


def test_agreement_is_computed_by_whoever_knows_it(tmp_path: Path) -> None:
    contrast = replace(
        PLAIN, name="judge", estimand="judge_agreement", source="opus", sidedness="equivalence", margin=0.05
    )
    asked: Mapping[str, str] = {}

    def stub(evidence: Evidence, **what: str) -> Estimate:
        nonlocal asked
        asked = what
        return Estimate(0.01, -0.01, 0.03, 0.01, n=50, clusters={"dialogue": 21, "rater": 1})

    section = confirmatory(study(tmp_path, contrast), stub)
    row = cells(section, "contrasts_full")
    assert asked == {"source": "opus", "dimension": "overall", "within": "all"}
    assert (row["freedom"], row["p"]) == (20, pytest.approx(stats.t.sf(4.0, 20)))
    assert cells(section, "contrasts")["shown"] is True


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"slice": "hard"}, "No dialogue with answers is tagged hard."),
        ({"dimension": "warmth"}, "Nobody answered the dimension warmth."),
        ({"source": "opus"}, "There are no answers of opus."),
        ({"estimand": "luck"}, "This version does not know how to compute luck."),
        (
            {"estimand": "system_vs_system", "system": "person", "against": "nobody"},
            "There are no answers on the system nobody.",
        ),
    ],
)
def test_what_cannot_be_computed_says_why(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    section = confirmatory(study(tmp_path, replace(PLAIN, **change)))

    assert cells(section, "contrasts")["decision"] == f"Not decided. {why}"
    assert cells(section, "contrasts")["difference"].undefined == why


def test_exclusions_and_ties_stand_beside_each_contrast(tmp_path: Path) -> None:
    """By dialogue 1, ½ and ¾; an excluded rater prefers the model on each; one answer is a tie."""
    out = grid({("d1", "r3"): 1, ("d2", "r3"): 1, ("d3", "r3"): 1}, writer_first="", excluded=1)
    back = replace(PLAIN, name="back", estimand="system_vs_system", system="model", against="person")
    section = confirmatory(study(tmp_path, PLAIN, back, rows=[*grid(ANSWERS, writer_first=""), *out]))

    found = {(row[0], row[1]): row[2] for row in table(section, "contrasts_sensitivity").rows}
    for name, sign in (("people", 1), ("back", -1)):
        assert found[name, "as analysed"] == cells(section, "contrasts", contrast=name)["difference"]
        assert value(found[name, "as analysed"]) == pytest.approx(sign * 0.25)
        assert value(found[name, "with excluded answers"]) == pytest.approx(sign * 0)
        assert value(found[name, "ties left out"]) == pytest.approx(sign * (4 / 5 - 1 / 2))
        assert count(found[name, "with excluded answers"]) == 9
        assert count(found[name, "ties left out"]) == 5


def test_a_slice_without_ties_counts_what_prefers_a_reply(tmp_path: Path) -> None:
    """Hard: 1 and 1 without the tie; the rest: of four answers two for the person."""
    rows = grid(
        {("d1", "r1"): -1, ("d1", "r2"): 0, ("d2", "r1"): -1, ("d3", "r1"): -1, ("d3", "r2"): 1,
         ("d4", "r1"): 1, ("d4", "r2"): -1}, writer_first="",
    )  # fmt: skip
    for row in rows:
        row["tags"] = "hard" if row["dialogue"] < "d3" else ""
    contrast = replace(PLAIN, name="hard", estimand="slice_difference", slice="hard")
    section = confirmatory(study(tmp_path, contrast, rows=rows))

    found = {row[1]: row[2] for row in table(section, "contrasts_sensitivity").rows}
    assert value(found["as analysed"]) == pytest.approx(5 / 6 - 1 / 2)
    assert value(found["ties left out"]) == pytest.approx(1 - 1 / 2)
    assert count(found["ties left out"]) == 2
    assert "No answer of a rater was excluded" in table(section, "contrasts_sensitivity").note


def test_agreement_with_excluded_answers_and_never_without_ties(tmp_path: Path) -> None:
    seen = []

    def stub(evidence: Evidence, **_what: str) -> Estimate:
        seen.append(len(evidence.raters) if evidence.raters else 0)
        return Estimate(0.01, -0.01, 0.03, 0.01, n=50, clusters={"dialogue": 21})

    contrast = replace(PLAIN, name="judge", estimand="judge_agreement", source="opus")
    rows = [*grid(ANSWERS), *grid({("d1", "r3"): 1}, excluded=1)]
    section = confirmatory(study(tmp_path, contrast, rows=rows), stub)

    assert seen == [6, 7]
    assert cells(section, "contrasts_sensitivity", answers="ties left out")["difference"].undefined == (
        "A tie is an answer that can agree: without ties it would be another question."
    )


def test_contrasts_are_computed_once_for_both_sections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = study(tmp_path, PLAIN)
    asked = []

    def counted(*what: Any) -> list[deciding.Decided]:
        asked.append(what)
        return decided(*what)

    decided = deciding.decided
    monkeypatch.setattr(deciding, "decided", counted)
    for section in SECTIONS:
        section(evidence)

    assert len(asked) == 1


def test_without_contrasts_or_protocol_the_report_is_exploratory(tmp_path: Path) -> None:
    assert confirmatory(study(tmp_path)).absent == EXPLORATORY
    (tmp_path / "protocol.json").unlink()
    evidence = read(tmp_path, [{}])
    assert [section(evidence).absent for section in SECTIONS] == [NO_PROTOCOL]
