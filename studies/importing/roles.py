"""Who speaks: labels of other data sets mapped to seeker and supporter. Never guessed from position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from studies.comparison import SPEAKERS, Speaker
from studies.importing.records import Options, Refused, TurnRecord
from studies.importing.values import kind_of

SEEKER_LABELS: Final = (
    *("seeker", "helpseeker", "supportseeker", "usr", "user", "speaker", "patient", "client"),
    *("caller", "visitor", "helpee", "poster"),
)
SUPPORTER_LABELS: Final = (
    *("supporter", "helper", "sys", "assistant", "listener", "agent", "therapist"),
    *("counsellor", "counselor", "bot", "peersupporter"),
)
ROLES: Final[Mapping[str, Speaker]] = {
    **dict.fromkeys(SEEKER_LABELS, "seeker"),
    **dict.fromkeys(SUPPORTER_LABELS, "supporter"),
}
#: TurnRecord from a pair, past its Python-level constructor: a third of the time, half a million times.
_turn: Final = partial(tuple.__new__, TurnRecord)
_NAMES: Final = frozenset(SPEAKERS)
#: Kept in a dialogue's meta where its speakers were not in the file.
ASSUMED_KEY: Final = "speakers_assumed"

NO_SPEAKERS: Final = "the dialogue has no speakers"
NO_SPEAKERS_REMEDY: Final = (
    "Who speaks is never guessed. If the turns of these dialogues strictly alternate, say who begins: "
    "first speaker supporter, or seeker (--first-speaker supporter); this is recorded. "
    "Else add the speakers to the file"
)


@dataclass(frozen=True, slots=True)
class Told:
    """The turns of one dialogue with their roles, and what was done to get there."""

    turns: tuple[TurnRecord, ...]
    aliases: tuple[tuple[str, int], ...]
    merged: int
    assumed: bool
    declared: tuple[str, ...]

    def meta(self, meta: Mapping[str, Any]) -> Mapping[str, Any]:
        """`meta`, with a note where alternation was assumed."""
        if not self.assumed:
            return meta
        return {**meta, ASSUMED_KEY: f"alternating, {self.turns[0].speaker} first"}


def role_of(label: object) -> Speaker:
    """The role behind a speaker label. Raises Refused for one that is not known."""
    if not isinstance(label, str):
        raise Refused(f"a speaker must be text, not {kind_of(label)}")
    plain = "".join(letter for letter in label.casefold() if letter.isalnum())
    try:
        return ROLES[plain]
    except KeyError:
        known = ", ".join(ROLES)
        raise Refused(
            f"unknown speaker {label[:60]!r}",
            f"Name the speakers seeker and supporter in the file (also understood: {known})",
        ) from None


def tell(labels: Sequence[object], texts: Sequence[str], options: Options) -> Told:
    """The turns with their speakers. `labels` is as long as `texts`; None or "" is an absent label.

    Raises Refused for unknown labels, for labels present on some turns only, and for none at all unless
    `options.first_speaker` says who begins.
    """
    absent = labels.count(None) + labels.count("")
    if absent and absent < len(labels):
        raise Refused(
            f"{absent} of {len(labels)} turns have no speaker",
            "Add the missing speakers to the file",
        )
    if absent:
        return _alternating(texts, options)
    aliases: Counter[str] = Counter()
    speakers = _named(labels) or tuple(_mapped(labels, aliases))
    turns = tuple(map(_turn, zip(speakers, texts, strict=True)))
    joined = merged(turns) if options.merge_turns else turns
    return Told(joined, tuple(aliases.items()), len(turns) - len(joined), False, speakers)


def _named(labels: Sequence[object]) -> tuple[Speaker, ...]:
    """The labels if all of them are roles by name, which is the common case; else nothing."""
    try:
        return cast(tuple[Speaker, ...], tuple(labels)) if _NAMES.issuperset(labels) else ()
    except TypeError:
        return ()


def _mapped(labels: Sequence[object], aliases: Counter[str]) -> Iterator[Speaker]:
    for label in labels:
        if label == "seeker":
            yield "seeker"
        elif label == "supporter":
            yield "supporter"
        else:
            role = role_of(label)
            aliases[f"{label} → {role}"] += 1
            yield role


def _alternating(texts: Sequence[str], options: Options) -> Told:
    if options.first_speaker is None:
        raise Refused(NO_SPEAKERS, NO_SPEAKERS_REMEDY)
    second: Speaker = "seeker" if options.first_speaker == "supporter" else "supporter"
    turns = tuple(
        TurnRecord(second if index % 2 else options.first_speaker, text) for index, text in enumerate(texts)
    )
    return Told(turns, (), 0, True, ("",) * len(texts))


def merged(turns: Sequence[TurnRecord]) -> tuple[TurnRecord, ...]:
    """Consecutive turns of one speaker become one, joined by a line break."""
    joined: list[TurnRecord] = []
    for turn in turns:
        if joined and joined[-1].speaker == turn.speaker:
            joined[-1] = TurnRecord(turn.speaker, f"{joined[-1].text}\n{turn.text}")
        else:
            joined.append(turn)
    return tuple(joined)
