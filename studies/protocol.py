"""A frozen study protocol as one canonical JSON text with its SHA-256.

Pages, prompts and analysis read the protocol, never the study's editable fields, so that what was asked
cannot drift from what was registered (Thomson & Belz, INLG 2024: define the whole sequence in advance).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final

#: Raised whenever a field is added, removed or changes its meaning.
SCHEMA: Final = 2
#: What protocols of the first schema meant without saying it: they are read for ever, and never rewritten.
_DESIGN_OF_SCHEMA_1: Final[dict[str, Any]] = {
    "shown_profile": "none",
    "max_words": None,
    "max_sentences": None,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of the rubric. `name` is the construct: recorded and exported, never shown to a rater."""

    key: str
    name: str
    question: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One option of the answer scale; `value` is signed as shown, `label` is what the rater reads."""

    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Texts:
    content_note: str
    consent: str
    instructions: str
    debrief: str
    support_contacts: str
    support_contacts_checked_on: str
    responsible: str
    contact_email: str
    reward: str
    retention: str
    complaint_right: str
    adults_only: bool


@dataclass(frozen=True, slots=True)
class Design:
    """How pairs become booklets, and how replies are shown and how long they may be. Times in minutes.

    `shown_profile` names a profile of `normalising`; None is no limit.
    """

    seed: int
    ratings_per_pair: int
    pairs_per_rater: int
    max_pairs_per_dialogue: int
    dimension_order: str
    reason: str
    session_minutes: int
    shown_profile: str
    max_words: int | None
    max_sentences: int | None


@dataclass(frozen=True, slots=True)
class Material:
    """What is compared, by count and by the SHA-256 of every shown text in a fixed order."""

    dialogues: int
    responses: int
    pairs: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contrast:
    """One confirmatory comparison. An empty list of contrasts means that the study is exploratory."""

    estimand: str
    dimension: str
    slice: str
    sidedness: str
    margin: float
    alpha: float


@dataclass(frozen=True, slots=True)
class ProtocolDocument:
    """Everything that is fixed before the first rating."""

    study: str
    title: str
    version: int
    texts: Texts
    rubric: tuple[Asked, ...]
    answers: tuple[Answer, ...]
    design: Design
    material: Material
    phases: tuple[str, ...] = ("main",)
    contrasts: tuple[Contrast, ...] = ()
    exclusion_rules: tuple[str, ...] = ()
    stopping_rule: str = ""
    schema: int = SCHEMA

    @property
    def scale(self) -> int:
        """The number of answer options: 2, 3, 4 or 5."""
        return len(self.answers)

    @property
    def is_exploratory(self) -> bool:
        return not self.contrasts


def canonical_json(document: ProtocolDocument) -> str:
    """Sorted keys, no insignificant white space, UTF-8 text: the same content is the same bytes."""
    return json.dumps(asdict(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(canonical: str) -> str:
    """64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def read(canonical: str) -> ProtocolDocument:
    """The document behind a canonical text. Raises ValueError for a schema this version cannot read."""
    raw: dict[str, Any] = json.loads(canonical)
    if raw["schema"] not in (1, SCHEMA):
        raise ValueError(f"protocol schema {raw['schema']} is not readable here (this is {SCHEMA})")
    unsaid: dict[str, Any] = _DESIGN_OF_SCHEMA_1 if raw["schema"] == 1 else {}
    return ProtocolDocument(
        **{
            **raw,
            "texts": Texts(**raw["texts"]),
            "rubric": tuple(Asked(**row) for row in raw["rubric"]),
            "answers": tuple(Answer(**row) for row in raw["answers"]),
            "design": Design(**unsaid, **raw["design"]),
            "material": Material(**raw["material"]),
            "phases": tuple(raw["phases"]),
            "contrasts": tuple(Contrast(**row) for row in raw["contrasts"]),
            "exclusion_rules": tuple(raw["exclusion_rules"]),
        }
    )
