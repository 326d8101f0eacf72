"""Verdicts of raters: ratings with what was rated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Final, NamedTuple

from django.db.models import QuerySet

from raters.models import Assignment, Rating, RatingScore, RatingSession, ReplyFlag
from raters.screening import exclusion_reasons, lateness
from raters.verdicts.verdict import (
    CHUNK,
    Frozen,
    Once,
    Side,
    Verdict,
    answered,
    compared,
    iso_utc,
    protocols_of,
    side_columns,
)
from studies.models import Study
from studies.protocol import MAIN


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
    protocols = protocols_of(study)
    while chunk := list(islice(keys, CHUNK)):
        yield from _unblinded(chunk, protocols)


def verdicts_for(study: Study, ratings: Sequence[int]) -> list[Verdict]:
    """The verdicts of some of the study's ratings, by primary key, in the order of the keys."""
    return list(chain.from_iterable(_unblinded(ratings, protocols_of(study))))


def ratings_of(study: Study) -> QuerySet[Rating]:
    return Rating.objects.filter(assignment__booklet__protocol__study=study)


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
    check_asked: int | None
    phase: str
    reason: str
    reason_released_at: datetime | None
    seconds: int | None
    layout: str
    check_answered: int | None
    visible_seconds: int | None
    focus_losses: int | None
    pastes: int | None
    rated_at: datetime
    late: str
    first: Side
    second: Side


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
    "assignment__instructed_value",
    "phase",
    "reason",
    "reason_released_at",
    "seconds",
    "layout",
    "instructed_answer",
    "visible_seconds",
    "focus_losses",
    "pastes",
    "rated_at",
    "late",
)


def _unblinded(keys: Sequence[int], protocols: dict[int, Frozen]) -> Iterator[list[Verdict]]:
    """Eight queries at most: the ratings, their sessions, which of these are left out (three), their answers
    and flags, and what repeats repeat."""
    rows = _rows(keys)
    sessions = RatingSession.objects.in_bulk({row.session for row in rows.values()})
    reasons = exclusion_reasons(list(sessions.values()))
    answers, flags = _answers_to(keys), _flags_of(keys)
    occasions = _occasions_of_repeats(rows.values())
    for key in keys:
        row = rows.get(key)
        if row is None or not answers[key]:  # erased in the meantime
            continue
        protocol, session = protocols[row.protocol], sessions[row.session]
        excluded = reasons[row.session] or row.late
        shared = _shared(row, protocol, session, excluded, occasions.get(key, 1))
        yield answered(shared, protocol.rubric, answers[key], _once(row, flags[key]))


def _rows(keys: Sequence[int]) -> dict[int, _Row]:
    sides = side_columns("assignment__pair")
    selected = Rating.objects.filter(pk__in=keys).annotate(late=lateness()).values_list(*_SELECTED, *sides)
    return {
        values[0]: _Row._make((*values[: len(_SELECTED)], Side(*values[-6:-3]), Side(*values[-3:])))
        for values in selected
    }


def _answers_to(keys: Sequence[int]) -> dict[int, dict[str, int]]:
    """Values as shown, by rating and dimension."""
    answers: dict[int, dict[str, int]] = defaultdict(dict)
    scores = RatingScore.objects.filter(rating_id__in=keys)
    for rating, dimension, value in scores.values_list("rating_id", "dimension__key", "value"):
        answers[rating][dimension] = value
    return answers


def _flags_of(keys: Sequence[int]) -> dict[int, dict[int, list[str]]]:
    """What raters said is wrong with a reply, by rating and side as shown, sorted."""
    flags: dict[int, dict[int, list[str]]] = defaultdict(lambda: {1: [], 2: []})
    found = ReplyFlag.objects.filter(rating_id__in=keys).order_by("kind")
    for rating, side, kind in found.values_list("rating_id", "side", "kind"):
        flags[rating][side].append(kind)
    return flags


def _once(row: _Row, flags: dict[int, list[str]]) -> Once:
    """What belongs to the rating as a whole. The check's own row is in the main phase."""
    return Once(
        reason=row.reason,
        reason_released=row.reason_released_at is not None if row.reason else None,
        seconds=row.seconds,
        flags_first="|".join(flags[1]),
        flags_second="|".join(flags[2]),
        check_asked=row.check_asked if row.phase == MAIN else None,
        check_answered=row.check_answered if row.phase == MAIN else None,
        visible_seconds=row.visible_seconds,
        focus_losses=row.focus_losses,
        pastes=row.pastes,
    )


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


def _shared(row: _Row, protocol: Frozen, session: RatingSession, excluded: str, occasion: int) -> Verdict:
    """What all verdicts of a rating have in common; what they have not is empty."""
    return compared(
        protocol,
        dialogue=row.dialogue,
        tags=row.tags,
        pair=row.pair,
        order=row.order,
        first=row.first,
        second=row.second,
    )._replace(
        source_kind="rater",
        source=session.pseudonym,
        occasion=occasion,
        kind=row.kind,
        phase=row.phase,
        pilot=session.is_pilot,
        surplus=row.released_at is not None and row.rated_at >= row.released_at,
        rated_at=iso_utc(row.rated_at),
        rater_group=session.rater_group,
        position=row.position,
        layout=row.layout,
        excluded=bool(excluded),
        exclusion_reason=excluded,
    )
