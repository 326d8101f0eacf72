"""How large remainders are: small ones are held back until nothing else is free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db.models import Count

from raters.models import Assignment
from studies.models import Protocol, Study


def half_a_booklet(protocol: Protocol) -> int:
    """Half of the main pairs of a booklet as planned, rounded up. Planned booklets differ by one at most."""
    first = Assignment.objects.main().filter(booklet__protocol=protocol, booklet__number=1)
    return _half(first.count())


def pairs_held_back(studies: Collection[Study]) -> Counter[int]:
    """Main pairs that wait in small remainders, by study; two queries, however many there are."""
    own = Assignment.objects.main().filter(booklet__protocol__study__in=studies).order_by()
    first = own.filter(booklet__number=1).values_list("booklet__protocol").annotate(Count("pk"))
    halves = {protocol: _half(pairs) for protocol, pairs in first}
    free = own.filter(booklet__session=None, booklet__remainder_of__isnull=False)
    remainders = free.values_list("booklet__protocol__study", "booklet__protocol", "booklet").annotate(
        Count("pk")
    )
    held: Counter[int] = Counter()
    for study, protocol, _booklet, pairs in remainders:
        held[study] += pairs if pairs < halves[protocol] else 0
    return held


def _half(pairs: int) -> int:
    return -(-pairs // 2)
