"""A frozen study protocol as one canonical JSON text with its SHA-256.

Pages, prompts and analysis read the protocol, never the study's editable fields, so that what was asked
cannot drift from what was registered (Thomson & Belz, INLG 2024: define the whole sequence in advance).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

from studies.comparison import OVERALL

#: Raised whenever a field is added, removed or changes its meaning.
SCHEMA: Final = 5
#: What a confirmatory comparison can be about, and whether it has a direction.
ESTIMANDS: Final = ("human_vs_models", "system_vs_system", "slice_difference", "judge_agreement")
SIDEDNESS: Final = ("two_sided", "greater", "less", "equivalence")
#: The phases in which a pair is rated: the first pass, and the rubric on the rater's own pairs after it.
MAIN: Final = "main"
RUBRIC: Final = "rubric"
#: What protocols of the first schema meant without saying it: they are read for ever, and never rewritten.
_DESIGN_BEFORE_2: Final[dict[str, Any]] = {"shown_profile": "none", "max_words": None, "max_sentences": None}


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
class Question:
    """A question around the pairs. `right` is the number of the right option, from 1; None in a survey."""

    key: str
    text: str
    options: tuple[str, ...]
    right: int | None


@dataclass(frozen=True, slots=True)
class Theme:
    """A hard theme: the dialogues' tag, and what raters read."""

    tag: str
    label: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Leaves a rater's ratings out of the analysis. `measure`: decoys_lost or checks_failed."""

    measure: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Texts:
    """`words_may_leave`: raters' own words may go to outside providers. Before the fifth schema: never."""

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
    language: str
    who_reads: str
    words_may_leave: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """How pairs become booklets, how replies are shown (`shown_profile`: see `normalising`) and how long they
    may be (None: no limit). Times in minutes."""

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
class Journey:
    """What a rater goes through around the pairs. Times in minutes, shares in percent, 0 is off."""

    asking: str
    reason_percent: int
    training_pairs: int
    repeats_percent: int
    decoys_per_rater: int
    checks_per_rater: int
    blinding_pairs: int
    break_minutes: int
    break_tagged_pairs: int
    sitting_minutes: int
    withdrawal: str
    identity_days: int
    texts_days: int
    themes: tuple[Theme, ...]
    risk_phrases: tuple[str, ...]
    comprehension: tuple[Question, ...]
    survey: tuple[Question, ...]


#: What protocols before the third schema meant: pairs on one page, and nothing around them.
_JOURNEY_BEFORE_3: Final = Journey(
    asking="one_page",
    reason_percent=100,
    training_pairs=0,
    repeats_percent=0,
    decoys_per_rater=0,
    checks_per_rater=0,
    blinding_pairs=0,
    break_minutes=0,
    break_tagged_pairs=0,
    sitting_minutes=0,
    withdrawal="keep",
    identity_days=0,
    texts_days=0,
    themes=(),
    risk_phrases=(),
    comprehension=(),
    survey=(),
)
_TEXTS_BEFORE_3: Final[dict[str, Any]] = {"language": "en-gb", "who_reads": ""}


