"""Verdicts: ratings with what was rated, one row per rating and dimension. Here, and only here and in
`raters.export`, ratings are unblinded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Final, NamedTuple

from django.db.models import QuerySet

from raters.models import Assignment, Rating, RatingScore, RatingSession
from raters.screening import exclusion_reason
from studies.comparison import OVERALL, Order, canonical
from studies.models import Protocol, Study
from studies.selectors import response_key

#: Ratings read at a time. Each chunk costs the same number of queries, whatever it holds.
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
    position: int
    layout: str
    excluded: bool
    exclusion_reason: str
    reason: str
    seconds: int | None


def verdicts_of(study: Study) -> Iterator[Verdict]:
    """All verdicts by booklet, place in the booklet, phase and row of the rubric, streamed."""
    return chain.from_iterable(verdicts_by_rating(study))


def verdicts_by_rating(study: Study) -> Iterator[list[Verdict]]:
    """As `verdicts_of`, the verdicts of each rating together. Memory does not grow with the study."""
    ordered = ratings_of(study).order_by(
        "assignment__booklet__protocol__version",
        "assignment__booklet__number",
        "assignment__position",
        "phase",
    )
    keys = ordered.values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    protocols = _protocols_of(study)
    while chunk := list(islice(keys, CHUNK)):
        yield from _unblinded(chunk, protocols)


def verdicts_for(study: Study, ratings: Sequence[int]) -> list[Verdict]:
    """The verdicts of some of the study's ratings, by primary key, in the order of the keys."""
    return list(chain.from_iterable(_unblinded(ratings, _protocols_of(study))))


def ratings_of(study: Study) -> QuerySet[Rating]:
    return Rating.objects.filter(assignment__booklet__protocol__study=study)


def iso_utc(at: datetime | None) -> str:
    """ISO 8601 in UTC to the second, such as 2025-03-03T09:05:00Z; empty for None."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z" if at else ""


def joined_tags(tags: Iterable[str]) -> str:
    """Tags of a dialogue as one cell: sorted, joined by "|"."""
    return "|".join(sorted(tags))


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What the verdicts of one protocol share. `rubric`: the keys of its dimensions, in its order."""

    study: str
    sha256: str
    scale: int
    rubric: list[str]


class _Side(NamedTuple):
    """One reply of a pair."""

    system: str
    replicate: int
    writer: str


class _Row(NamedTuple):
    """A rating with what was rated, selected as below. `first` and `second` as stored."""

    rating: int
    session: int
    protocol: int
    pair_id: int
    dialogue: str
    tags: list[str]
    pair: str
    order: str
    kind: str
    position: int
    released_at: datetime | None
    phase: str
    reason: str
    seconds: int | None
    layout: str
    rated_at: datetime
    first: _Side
    second: _Side


_SELECTED: Final = (
    "pk",
    "assignment__booklet__session_id",
    "assignment__booklet__protocol_id",
    "assignment__pair_id",
    "assignment__pair__dialogue__external_id",
    "assignment__pair__dialogue__tags",
    "assignment__pair__key",
    "assignment__order",
    "assignment__kind",
    "assignment__position",
    "assignment__released_at",
    "phase",
    "reason",
    "seconds",
    "layout",
    "rated_at",
)
_SELECTED_SIDES: Final = tuple(
    f"assignment__pair__{side}__{field}"
    for side in ("first", "second")
    for field in ("system__name", "replicate", "writer")
)


def _protocols_of(study: Study) -> dict[int, _Frozen]:
    return {protocol.pk: _frozen(study, protocol) for protocol in study.protocols.all()}


def _frozen(study: Study, protocol: Protocol) -> _Frozen:
    document = protocol.document()
    rubric = [asked.key for asked in document.rubric]
    return _Frozen(study.slug, protocol.sha256, document.scale, rubric)


