"""Planning: from a frozen protocol to booklets in the database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from raters.composing import compose
from raters.dealing import plan_booklets
from raters.models import Assignment, Booklet
from raters.planned import Planned, Recipe
from raters.sides import Imbalance, PairToPlan, Slot, imbalance_of
from studies.comparison import Order
from studies.journey import REPEAT_LAG
from studies.models import Pair, PairQuerySet, Protocol, Study
from studies.protocol import ProtocolDocument


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned: how many booklets of how many main pairs, and how even the sides of these are."""

    booklets: int
    assignments: int
    shortest: int
    longest: int
    imbalance: Imbalance


def draw(*, study: Study, document: ProtocolDocument) -> list[list[Planned]]:
    """All booklets of a study, drawn from its seed: the same input gives the same plan on any database."""
    design = document.design
    pairs = Pair.objects.of(study)
    dealt = plan_booklets(
        list(_pairs_to_plan(pairs.main())),
        ratings_per_pair=design.ratings_per_pair,
        pairs_per_rater=design.pairs_per_rater,
        max_pairs_per_dialogue=design.max_pairs_per_dialogue,
        rng=random.Random(f"{design.seed}/booklets"),
    )
    return compose(
        dealt,
        training=_pairs_to_plan(pairs.training()),
        decoys=_pairs_to_plan(pairs.decoys_for_raters()),
        recipe=_recipe(document),
        rng=random.Random(f"{design.seed}/composing"),
    )


def _recipe(document: ProtocolDocument) -> Recipe:
    journey = document.journey
    return Recipe(
        training=journey.training_pairs,
        decoys=journey.decoys_per_rater,
        repeats_percent=journey.repeats_percent,
        lag=REPEAT_LAG,
        checks=journey.checks_per_rater,
        check_values=tuple(answer.value for answer in document.answers if answer.value),
        reason_percent=journey.reason_percent,
    )


@transaction.atomic
def store(*, protocol: Protocol, drawn: list[list[Planned]]) -> Plan:
    """Stores the drawn booklets of a protocol. Storing twice changes nothing."""
    Protocol.objects.select_for_update().get(pk=protocol.pk)
    if not protocol.booklets.exists():
        _store(protocol, drawn)
    return realised_plan(protocol)


def realised_plan(protocol: Protocol) -> Plan:
    """The main pairs' plan as it stands in the database, remainders of given-up booklets left out."""
    own = Assignment.objects.main().filter(booklet__protocol=protocol, booklet__remainder_of=None)
    rows = own.values_list(
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


def _pairs_to_plan(pairs: PairQuerySet) -> dict[PairToPlan, int]:
    """The pairs as planning sees them, each with its primary key."""
    rows = pairs.values_list(
        "pk",
        "key",
        "dialogue__external_id",
        "first__system__name",
        "second__system__name",
        "dialogue__tags",
    )
    return {
        PairToPlan(f"{dialogue}/{key}", dialogue, (first, second), tuple(sorted(tags))): pk
        for pk, key, dialogue, first, second, tags in rows.iterator(chunk_size=5000)
    }


def _store(protocol: Protocol, drawn: list[list[Planned]]) -> None:
    document = protocol.document()
    pk_of = {planned.key: pk for planned, pk in _pairs_to_plan(Pair.objects.of(protocol.study)).items()}
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
    booklets: list[Booklet], drawn: list[list[Planned]], pk_of: dict[str, int]
) -> Iterator[Assignment]:
    for booklet, contents in zip(booklets, drawn, strict=True):
        for position, planned in enumerate(contents, start=1):
            yield Assignment(
                booklet=booklet,
                position=position,
                pair_id=pk_of[planned.pair.key],
                order=planned.order.value,
                kind=planned.kind.value,
                asks_reason=planned.asks_reason,
                instructed_value=planned.instructed_value,
            )


def _dimension_keys(document: ProtocolDocument, rng: random.Random) -> list[str]:
    """The rubric rows in one rater's order: everybody's, or one permutation for this rater."""
    keys = [asked.key for asked in document.rubric]
    if document.design.dimension_order == Study.DimensionOrder.PER_RATER:
        rng.shuffle(keys)
    return keys