@dataclass(frozen=True, slots=True)
class Material:
    """What is compared, by count and by the SHA-256 of every shown text in a fixed order."""

    dialogues: int
    responses: int
    pairs: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contrast:
    """One confirmatory comparison. An empty list of contrasts means that the study is exploratory.

    `estimand` says what is compared (`studies.analysis.contrasts` computes it):
    `human_vs_models` the mean share by which people's replies are preferred to those of each model, models
    equally weighted, minus one half; `system_vs_system` the share by which `system` is preferred to
    `against`, minus one half; `slice_difference` the human_vs_models share on `slice` minus that on all other
    dialogues; `judge_agreement` the judge's agreement with a rater minus that of another rater, on the same
    pairs. `source` is whose answers count: `raters`, `jury`, or a judge's name; for judge_agreement a judge's
    name or `jury`. `slice` is a tag of dialogues, empty for all of them. `sidedness` is `two_sided`,
    `greater`, `less`, or `equivalence`: then the difference is shown to lie within ±`margin` by two one-sided
    tests.
    """

    name: str
    estimand: str
    source: str
    system: str
    against: str
    dimension: str
    slice: str
    sidedness: str
    margin: float
    alpha: float


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """What of the analysis is chosen before the first rating. `seed` is of all draws.

    `agreement_margin`: the difference in agreement, as a share, that still counts as equivalent. `epsilon`:
    what a judge may fall behind a rater because it costs less (Calderon et al. 2025)."""

    agreement_margin: float = 0.05
    epsilon: float = 0.1
    seed: int = 1


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
    journey: Journey = _JOURNEY_BEFORE_3
    phases: tuple[str, ...] = (MAIN,)
    contrasts: tuple[Contrast, ...] = ()
    analysis: AnalysisPlan = AnalysisPlan()
    exclusion_rules: tuple[Exclusion, ...] = ()
    stopping_rule: str = ""
    schema: int = SCHEMA

    @property
    def scale(self) -> int:
        """The number of answer options: 2, 3, 4 or 5."""
        return len(self.answers)

    def asked_in(self, phase: str) -> tuple[Asked, ...]:
        """The rubric's rows that raters answer in a phase, in its order; none in a phase that is not held."""
        if phase not in self.phases:
            return ()
        if phase == RUBRIC:
            return tuple(row for row in self.rubric if row.key != OVERALL)
        if self.journey.asking == "one_page":
            return self.rubric
        return tuple(row for row in self.rubric if row.key == OVERALL)

    @property
    def froze_analysis(self) -> bool:
        """Whether the plan of the analysis was in the document: before the fourth schema there was none."""
        return self.schema >= 4

    @property
    def is_exploratory(self) -> bool:
        return not self.contrasts


def canonical_json(document: ProtocolDocument) -> str:
    """Sorted keys, no insignificant white space, UTF-8 text: the same content is the same bytes."""
    return json.dumps(asdict(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(canonical: str) -> str:
    """64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical.encode()).hexdigest()


@lru_cache(maxsize=32)
def read(canonical: str) -> ProtocolDocument:
    """The document behind a canonical text. Raises ValueError for a schema this version cannot read."""
    raw: dict[str, Any] = json.loads(canonical)
    if raw["schema"] not in range(1, SCHEMA + 1):
        raise ValueError(f"protocol schema {raw['schema']} is not readable here (this is {SCHEMA})")
    unsaid: dict[str, Any] = _DESIGN_BEFORE_2 if raw["schema"] == 1 else {}
    texts_unsaid: dict[str, Any] = _TEXTS_BEFORE_3 if raw["schema"] < 3 else {}
    return ProtocolDocument(
        **{
            **raw,
            "texts": Texts(**texts_unsaid, **raw["texts"]),
            "journey": _journey(raw["journey"]) if "journey" in raw else _JOURNEY_BEFORE_3,
            "rubric": tuple(Asked(**row) for row in raw["rubric"]),
            "answers": tuple(Answer(**row) for row in raw["answers"]),
            "design": Design(**unsaid, **raw["design"]),
            "material": Material(**raw["material"]),
            "phases": tuple(raw["phases"]),
            "contrasts": tuple(Contrast(**row) for row in raw["contrasts"]),
            "analysis": AnalysisPlan(**raw.get("analysis", {})),
            "exclusion_rules": tuple(Exclusion(**rule) for rule in raw["exclusion_rules"]),
        }
    )


def _journey(raw: dict[str, Any]) -> Journey:
    return Journey(
        **{
            **raw,
            "themes": tuple(Theme(**theme) for theme in raw["themes"]),
            "risk_phrases": tuple(raw["risk_phrases"]),
            "comprehension": tuple(map(_question, raw["comprehension"])),
            "survey": tuple(map(_question, raw["survey"])),
        }
    )


def _question(raw: dict[str, Any]) -> Question:
    return Question(**{**raw, "options": tuple(raw["options"])})
