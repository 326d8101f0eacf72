"""A small study with its record, written by hand: two rows of the rubric, three raters, two models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from studies.analysis.agreement.sections import agreement
from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.heds.answers import Sheet
from studies.analysis.heds.fields import fields
from studies.analysis.heds.filling import fill
from studies.analysis.verdicts import NEEDED
from studies.protocol import Answer, Asked, Exclusion, ProtocolDocument, Question, canonical_json
from tests.protocols import a_protocol
from tests.studies.analysis.tables import Row, answer, write

OVERALL = Asked("overall", "Overall preference", "Which reply would help more?", "", "Your overall choice")
ATTUNEMENT = Asked(
    "attunement", "Attunement", "Which follows more closely?", "general comfort", "own details"
)
OWN = Asked("wit", "Wit", "Which is funnier?", "", "")
LABELS = {-1: "A is better", 0: "No difference", 1: "B is better"}
CHECK = Question("task", "What do you compare?", ("Two replies", "Two people"), 1)
AGE = Question("age", "How old are you?", ("18 to 29", "30 or older"), None)
REMARKS = Question("remarks", "Anything to add?", (), None)
#: Value by dialogue and rater; a row each for overall and attunement.
ANSWERS = {
    ("d1", "r1"): -1,
    ("d1", "r2"): -1,
    ("d2", "r1"): 1,
    ("d2", "r2"): 1,
    ("d3", "r1"): -1,
    ("d3", "r3"): 1,
}


def protocol(**changes: Any) -> ProtocolDocument:
    bare = a_protocol()
    whole = replace(
        bare,
        study="kind-words",
        title="Kind words",
        rubric=(OVERALL, ATTUNEMENT, OWN),
        answers=tuple(Answer(value, label) for value, label in LABELS.items()),
        texts=replace(
            bare.texts, instructions="Read.", contact_email="team@example.org", reward="£4.50 a session",
            retention="Ids are deleted after 90 days.", responsible="The lab",
        ),
        journey=replace(
            bare.journey, training_pairs=2, decoys_per_rater=3, checks_per_rater=1, comprehension=(CHECK,),
            survey=(AGE, REMARKS), sitting_minutes=45,
        ),
        exclusion_rules=(Exclusion("decoys_lost", 2), Exclusion("checks_failed", 1)),
    )  # fmt: skip
    return replace(whole, **changes)


def rows() -> list[Row]:
    """Raters' answers; the third dialogue against another model, each reply with its name."""
    found: list[Row] = []
    for (dialogue, rater), value in ANSWERS.items():
        model = "m2" if dialogue == "d3" else "m1"
        for dimension in ("overall", "attunement"):
            found.append(
                answer(
                    value, dialogue=dialogue, pair=dialogue, system_second=model, source=rater,
                    dimension=dimension, kind="main", occasion=1, excluded=0,
                    response_first=f"{dialogue}/human/1", response_second=f"{dialogue}/{model}/1",
                )
            )  # fmt: skip
    return found


def sessions(*channels: str) -> list[Row]:
    return [
        {"rater": f"r{number}", "outcome": "completed", "excluded": int(number > 3), "channel": channel}
        for number, channel in enumerate(channels, 1)
    ]


def said(element_id: str, value: str, criterion: str = "", comment: str = "") -> Row:
    return {"element_id": element_id, "criterion": criterion, "value": value, "comment": comment}


def element(number: str) -> str:
    return next(field.element_id for field in fields() if field.number == number)


def evidence(
    folder: Path,
    *,
    document: ProtocolDocument | None = None,
    answers: Iterable[Row] | None = None,
    channels: Sequence[str] = ("prolific", "prolific", "prolific", "prolific"),
    sheet: Sequence[Row] = (),
) -> Evidence:
    """The study's export, read."""
    text = canonical_json(document or protocol())
    (folder / "protocol.json").write_text(text, encoding="utf-8")
    write(folder, "verdicts.csv", rows() if answers is None else answers, columns=NEEDED)
    write(folder, "sessions.csv", sessions(*channels), columns=("rater", "outcome", "excluded", "channel"))
    if sheet:
        write(folder, "sheet.csv", sheet)
    return read_evidence(folder, Options(human=("human",)))


def sheet_of(found: Evidence) -> Sheet:
    """Filled as the report fills it."""
    return fill(found, (agreement(found),))
