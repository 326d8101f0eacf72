"""What comes back: pairs that one rater does not rate go into the plan again, for somebody else.

Locks are taken in one order everywhere: the session, then the plan (`lock_plan`), then assignments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from raters.models import Assignment, Booklet, BookletQuerySet
from studies.journey import REPEAT_LAG
from studies.models import Protocol
from studies.protocol import Design

MAIN, TRAINING = Assignment.Kind.MAIN, Assignment.Kind.TRAINING
DECOY, REPEAT = Assignment.Kind.DECOY, Assignment.Kind.REPEAT


def lock_plan(protocol_id: int) -> None:
    """Until the transaction ends, nobody else adds booklets to a protocol, or assignments to booklets.

    Not a lock against foreign keys: a consent that is being written points to the protocol too, and would
    wait for whoever waits for its booklet.
    """
    Protocol.objects.select_for_update(no_key=True).get(pk=protocol_id)


@transaction.atomic
def replan_remainder(*, booklet: Booklet, left_over: Iterable[Assignment]) -> Booklet | None:
    """What a rater gives back becomes a booklet again, same pairs, sides and order; None without main pairs.

    Training stands first, whether or not it was done: whoever comes next needs it. A repeat comes along only
    with its pair, and never nearer to it than the lag.
    """
    rest = sorted(left_over, key=lambda one: one.position)
    if not any(one.kind == MAIN for one in rest):
        return None
    lock_plan(booklet.protocol_id)
    remainder = _begun(booklet)
    _append(remainder, _still_repeatable([one for one in rest if one.kind != TRAINING]))
    return remainder


@transaction.atomic
def release(*, assignments: Collection[Assignment], now: datetime) -> None:
    """Takes assignments of one booklet from their rater; main pairs not released before are pooled.

    Pooled: put to the end of a free remainder that holds neither the pair nor too much of its dialogue nor
    too many pairs, or else into a new one. Decoys, repeats and training are not planned for anybody else.
    """
    if not assignments:
        return
    booklet = Booklet.objects.get(assignments=next(iter(assignments)))
    lock_plan(booklet.protocol_id)
    own = Assignment.objects.live().filter(booklet=booklet, pk__in=[one.pk for one in assignments])
    live = own.select_related("pair").select_for_update(of=("self",))
    released = list(live.order_by("position"))
    Assignment.objects.filter(pk__in=[one.pk for one in released]).update(released_at=now)
    _pool(booklet, [one for one in released if one.kind == MAIN])


def _pool(booklet: Booklet, given_back: list[Assignment]) -> None:
    if not given_back:
        return
    design = booklet.protocol.document().design
    held = _free_remainders(booklet.protocol_id)
    pooled: dict[Booklet, list[Assignment]] = defaultdict(list)
    for one in given_back:
        fitting = (free for free, own in held.items() if _has_room(own, one, design))
        target = next(fitting, None) or _begun(booklet)
        held.setdefault(target, []).append(one)
        pooled[target].append(one)
    for target, own in pooled.items():
        _append(target, own)


def merge(*, into: Booklet, others: BookletQuerySet, apart_from: Collection[str]) -> None:
    """Puts free remainders, each whole, to the end of one that was just claimed, and deletes them.

    By number, as far as pairs, dialogues and length allow; those with anything on a theme of `apart_from` are
    left alone. To be called under `lock_plan`. A remainder that somebody else is claiming stays theirs.
    """
    document = into.protocol.document()
    own = _contents([into])[into]
    waiting = others.filter(protocol=into.protocol_id).order_by("number")
    held = _contents(waiting.select_for_update(of=("self",), skip_locked=True, no_key=True))
    for other, theirs in held.items():
        is_hard = any(not set(apart_from).isdisjoint(one.pair.dialogue.tags) for one in theirs)
        if is_hard or not _fits(own, theirs, document.design):
            continue
        moved = _still_repeatable(_without_surplus_decoys(own, theirs, document.journey.decoys_per_rater))
        _move(into, moved, after=max(one.position for one in own))
        own += moved
        other.assignments.all().delete()
        other.delete()


def _contents(booklets: Iterable[Booklet]) -> dict[Booklet, list[Assignment]]:
    """What stands in each, in order."""
    held: dict[Booklet, list[Assignment]] = {booklet: [] for booklet in booklets}
    rows = Assignment.objects.filter(booklet__in=held).select_related("booklet", "pair__dialogue")
    for one in rows.order_by("position"):
        held[one.booklet].append(one)
    return held


def _fits(own: list[Assignment], theirs: list[Assignment], design: Design) -> bool:
    mains = [one for one in own if one.kind == MAIN]
    for one in theirs:
        if one.kind == MAIN:
            if not _has_room(mains, one, design):
                return False
            mains.append(one)
    return True


def _without_surplus_decoys(own: list[Assignment], theirs: list[Assignment], most: int) -> list[Assignment]:
    """Main pairs with their repeats, and decoys that are not there yet, `most` with those that are."""
    there = {one.pair_id for one in own if one.kind == DECOY}
    new = [one for one in theirs if one.kind == DECOY and one.pair_id not in there]
    decoys = new[: max(0, most - len(there))]
    return [one for one in theirs if one.kind in (MAIN, REPEAT) or one in decoys]


def _move(booklet: Booklet, assignments: list[Assignment], *, after: int) -> None:
    for position, one in enumerate(assignments, start=after + 1):
        one.booklet, one.position = booklet, position
    Assignment.objects.bulk_update(assignments, ["booklet", "position"])


def _free_remainders(protocol_id: int) -> dict[Booklet, list[Assignment]]:
    """With their main pairs, the oldest first. One that is being claimed at this moment is left out."""
    unclaimed = Booklet.objects.filter(protocol_id=protocol_id, session=None, remainder_of__isnull=False)
    held: dict[Booklet, list[Assignment]] = {
        free: [] for free in unclaimed.order_by("number").select_for_update(skip_locked=True, no_key=True)
    }
    for one in Assignment.objects.main().filter(booklet__in=held).select_related("booklet", "pair"):
        held[one.booklet].append(one)
    return held


def _has_room(own: list[Assignment], one: Assignment, design: Design) -> bool:
    dialogues = [other.pair.dialogue_id for other in own]
    return (
        one.pair_id not in {other.pair_id for other in own}
        and dialogues.count(one.pair.dialogue_id) < design.max_pairs_per_dialogue
        and len(own) < design.pairs_per_rater
    )


def _begun(booklet: Booklet) -> Booklet:
    """A free booklet that goes on from this one, with its training pairs."""
    highest = Booklet.objects.filter(protocol_id=booklet.protocol_id).aggregate(top=Max("number"))["top"]
    begun = Booklet.objects.create(
        protocol_id=booklet.protocol_id,
        number=highest + 1,
        dimension_keys=booklet.dimension_keys,
        remainder_of=booklet,
    )
    _append(begun, booklet.assignments.filter(kind=TRAINING).order_by("position"))
    return begun


def _append(booklet: Booklet, assignments: Iterable[Assignment]) -> None:
    """Copies of the assignments at the booklet's end: all that was drawn, nothing that was done."""
    last = booklet.assignments.aggregate(last=Max("position"))["last"] or 0
    Assignment.objects.bulk_create(
        Assignment(
            booklet=booklet,
            position=position,
            pair_id=old.pair_id,
            order=old.order,
            kind=old.kind,
            asks_reason=old.asks_reason,
            instructed_value=old.instructed_value,
        )
        for position, old in enumerate(assignments, start=last + 1)
    )


def _still_repeatable(rest: list[Assignment]) -> list[Assignment]:
    """Without the repeats whose pair is not there, or has come too near."""
    kept: list[Assignment] = []
    place_of: dict[int, int] = {}
    for one in rest:
        if one.kind == REPEAT:
            first = place_of.get(one.pair_id)
            if first is None or len(kept) - first - 1 < REPEAT_LAG:
                continue
        elif one.kind == MAIN:
            place_of[one.pair_id] = len(kept)
        kept.append(one)
    return kept
