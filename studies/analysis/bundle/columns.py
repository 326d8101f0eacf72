"""Every column that leaves with a bundle, and as what. A column that is not named here stays behind.

Ask of a column before it is added: can it hold a person's words, a name, a group that few belong to, a time
of day, a theme that somebody could not bear, a machine or its folders?
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class As(Enum):
    """What becomes of a cell, and why it may leave so."""

    #: As it is: a number, a key, or one of the app's own words.
    FACT = auto()
    #: As it is: what raters, judges or coders were shown, models wrote, or the researcher wrote to be read.
    MATERIAL = auto()
    #: A new name where it is a person's.
    PERSON = auto()
    #: The date of a time: the hour may tell who was at work.
    DATE = auto()
    #: A rater's own words only where somebody has read and released them.
    REVIEWED = auto()
    #: Words that may be anybody's or a machine's: only that there were some.
    COUNTED = auto()
    #: The id of a model: a server of one's own may name it by its file, and with it the machine's folders.
    MODEL = auto()
    #: JSON without what may not leave.
    CUT = auto()
    #: A new key: the old one is made of who wrote the text, for all that is known.
    KEY = auto()
    #: Why a pair was skipped, where a theme that somebody could not bear looks like any other reason.
    SKIPPED = auto()


COLUMNS: Final[Mapping[str, Mapping[As, str]]] = {
    "verdicts.csv": {
        As.FACT: "pair dimension source_kind value_shown protocol_hash order occasion scale target kind "
        "phase excluded exclusion_reason position layout seconds flags_first flags_second check_asked "
        "check_answered surplus value reason_released",
        As.MATERIAL: "dialogue tags system_first system_second response_first response_second",
        As.PERSON: "source writer_first writer_second",
        As.REVIEWED: "reason",
    },
    "systems.csv": {
        As.FACT: "kind params_total params_active", As.MATERIAL: "system family", As.MODEL: "model_id",
    },
    "dialogues.csv": {As.FACT: "turn_count non_commercial", As.MATERIAL: "dialogue turns tags licence"},
    "imports.csv": {As.FACT: "import_number", As.CUT: "report"},
    "responses.csv": {
        As.FACT: "kind words", As.MATERIAL: "response dialogue system text", As.PERSON: "writer",
    },
    "pairs.csv": {
        As.FACT: "pair kind expected p_rated",
        As.MATERIAL: "dialogue system_a system_b response_a response_b feedback",
    },
    "sessions.csv": {
        As.FACT: "outcome excluded exclusion_reason minutes pairs_rated decoys_seen decoys_lost checks_seen "
        "checks_failed",
        As.PERSON: "rater",
        As.DATE: "consented_at completed_at stopped_at timed_out_at reviewed_at",
    },
    "assignments.csv": {
        As.FACT: "booklet pair kind order rated_main protocol_hash skipped instructed_value",
        As.MATERIAL: "dialogue", As.PERSON: "rater", As.DATE: "released_at",
    },
    "skips.csv": {As.FACT: "phase", As.SKIPPED: "reason"},
    "guesses.csv": {
        As.FACT: "pair kind_first kind_second guess_first guess_second certainty_first certainty_second",
        As.MATERIAL: "dialogue system_first system_second", As.PERSON: "rater",
    },
    "answers.csv": {As.FACT: "use", As.PERSON: "rater", As.COUNTED: "value"},
    "judges.csv": {
        As.FACT: "variant for_trial prompt_version", As.MATERIAL: "judge family", As.MODEL: "model_id",
    },
    "judgments.csv": {
        As.FACT: "pair order replicate role same_family variant status outcome other_model protocol_hash "
        "samples",
        As.MATERIAL: "judge dialogue", As.MODEL: "model_requested model_returned",
    },
    "generations.csv": {
        As.FACT: "replicate status outcome other_model", As.MATERIAL: "dialogue system response",
        As.MODEL: "model_requested model_returned",
    },
    "runs.csv": {
        As.FACT: "run kind state protocol_hash cap_calls cap_tokens cap_micros gate_passed",
        As.CUT: "design", As.COUNTED: "pause_reason gate_waiver", As.DATE: "gate_waived_at",
    },
    "llm_calls.csv": {
        As.FACT: "purpose result reading latency_ms first_token_ms input_tokens output_tokens cost_micros "
        "currency",
        As.MATERIAL: "judge system",
    },
    "sheet.csv": {As.FACT: "element_id criterion", As.MATERIAL: "value comment"},
    "codes.csv": {
        As.FACT: "kind codebook_version codebook_sha256",
        As.MATERIAL: "code name definition example counter_example",
    },
    "passages.csv": {
        As.FACT: "kind source_kind variant pair order occasion place words erased text_released",
        As.MATERIAL: "dialogue tags system response",
        As.KEY: "passage", As.PERSON: "source", As.REVIEWED: "text",
    },
    "codings.csv": {
        As.FACT: "coder_kind codebook_sha256 replicate status outcome seconds same_family for_trial position "
        "other_model",
        As.MATERIAL: "family codes", As.KEY: "passage", As.PERSON: "coder",
        As.MODEL: "model_id model_requested model_returned",
    },
    "benchmarks.csv": {As.FACT: "score", As.MATERIAL: "system benchmark source"},
}  # fmt: skip

#: Tables whose rows are set in the order of their words. As they came, they would lie beside the assignments
#: of the people who made them, and name them by their place.
UNTIED: Final = frozenset({"skips.csv"})

#: What the analysis reads and a bundle does without, and why.
BEHIND: Final[Mapping[tuple[str, str], str]] = {
    ("sessions.csv", "channel"): "whoever came a rare way is known by it; the manifest counts each way",
    ("skips.csv", "rater"): "a reason, and so a theme, would be somebody's",
}


def leaving() -> dict[str, tuple[str, ...]]:
    """The columns that may leave, by table; tables in the order in which they are told."""
    return {name: tuple(" ".join(given.values()).split()) for name, given in COLUMNS.items()}


def how(name: str, column: str) -> As:
    """As what the column leaves. Raises KeyError for one that stays behind."""
    return _HOW[name, column]


_HOW: Final = {
    (name, column): as_what
    for name, given in COLUMNS.items()
    for as_what, columns in given.items()
    for column in columns.split()
}
