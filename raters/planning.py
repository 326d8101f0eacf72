"""Planning: from a frozen protocol to booklets in the database."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from raters.dealing import plan_booklets
from raters.models import Assignment, Booklet
from raters.sides import Imbalance, PairToPlan, Placed, Slot, imbalance_of
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


def draw(*, study: Study, document: ProtocolDocument) -> list[list[Placed]]:
    """All booklets of a study, drawn from its seed: the same input gives the same plan on any database."""
    design = document.design
    return plan_booklets(
        list(_pairs_to_plan(study)),
        ratings_per_pair=design.ratings_per_pair,
        pairs_per_rater=design.pairs_per_rater,
        max_pairs_per_dialogue=design.max_pairs_per_dialogue,
        rng=random.Random(f"{design.seed}/booklets"),
    )


@transaction.atomic
def store(*, protocol: Protocol, drawn: list[list[Placed]]) -> Plan:
    """Stores the drawn booklets of a protocol. Storing twice changes nothing."""
    Protocol.objects.select_for_update().get(pk=protocol.pk)
    if not protocol.booklets.exists():
        _store(protocol, drawn)
    return realised_plan(protocol)


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


def _pairs_to_plan(study: Study) -> dict[PairToPlan, int]:
    """The study's main pairs as planning sees them, each with its primary key."""
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
    return {
        PairToPlan(f"{dialogue}/{key}", dialogue, (first, second), tuple(sorted(tags))): pk
        for pk, key, dialogue, first, second, tags in rows.iterator(chunk_size=5000)
    }


def _store(protocol: Protocol, drawn: list[list[Placed]]) -> None:
    document = protocol.document()
    pk_of = {planned.key: pk for planned, pk in _pairs_to_plan(protocol.study).items()}
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
