"""The form of a judge's answer: which questions, which verdicts, and the strict JSON schema for both.

The questions are numbered, as on a rater's page, so that no construct's name is read; the verdicts are
exactly the study's answer options. The schema holds required keys and enums only, written out in place,
because that is what all providers' strict modes have in common.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from studies.comparison import OVERALL
from studies.protocol import Asked, ProtocolDocument, sha256_of

#: `no_rubric` asks what the preference-and-reason layout asks raters: the overall question and why.
Variant = Literal["rubric", "no_rubric"]

EVIDENCE: Final = "evidence"
REASON: Final = "reason"
VERDICT: Final = "verdict"
NO_DIFFERENCE: Final = "no_difference"


@dataclass(frozen=True, slots=True)
class SlotIds:
    """What the two replies are called in one call. They mean nothing and are stored."""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the rubric under the name that it has in the answer."""

    field: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Layout:
    """One call's answer form. `verdicts` maps each option to its value as shown (< 0: first is better).

    `longest_text` bounds free texts, in characters, for small models that would write on without an end;
    some providers' strict modes refuse such a bound, so there is none unless asked for.
    """

    slots: SlotIds
    questions: tuple[Question, ...]
    verdicts: Mapping[str, int]
    has_evidence: bool
    longest_text: int | None = None

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema. Its order is the order of writing: evidence, each reason before its verdict."""
        properties = {question.field: _object(self._answer()) for question in self.questions}
        if self.has_evidence:
            evidence = _object({self.slots.first: self._text(), self.slots.second: self._text()})
            properties = {EVIDENCE: evidence, **properties}
        return _object(properties)

    @property
    def schema_sha256(self) -> str:
        """The hash of the schema as JSON, keys in their order, because that order steers the answer."""
        return sha256_of(json.dumps(self.schema, ensure_ascii=False, separators=(",", ":")))

    def _answer(self) -> dict[str, Any]:
        return {REASON: self._text(), VERDICT: {"type": "string", "enum": list(self.verdicts)}}

    def _text(self) -> dict[str, Any]:
        return {"type": "string"} | ({} if self.longest_text is None else {"maxLength": self.longest_text})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def layout_for(
    document: ProtocolDocument, *, variant: Variant, slots: SlotIds, longest_text: int | None = None
) -> Layout:
    """The answer form of a protocol: the rubric's rows in its order, the overall question last.

    Raises ValueError where the rubric has no overall question, or an answer has no wording here.
    """
    overall = [asked for asked in document.rubric if asked.key == OVERALL]
    if not overall:
        raise ValueError(f"the rubric has no dimension with the key {OVERALL!r}")
    rows = [asked for asked in document.rubric if asked.key != OVERALL] if variant == "rubric" else []
    numbered = [Question(f"q{number}", asked) for number, asked in enumerate(rows, start=1)]
    return Layout(
        slots=slots,
        questions=(*numbered, Question(OVERALL, overall[0])),
        verdicts=_verdicts([answer.value for answer in document.answers], slots),
        has_evidence=variant == "rubric",
        longest_text=longest_text,
    )


def _verdicts(values: list[int], slots: SlotIds) -> Mapping[str, int]:
    """Names that say which reply is better, and by how much where the study asks that."""
    strengths = {1: "a_little_better", 2: "much_better"} if max(values) > 1 else {1: "better"}
    named = {}
    for value in values:
        if value and abs(value) not in strengths:
            raise ValueError(f"no wording for the answer value {value}")
        slot = slots.first if value < 0 else slots.second
        named[f"{slot}_{strengths[abs(value)]}" if value else NO_DIFFERENCE] = value
    return MappingProxyType(named)
