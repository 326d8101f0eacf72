"""Planning: from a frozen protocol to booklets in the database."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from raters.models import Assignment, Booklet
from raters.sides import Imbalance, PairToPlan, Placed, Slot, imbalance_of, plan_booklets
from studies.comparison import Order
from studies.models import Pair, Protocol, Study
from studies.protocol import ProtocolDocument


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned: how many booklets of how many pairs, and how even the sides are."""

    booklets: int
    assignments: int
    shortest: int
    longest: int
    imbalance: Imbalance


@transaction.atomic
def plan(*, protocol: Protocol) -> Plan:
    """All booklets of a protocol, drawn from its seed: the same input gives the same plan on any database.

    Planning twice changes nothing.
    """
    if not protocol.booklets.exists():
        document = protocol.document()
        pairs = _pairs_to_plan(protocol.study)
        _store(protocol, document, pairs)
    return realised_plan(protocol)


def draft(*, study: Study, document: ProtocolDocument) -> list[list[Placed]]:
    """The booklets as they would be planned, without storing anything."""
    return _draw(document, [planned for _, planned in _pairs_to_plan(study)])


@transaction.atomic
def replan_remainder(*, booklet: Booklet, left_over: Iterable[Assignment]) -> Booklet | None:
    """What a rater gives back becomes a booklet again, same pairs, sides and order; None if none is left."""
    rest = list(left_over)
    if not rest:
        return None
    Protocol.objects.select_for_update().get(pk=booklet.protocol_id)
    highest = Booklet.objects.filter(protocol_id=booklet.protocol_id).aggregate(top=Max("number"))["top"]
    remainder = Booklet.objects.create(
        protocol_id=booklet.protocol_id,
        number=highest + 1,
        dimension_keys=booklet.dimension_keys,
        remainder_of=booklet,
    )
    Assignment.objects.bulk_create(
        Assignment(booklet=remainder, position=position, pair_id=old.pair_id, order=old.order, kind=old.kind)
        for position, old in enumerate(rest, start=1)
    )
    return remainder


def realised_plan(protocol: Protocol) -> Plan:
    """The plan as it stands in the database, remainders of given-up booklets left out."""
    rows = Assignment.objects.filter(booklet__protocol=protocol, booklet__remainder_of=None).values_list(
        "booklet__number",
        "order",
        "pair__key",
        "pair__first__system__name",
        "pair__second__system__name",
        "pair__dialogue__external_id",
    )
    placed = [
        (Slot(PairToPlan(f"{dialogue}/{key}", dialogue, (first, second)), number), Order(order))
        for number, order, key, first, second, dialogue in rows.iterator(chunk_size=5000)
    ]
    lengths: dict[int, int] = {}
    for slot, _ in placed:
        lengths[slot.rater] = lengths.get(slot.rater, 0) + 1
    return Plan(
        booklets=len(lengths),
        assignments=len(placed),
        shortest=min(lengths.values(), default=0),
        longest=max(lengths.values(), default=0),
        imbalance=imbalance_of(placed),
    )


def _pairs_to_plan(study: Study) -> list[tuple[int, PairToPlan]]:
    rows = (
        Pair.objects.of(study)
        .main()
        .values_list(
            "pk",
            "key",
            "dialogue__external_id",
            "first__system__name",
            "second__system__name",
            "dialogue__tags",
        )
    )
    return [
        (pk, PairToPlan(f"{dialogue}/{key}", dialogue, (first, second), tuple(sorted(tags))))
        for pk, key, dialogue, first, second, tags in rows.iterator(chunk_size=5000)
    ]


def _draw(document: ProtocolDocument, pairs: list[PairToPlan]) -> list[list[Placed]]:
    design = document.design
    return plan_booklets(
        pairs,
        ratings_per_pair=design.ratings_per_pair,
        pairs_per_rater=design.pairs_per_rater,
        max_pairs_per_dialogue=design.max_pairs_per_dialogue,
        rng=random.Random(f"{design.seed}/booklets"),
    )


def _store(protocol: Protocol, document: ProtocolDocument, pairs: list[tuple[int, PairToPlan]]) -> None:
    pk_of = {planned.key: pk for pk, planned in pairs}
    drawn = _draw(document, [planned for _, planned in pairs])
    rng = random.Random(f"{document.design.seed}/dimensions")
    booklets = Booklet.objects.bulk_create(
        (
            Booklet(protocol=protocol, number=number, dimension_keys=_dimension_keys(document, rng))
            for number in range(1, len(drawn) + 1)
        ),
        batch_size=1000,
    )
    Assignment.objects.bulk_create(_assignments(booklets, drawn, pk_of), batch_size=1000)


def _assignments(
    booklets: list[Booklet], drawn: list[list[Placed]], pk_of: dict[str, int]
) -> Iterator[Assignment]:
    for booklet, contents in zip(booklets, drawn, strict=True):
        for position, placed in enumerate(contents, start=1):
            yield Assignment(
                booklet=booklet, position=position, pair_id=pk_of[placed.pair.key], order=placed.order.value
            )


def _dimension_keys(document: ProtocolDocument, rng: random.Random) -> list[str]:
    """The rubric rows in one rater's order: everybody's, or one permutation for this rater."""
    keys = [asked.key for asked in document.rubric]
    if document.design.dimension_order == Study.DimensionOrder.PER_RATER:
        rng.shuffle(keys)
    return keys
