"""Every kind of study with coded passages has a whole report, the same again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies.analysis.analyzing import analyze
from studies.analysis.evidence import Options, read_evidence
from studies.analysis.rationales.sections import SECTIONS
from studies.analysis.reporting.printing import printed
from studies.analysis.results import Table
from studies.analysis.summary import NOTHING, in_short
from tests.studies.analysis.rationales.tables import (
    Planted,
    by_model,
    codes,
    coding,
    judged,
    planted,
    reason,
    reply,
    write_coded,
)
from tests.studies.analysis.tables import answer, rows_of, value, write
from tests.studies.analysis.test_end_to_end import assert_whole

Rows = list[dict[str, object]]
KEYS = ["coding", "coding_agreement", "profiles", "profile_distance", "overlap", "strategies"]
STUDIES: dict[str, tuple[Rows, Rows, list[str]]] = {
    "no passages": ([], [], KEYS),
    "no codings": ([reason("a")], [], KEYS),
    "nothing done": ([reason("a")], [coding("a", status="pending", outcome="")], KEYS[1:]),
    "one coder": ([reason("a"), judged("b"), reply("c", "human")],
                  [coding("a", "resonance"), coding("b", "resonance"), coding("c", "reframe")], []),
    "a passage that is not listed": ([reason("a")], [coding("x", "resonance")], KEYS[1:]),
    "erased": ([reason("a", erased=1, text="")], [coding("a", "resonance")], KEYS[3:]),
    "no judges": ([reason("a"), reason("b", source="r2")], [coding("a"), coding("b")], KEYS[3:]),
    "no raters": ([judged("a"), judged("b", "b1", "no_rubric")], [coding("a"), coding("b")], KEYS[4:]),
    "replies only": ([reply("a", "human"), reply("b", "m")], [by_model("a", "reframe"), by_model("b")],
                     KEYS[2:5]),
    "no theme anywhere": ([reason("a"), judged("b")], [coding("a"), coding("b")], KEYS[5:]),
    "every outcome but ok": ([reason("a"), reason("b")], [
        by_model("a", "", f"m{place}", status="done", outcome=outcome)
        for place, outcome in enumerate(("refused", "truncated", "unparseable", "skipped"))
    ] + [by_model("b", "", status="failed", outcome="withheld")], KEYS[1:]),
}  # fmt: skip


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_a_whole_report(name: str, tmp_path: Path) -> None:
    passages, codings, absent = STUDIES[name]
    study = tmp_path / "study"
    study.mkdir()
    write_coded(study, passages, codings, codes())
    write(study, "verdicts.csv", [answer(-1)])
    options = Options(human=("human",), resamples=50)
    analyze(path=study, out=tmp_path / "out", options=options, sections=SECTIONS)
    form = assert_whole(tmp_path / "out")
    told = {section["key"]: section["absent"] for section in form["sections"] if section["key"] in KEYS}
    assert list(told) == KEYS
    assert [key for key, why in told.items() if why] == absent
    assert all("–" not in cell for cell in _summary(form))


def _summary(form: dict[str, Any]) -> list[str]:
    """What the summary tells in numbers: a number, never a dash for one."""
    return [row["numbers"] for part in form["sections"][0]["parts"] for row in part["rows"]]


def test_a_codebook_of_one_kind_is_enough(tmp_path: Path) -> None:
    passages = [reason("a"), judged("b"), reply("c", "m")]
    write_coded(tmp_path, passages, [coding("a", "resonance"), coding("b")], codes()[:6])
    evidence = read_evidence(tmp_path, Options())
    assert [section.key for of in SECTIONS if (section := of(evidence)).absent] == ["strategies"]


def test_the_same_study_gives_the_same_sections(tmp_path: Path) -> None:
    planted(tmp_path, Planted(dialogues=12, adversarial=4), np.random.default_rng(1))
    one, other = (
        [of(read_evidence(tmp_path, Options(resamples=60))) for of in SECTIONS] for _time in range(2)
    )
    assert repr(one) == repr(other)
    assert not any(section.absent for section in one)


def test_the_summary_tells_what_the_sections_found(tmp_path: Path) -> None:
    design = Planted(
        dialogues=150, adversarial=60, stress={"rater": {"resonance": 0.7}}, shared=0.2,
        adversarial_use={"human": {"reframe": 0.75}},
    )  # fmt: skip
    evidence = planted(tmp_path, design, np.random.default_rng(4), resamples=1000)
    told = [of(evidence) for of in SECTIONS]
    (summary,) = in_short(told).parts
    assert isinstance(summary, Table)
    themes, strategies = summary.rows
    assert [row[0] for row in summary.rows] == [
        "Raters' and judges' reasons clearly stress different dimensions",
        "On adversarial dialogues people clearly turn to “reframe” more than models do",
    ]
    assert (themes[3], strategies[3]) == ("overlap", "strategies")
    row = rows_of(told[4], "overlap")[1]
    assert row["couples_of"] == "both prefer the same reply"
    assert printed(value(row["found"]), "share") in str(themes[1])
    assert "“reframe”, the clearest of 5: people +" in str(strategies[1])


def test_the_summary_calls_nothing_clear_where_nothing_is(tmp_path: Path) -> None:
    evidence = planted(tmp_path, Planted(), np.random.default_rng(5))
    (summary,) = in_short([of(evidence) for of in SECTIONS]).parts
    assert isinstance(summary, Table)
    assert [row[0] for row in summary.rows] == [
        "No clear difference between the dimensions that raters' and judges' reasons stress",
        "No strategy to which people clearly turn otherwise than models on adversarial dialogues",
    ]


def test_what_nobody_coded_could_not_be_told(tmp_path: Path) -> None:
    write_coded(tmp_path, [reason("a")], [])
    evidence = read_evidence(tmp_path, Options())
    assert in_short([of(evidence) for of in SECTIONS]).absent == NOTHING
