"""The kinds of findings, and for each whether it blocks. docs/importing.md shows this table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from studies.importing.records import Refused


class Severity(StrEnum):
    """Errors block; warnings are acknowledged or resolved."""

    ERROR = "error"
    WARNING = "warning"


class Kind(StrEnum):
    """What a finding is about. The values stand on the command line and in stored reports."""

    PLACEHOLDER = "placeholder"
    HUMAN_EQUALS_MODEL = "human-equals-model"
    CONTRADICTORY_KIND = "contradictory-kind"
    IDENTICAL_ACROSS_SYSTEMS = "identical-across-systems"
    IDENTICAL_ACROSS_DIALOGUES = "identical-across-dialogues"
    NEAR_IDENTICAL = "near-identical"
    REPEATS_A_TURN = "repeats-a-turn"
    OVER_LENGTH = "over-length"
    SEEKER_VOICE = "seeker-voice"
    SELF_IDENTIFICATION = "self-identification"
    CONTROL_CHARACTERS = "control-characters"
    MISSING_CELL = "missing-cell"
    TWIN_SYSTEMS = "twin-systems"
    FORMATTING_ASYMMETRY = "formatting-asymmetry"
    ENDS_ON_SUPPORTER = "ends-on-supporter"
    BLANK_TURN = "blank-turn"


@dataclass(frozen=True, slots=True)
class About:
    """`excludable`: the finding names single replies, which can be left out."""

    severity: Severity
    excludable: bool
    meaning: str
    remedy: str


_E, _W = Severity.ERROR, Severity.WARNING
TABLE: Final[Mapping[Kind, About]] = {
    Kind.PLACEHOLDER: About(
        *(_E, True),
        "The reply is blank or stands for a missing one, such as “(your response)” or a literal \\n.",
        "Get the real reply, or leave the flagged replies out.",
    ),
    Kind.HUMAN_EQUALS_MODEL: About(
        *(_E, True),
        "A text under a human label equals a model's reply, in the same or in another dialogue.",
        "Find out who wrote it; else leave the human cells out.",
    ),
    Kind.CONTRADICTORY_KIND: About(
        *(_E, False),
        "One system is called human in one place and llm in another.",
        "Give every reply of a system the same kind.",
    ),
    Kind.IDENTICAL_ACROSS_SYSTEMS: About(
        *(_W, True),
        "Two replies to one dialogue are the same text, so a comparison of them says nothing.",
        "Check whether a column was copied; leave them out if so.",
    ),
    Kind.IDENTICAL_ACROSS_DIALOGUES: About(
        *(_W, True),
        "The same text answers two dialogues, so that one of them is probably not being answered.",
        "Check whether rows have slipped; leave them out if so.",
    ),
    Kind.NEAR_IDENTICAL: About(
        *(_W, True),
        "Two replies to one dialogue differ in a word or two; beside a model's, the human one is named.",
        "Check whether one is an edited copy of the other.",
    ),
    Kind.REPEATS_A_TURN: About(
        *(_W, True),
        "The reply repeats a turn of its own dialogue word for word.",
        "Check for an echo or a slipped cell.",
    ),
    Kind.OVER_LENGTH: About(
        *(_W, True),
        "The reply has more words than the cap, and length sways raters.",
        "Apply the cap to all systems alike, or treat length as a covariate.",
    ),
    Kind.SEEKER_VOICE: About(
        *(_W, True),
        "The reply seems to speak as the seeker, as when roles were swapped in a prompt.",
        "Read them; leave out or regenerate those in the wrong role.",
    ),
    Kind.SELF_IDENTIFICATION: About(
        *(_W, True),
        "The reply speaks of itself as an AI or names a model, which breaks blinding.",
        "Read them; leave them out, or report that raters could tell.",
    ),
    Kind.CONTROL_CHARACTERS: About(
        *(_W, True),
        "A reply, or a turn, holds invisible control or text direction characters.",
        "Clean the text; these can change what a rater sees.",
    ),
    Kind.MISSING_CELL: About(
        *(_W, False),
        "A system has no reply to a dialogue that others answer.",
        "Get the replies, or accept that pairs with that system are missing there.",
    ),
    Kind.TWIN_SYSTEMS: About(
        *(_W, False),
        "Two keys look like one system under two names.",
        "Rename one of them in the file if they are the same.",
    ),
    Kind.FORMATTING_ASYMMETRY: About(
        *(_W, False),
        "A system uses markdown, emoji or dashes far more, or less, than the others: a tell.",
        "Normalise what is shown, or report it as a possible leak.",
    ),
    Kind.ENDS_ON_SUPPORTER: About(
        *(_W, False),
        "The dialogue's last turn is the supporter's, so a reply would follow its own side.",
        "Check the cut; consider leaving the dialogue out of the file.",
    ),
    Kind.BLANK_TURN: About(
        *(_W, False),
        "A turn of the dialogue is blank.",
        "Check the source; raters will see an empty turn.",
    ),
}


def kinds_from(names: Iterable[str]) -> frozenset[Kind]:
    """The kinds to leave out, from their names. Raises Refused for one that names no replies."""
    wanted = []
    possible = [kind for kind, about in TABLE.items() if about.excludable]
    for name in filter(None, map(str.strip, names)):
        if name not in possible:
            why = "does not flag single replies" if name in TABLE else "is no kind of finding"
            raise Refused(f"cannot leave out {name[:60]!r}: it {why}", f"Possible: {', '.join(possible)}")
        wanted.append(Kind(name))
    return frozenset(wanted)