def _unblinded(keys: Sequence[int], protocols: dict[int, _Frozen]) -> Iterator[list[Verdict]]:
    """Four queries at most: the ratings, their sessions, their answers, and what repeats repeat."""
    rows = _rows(keys)
    sessions = RatingSession.objects.in_bulk({row.session for row in rows.values()})
    reasons = {pk: exclusion_reason(session) for pk, session in sessions.items()}
    answers = _answers_to(keys)
    occasions = _occasions_of_repeats(rows.values())
    for key in keys:
        row = rows.get(key)
        if row is None or not answers[key]:  # erased in the meantime
            continue
        protocol, session = protocols[row.protocol], sessions[row.session]
        shared = _shared(row, protocol, session, reasons[row.session], occasions.get(key, 1))
        yield _verdicts(shared, row, protocol.rubric, answers[key])


def _rows(keys: Sequence[int]) -> dict[int, _Row]:
    selected = Rating.objects.filter(pk__in=keys).values_list(*_SELECTED, *_SELECTED_SIDES)
    return {
        values[0]: _Row._make((*values[: len(_SELECTED)], _Side(*values[-6:-3]), _Side(*values[-3:])))
        for values in selected
    }


def _answers_to(keys: Sequence[int]) -> dict[int, dict[str, int]]:
    """Values as shown, by rating and dimension."""
    answers: dict[int, dict[str, int]] = defaultdict(dict)
    scores = RatingScore.objects.filter(rating_id__in=keys)
    for rating, dimension, value in scores.values_list("rating_id", "dimension__key", "value"):
        answers[rating][dimension] = value
    return answers


def _occasions_of_repeats(rows: Iterable[_Row]) -> dict[int, int]:
    """Which time this was, by rating: 1 + how often this rater had rated the pair in that phase before."""
    repeats = [row for row in rows if row.kind == Assignment.Kind.REPEAT]
    if not repeats:
        return {}
    places: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    rated = Rating.objects.filter(
        assignment__booklet__session_id__in={row.session for row in repeats},
        assignment__pair_id__in={row.pair_id for row in repeats},
    )
    for session, pair, phase, position in rated.values_list(
        "assignment__booklet__session_id", "assignment__pair_id", "phase", "assignment__position"
    ):
        places[session, pair, phase].append(position)
    return {
        row.rating: 1 + sum(place < row.position for place in places[row.session, row.pair_id, row.phase])
        for row in repeats
    }


def _verdicts(shared: Verdict, row: _Row, rubric: list[str], answers: dict[str, int]) -> list[Verdict]:
    """One verdict an answer, in the rubric's order; the reason and the time on the overall one."""
    order = Order(row.order)
    return [
        shared._replace(
            dimension=dimension,
            value_shown=answers[dimension],
            value=canonical(answers[dimension], order),
            reason=row.reason if dimension == OVERALL else "",
            seconds=row.seconds if dimension == OVERALL else None,
        )
        for dimension in rubric
        if dimension in answers
    ]


def _shared(row: _Row, protocol: _Frozen, session: RatingSession, excluded: str, occasion: int) -> Verdict:
    """What all verdicts of a rating have in common; what they have not is empty."""
    first, second = (row.first, row.second) if row.order == Order.AB else (row.second, row.first)
    return Verdict(
        study=protocol.study,
        protocol_hash=protocol.sha256,
        dialogue=row.dialogue,
        tags=joined_tags(row.tags),
        pair=row.pair,
        system_first=first.system,
        system_second=second.system,
        order=row.order,
        dimension="",
        source_kind="rater",
        source=session.pseudonym,
        occasion=occasion,
        value_shown=0,
        value=0,
        scale=protocol.scale,
        target="comparison",
        kind=row.kind,
        phase=row.phase,
        pilot=session.is_pilot,
        surplus=row.released_at is not None and row.rated_at >= row.released_at,
        rated_at=iso_utc(row.rated_at),
        response_first=response_key(row.dialogue, first.system, first.replicate),
        response_second=response_key(row.dialogue, second.system, second.replicate),
        replicate_first=first.replicate,
        replicate_second=second.replicate,
        writer_first=first.writer,
        writer_second=second.writer,
        rater_group=session.rater_group,
        position=row.position,
        layout=row.layout,
        excluded=bool(excluded),
        exclusion_reason=excluded,
        reason="",
        seconds=None,
    )
