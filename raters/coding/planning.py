"""Who codes what: coders are invited, texts dealt to them, and handed over when one of them ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from raters.coding import dealing
from raters.coding.dealing import Wanted
from raters.models import CodingAssignment, CodingSession
from studies.coding import codebooks
from studies.models import Passage, Study

#: In one go.
MOST: Final = 100
LONGEST_LABEL: Final = 120
KINDS: Final = tuple(Passage.Kind.values)


class CannotInvite(Exception):
    """Nothing is made or dealt; the message says why."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """`texts`: how many times a text went to a coder; `left`: how many times nobody was there to take it."""

    sessions: list[CodingSession]
    texts: int
    left: int


@transaction.atomic
def invite_coders(
    *,
    study: Study,
    count: int,
    per_passage: int,
    now: datetime,
    kinds: Collection[str] = KINDS,
    labels: Sequence[str] = (),
) -> Dealt:
    """So many new coders, and whatever texts of these kinds still lack coders dealt to them and to those who
    are at it. None new deals what was set out since. Freezes the codebook. Raises CannotInvite.
    """
    _check(count, labels)
    lock_plan(study.pk)
    try:
        codebook = codebooks.freeze(study=study, now=now)
    except codebooks.CodebookError as error:
        raise CannotInvite(str(error)) from error
    padded = [*labels, *[""] * (count - len(labels))]
    new = [
        CodingSession.objects.create(study=study, codebook=codebook, label=label, invited_at=now)
        for label in padded
    ]
    texts, left = _deal(study, _lacking(study, kinds, per_passage), _at_hand(study), per_passage)
    if count and not CodingAssignment.objects.filter(session__in=new).exists():
        raise CannotInvite(
            f"every text has {per_passage} coders: a new one would have nothing to do. "
            "Ask for more coders for each text, or set out more texts"
        )
    return Dealt(new, texts, left)


def _check(count: int, labels: Sequence[str]) -> None:
    if not 0 <= count <= MOST:
        raise CannotInvite(f"at most {MOST} coders are invited in one go")
    if len(labels) > count:
        raise CannotInvite(f"{len(labels)} labels for {count} coders")
    if any(len(label) > LONGEST_LABEL for label in labels):
        raise CannotInvite(f"a label has at most {LONGEST_LABEL} characters")


@transaction.atomic
def hand_over(*, session: CodingSession, now: datetime) -> Dealt:
    """What a coder has left open goes to others who do not have it; the coder gets nothing more.

    What they send all the same is theirs again.
    """
    lock_plan(session.study_id)
    rows = CodingAssignment.objects.filter(session=session).open()
    passages = {row.passage_id: 1 for row in rows}
    rows.update(released_at=now)
    texts, left = _deal(session.study, passages, _at_hand(session.study))
    return Dealt([], texts, left)


def lock_plan(study_id: int) -> None:
    """One plans at a time, and waits for whatever a coder is just sending.

    The study's key stays free: whoever erases holds coders' rows, and ends with a record of the study.
    """
    Study.objects.select_for_update(no_key=True).get(pk=study_id)
    sessions = CodingSession.objects.filter(study=study_id).order_by("pk")
    list(sessions.select_for_update().values_list("pk", flat=True))


def _at_hand(study: Study) -> list[CodingSession]:
    """Coders who get texts: neither stopped nor had theirs handed over. What was erased was not."""
    released = CodingAssignment.objects.handed_over().values("session")
    rows = CodingSession.objects.filter(study=study, stopped_at__isnull=True)
    return list(rows.exclude(pk__in=released).order_by("pk"))


def _lacking(study: Study, kinds: Collection[str], per_passage: int) -> dict[int, int]:
    """How many coders each text lacks, by its id, in the order in which texts were drawn."""
    passages = Passage.objects.filter(study=study, kind__in=kinds).legible().order_by("place", "pk")
    ids = list(passages.values_list("pk", flat=True))
    if not ids:
        raise CannotInvite("there are no texts to code: set some out first")
    rows = CodingAssignment.objects.filter(released_at__isnull=True, passage__study=study)
    has = Counter(rows.values_list("passage", flat=True))
    return {pk: per_passage - has[pk] for pk in ids if has[pk] < per_passage}


def _deal(
    study: Study, lacking: dict[int, int], coders: list[CodingSession], per_passage: int = 0
) -> tuple[int, int]:
    """Writes the assignments; how many there are, and how many are lacking still."""
    if per_passage:
        try:
            dealing.check(len(coders), per_passage)
        except dealing.CannotDeal as error:
            raise CannotInvite(str(error)) from error
    ids, number_of = list(lacking), {coder.pk: number for number, coder in enumerate(coders)}
    had, loads = _hands(number_of)
    seed = f"{study.seed}/coding/{CodingAssignment.objects.filter(session__study=study).count()}"
    hands = dealing.deal_on([Wanted(lacking[pk], frozenset(had[pk])) for pk in ids], loads, seed)
    kinds = dict(Passage.objects.filter(study=study).values_list("pk", "kind"))
    for coder, hand in zip(coders, hands, strict=True):
        # One kind after the other: each has codes of its own.
        _append(coder, sorted((ids[number] for number in hand), key=lambda pk: KINDS.index(kinds[pk])))
    dealt = sum(map(len, hands))
    return dealt, sum(lacking.values()) - dealt


def _hands(number_of: dict[int, int]) -> tuple[dict[int, set[int]], list[int]]:
    """Which of the coders have which text, also if they gave it back; and how much each has open."""
    rows = CodingAssignment.objects.filter(session__in=number_of)
    had: dict[int, set[int]] = defaultdict(set)
    for passage, session in rows.values_list("passage", "session"):
        had[passage].add(number_of[session])
    to_do = Counter(rows.open().values_list("session", flat=True))
    return had, [to_do[pk] for pk in number_of]


def _append(coder: CodingSession, passages: Iterable[int]) -> None:
    last = CodingAssignment.objects.filter(session=coder).aggregate(last=Max("position"))["last"] or 0
    CodingAssignment.objects.bulk_create(
        CodingAssignment(session=coder, passage_id=pk, position=position)
        for position, pk in enumerate(passages, start=last + 1)
    )
