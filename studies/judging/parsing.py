"""From a judge's text to values, or to a named reason why there are none. Nothing is guessed or repaired.

An answer that cannot be read is missing: never a tie, and never a win for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studies.calling.strict_json import Kind, Unparseable, object_of, quoted, text_of, value_in
from studies.judging.prompts import JudgePrompt
from studies.judging.schema import EVIDENCE, REASON, VERDICT, Layout


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole answer. `values` by dimension key as shown (< 0: the first shown is better).

    `reason` is that of the overall verdict, `reasons` holds every dimension's. `evidence` is what was noted
    of the first and the second shown, "" where it is not asked. `fenced`: the JSON stood in a code fence.
    """

    values: Mapping[str, int]
    reason: str
    reasons: Mapping[str, str]
    evidence: tuple[str, str]
    fenced: bool


def parse(text: str, *, prompt: JudgePrompt) -> Parsed:
    """The verdicts of an answer to `prompt`. Raises Unparseable, and nothing else, for any text."""
    answer, fenced = value_in(text)
    return _read(answer, prompt.layout, fenced=fenced)


def _read(answer: Any, layout: Layout, *, fenced: bool) -> Parsed:
    fields = [question.field for question in layout.questions]
    expected = [EVIDENCE, *fields] if layout.has_evidence else fields
    whole = object_of(answer, expected, "the answer")
    first = second = ""
    if layout.has_evidence:
        slots = [layout.slots.first, layout.slots.second]
        noted = object_of(whole[EVIDENCE], slots, EVIDENCE)
        first, second = (text_of(noted[slot], f"{EVIDENCE} of {slot}") for slot in slots)
    values: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for question in layout.questions:
        given = object_of(whole[question.field], [REASON, VERDICT], question.field)
        reasons[question.asked.key] = text_of(given[REASON], f"{REASON} of {question.field}")
        values[question.asked.key] = _value(given[VERDICT], layout, question.field)
    return Parsed(values, reasons[layout.questions[-1].asked.key], reasons, (first, second), fenced)


def _value(verdict: Any, layout: Layout, field: str) -> int:
    if not isinstance(verdict, str) or verdict not in layout.verdicts:
        raise Unparseable(Kind.SCHEMA, f"the verdict of {field} was never offered: {quoted(verdict)}")
    return layout.verdicts[verdict]
