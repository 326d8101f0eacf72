"""A verdict: one answer on one dimension, with what was compared, the same for people and for judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from studies.comparison import OVERALL, Order, canonical
from studies.models import Protocol, Study
from studies.selectors import response_key

#: Ratings, or judgments, read at a time. Each chunk costs the same number of queries, whatever it holds.
CHUNK: Final = 1000


class Verdict(NamedTuple):
    """One line of verdicts.csv; the field names are its columns. "First" is the reply shown first.

    A tuple rather than a dataclass: an export makes half a million of them.
    """

    study: str
    protocol_hash: str
    dialogue: str
    tags: str
    pair: str
    system_first: str
    system_second: str
    order: str
    dimension: str
    source_kind: str
    source: str
    occasion: int
    value_shown: int
    value: int
    scale: int
    target: str
    kind: str
    phase: str
    pilot: bool
    surplus: bool
    rated_at: str
    response_first: str
    response_second: str
    replicate_first: int
    replicate_second: int
    writer_first: str
    writer_second: str
    rater_group: str
    position: int | None
    layout: str
    excluded: bool
    exclusion_reason: str
    reason: str
    reason_released: bool | None
    seconds: int | None
    flags_first: str
    flags_second: str
    check_asked: int | None
    check_answered: int | None
    visible_seconds: int | None
    focus_losses: int | None
    pastes: int | None


class Once(NamedTuple):
    """What belongs to a rating or judgment as a whole: it stands on one of its verdicts only."""

    reason: str
    reason_released: bool | None = None
    seconds: int | None = None
    flags_first: str = ""
    flags_second: str = ""
    check_asked: int | None = None
    check_answered: int | None = None
    visible_seconds: int | None = None
    focus_losses: int | None = None
    pastes: int | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the verdicts of one protocol share. `rubric`: the keys of its dimensions, in its order."""

    study: str
    sha256: str
    scale: int
    rubric: list[str]


class Side(NamedTuple):
    """One reply of a pair: what `side_columns` selects of it."""

    system: str
    replicate: int
    writer: str


def side_columns(pair: str) -> tuple[str, ...]:
    """What two Sides are made of, the stored first before the second; `pair` is the way to their pair."""
    fields = ("system__name", "replicate", "writer")
    return tuple(f"{pair}__{side}__{field}" for side in ("first", "second") for field in fields)


def protocols_of(study: Study) -> dict[int, Frozen]:
    return {protocol.pk: _frozen(study, protocol) for protocol in study.protocols.all()}


def _frozen(study: Study, protocol: Protocol) -> Frozen:
    document = protocol.document()
    rubric = [asked.key for asked in document.rubric]
    return Frozen(study.slug, protocol.sha256, document.scale, rubric)


def answered(shared: Verdict, rubric: list[str], answers: dict[str, int], once: Once) -> list[Verdict]:
    """One verdict an answer, in the rubric's order; `once` on the overall one, or where that was not asked
    on the first."""
    order = Order(shared.order)
    verdicts = [
        shared._replace(
            dimension=dimension,
            value_shown=answers[dimension],
            value=canonical(answers[dimension], order),
        )
        for dimension in rubric
        if dimension in answers
    ]
    if verdicts:
        head = head_of(verdicts)
        verdicts[head] = verdicts[head]._replace(**once._asdict())
    return verdicts


def head_of(verdicts: Sequence[Verdict]) -> int:
    """Which of one rating's verdicts tells what belongs to the rating as a whole."""
    return next((at for at, verdict in enumerate(verdicts) if verdict.dimension == OVERALL), 0)


#: A verdict of which nothing is known yet, but that it compares two replies, for the first time.
_BLANK: Final = Verdict(
    study="",
    protocol_hash="",
    dialogue="",
    tags="",
    pair="",
    system_first="",
    system_second="",
    order="",
    dimension="",
    source_kind="",
    source="",
    occasion=1,
    value_shown=0,
    value=0,
    scale=0,
    target="comparison",
    kind="",
    phase="",
    pilot=False,
    surplus=False,
    rated_at="",
    response_first="",
    response_second="",
    replicate_first=0,
    replicate_second=0,
    writer_first="",
    writer_second="",
    rater_group="",
    position=None,
    layout="",
    excluded=False,
    exclusion_reason="",
    reason="",
    reason_released=None,
    seconds=None,
    flags_first="",
    flags_second="",
    check_asked=None,
    check_answered=None,
    visible_seconds=None,
    focus_losses=None,
    pastes=None,
)


def compared(
    protocol: Frozen, *, dialogue: str, tags: list[str], pair: str, order: str, first: Side, second: Side
) -> Verdict:
    """What was compared, and nothing yet of who answered what. `first` and `second` as stored."""
    if order == Order.BA:
        first, second = second, first
    return _BLANK._replace(
        study=protocol.study,
        protocol_hash=protocol.sha256,
        dialogue=dialogue,
        tags=joined_tags(tags),
        pair=pair,
        system_first=first.system,
        system_second=second.system,
        order=order,
        scale=protocol.scale,
        response_first=response_key(dialogue, first.system, first.replicate),
        response_second=response_key(dialogue, second.system, second.replicate),
        replicate_first=first.replicate,
        replicate_second=second.replicate,
        writer_first=first.writer,
        writer_second=second.writer,
    )


def iso_utc(at: datetime | None) -> str:
    """ISO 8601 in UTC to the second, such as 2025-03-03T09:05:00Z; empty for None."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z" if at else ""


def joined_tags(tags: Iterable[str]) -> str:
    """Tags of a dialogue as one cell: sorted, joined by "|"."""
    return "|".join(sorted(tags))
