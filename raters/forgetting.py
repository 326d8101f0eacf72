"""What is left of a rater's words once they were set out to be coded, taken away with the words themselves.

Retention takes the words and leaves what coders found in them. Where a rater has what they gave deleted, the
codes go too: such a coding counts for nobody, and never as one in which no code applies.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from raters.models import CodeMark, CodingAssignment, CodingSession, Rating, RatingSession
from studies.coding import forgetting as by_models
from studies.models import Coding, CodingMark, LLMCall, Passage, Run
from studies.models.coding import PassageQuerySet
from studies.models.work import WorkRow

#: Why a coding came to nothing, and in words; both are stored.
ERASED: Final = "erased"
TOLD: Final = "The rater's words were deleted."


def passages_of(session: RatingSession) -> PassageQuerySet:
    """The rater's reasons that were set out; none once the ratings are deleted."""
    return Passage.objects.filter(of_rater__rating__assignment__booklet__session=session)


def forget_words(session: RatingSession, now: datetime) -> dict[str, int]:
    """Empties the rater's passages, notes about them, and calls that carried them; how many of what."""
    passages = _passages_held(session)
    return _empty(passages, now) if passages else {}


def forget(session: RatingSession, now: datetime) -> dict[str, int]:
    """As `forget_words`, and takes away the codes that people and models gave."""
    passages = _passages_held(session)
    return {**_empty(passages, now), "codings": _uncode(passages, now)} if passages else {}


@transaction.atomic
def forget_what_came_later(now: datetime) -> int:
    """What a call that was under way at the time has brought since; how many calls and codings.

    Settling writes codes of an erased text down, but no words; should an answer be there after all, it goes.
    """
    erased = Passage.objects.filter(source_kind=Passage.Source.RATER, erased_at__isnull=False)
    late = LLMCall.objects.filter(coding__passage__in=erased, raw__isnull=False)
    # A link without a rating: the words were deleted at the rater's wish.
    gone = erased.filter(of_rater__isnull=False, of_rater__rating__isnull=True)
    coded = Coding.objects.filter(passage__in=gone, status=WorkRow.Status.DONE)
    answered = list(late.values_list("coding__passage", flat=True).distinct())
    taken_back = list(coded.values_list("passage", flat=True).distinct())
    emptied = sum(_empty(answered, now).values()) if answered else 0
    return emptied + (_uncode(taken_back, now) if taken_back else 0)


def _passages_held(session: RatingSession) -> list[int]:
    """The rater's passages, those too that are just being set out, with coders who are just sending held off.

    Ratings first, then coders in the order in which planning locks them.
    """
    own = Rating.objects.filter(assignment__booklet__session=session).order_by("pk")
    list(own.select_for_update(of=("self",)).values_list("pk", flat=True))
    passages = _keys(passages_of(session))
    dealt = CodingAssignment.objects.filter(passage__in=passages).values("session")
    coders = CodingSession.objects.filter(pk__in=dealt).order_by("pk")
    list(coders.select_for_update().values_list("pk", flat=True))
    return passages


def _keys(passages: QuerySet[Passage]) -> list[int]:
    return list(passages.values_list("pk", flat=True))


def _empty(passages: list[int], now: datetime) -> dict[str, int]:
    """Nothing is asked about them any more.

    Locks codings in the order of their keys, and runs last. Settling, cancelling and trying again do the
    same, and a call is changed by whoever holds its coding: what is just being written down is waited for.
    Claiming holds the run and waits for no coding.
    """
    own = Q(passage__in=passages)
    codings, calls = Coding.objects.filter(own), LLMCall.objects.filter(coding__passage__in=passages)
    list(codings.order_by("pk").select_for_update().values_list("pk", flat=True))
    waiting = codings.filter(status=WorkRow.Status.PENDING)
    waiting.update(status=WorkRow.Status.FAILED, finished_at=now, error_kind=ERASED, error=TOLD)
    notes = CodingAssignment.objects.filter(own).exclude(note="").update(note="")
    notes += codings.exclude(note="").count()
    CodingAssignment.objects.filter(own).update(draft={})
    # What a provider said of a failure may quote what it was sent; a coding in flight has its last failure's.
    codings.exclude(error="").exclude(error_kind="withheld").update(error=TOLD)
    said = set(calls.exclude(error="").exclude(error=TOLD).values_list("error", flat=True))
    calls.exclude(error="").update(error=TOLD)
    emptied = by_models.forget(Passage.objects.filter(pk__in=passages))
    legible = Passage.objects.legible().filter(pk__in=passages)
    emptied_passages = legible.update(text="", erased_at=now)
    _unquote(calls, said)
    return {"passages": emptied_passages, "coding_notes": notes, "coding_calls": emptied}


def _unquote(calls: QuerySet[LLMCall], said: set[str]) -> None:
    """Takes away what a provider said of one of these calls from the runs that were paused for it."""
    paused = Run.objects.filter(pk__in=calls.values("run")).exclude(pause_reason="")
    for pk, reason in paused.values_list("pk", "pause_reason"):
        if any(error in reason for error in said):
            Run.objects.filter(pk=pk).update(pause_reason=TOLD)


def _uncode(passages: list[int], now: datetime) -> int:
    own = Q(passage__in=passages)
    people = CodingAssignment.objects.filter(own, coded_at__isnull=False, released_at__isnull=True)
    models = Coding.objects.filter(own, status=WorkRow.Status.DONE)
    CodeMark.objects.filter(assignment__passage__in=passages).delete()
    CodingMark.objects.filter(coding__passage__in=passages).delete()
    gone = {"outcome": "", "error_kind": ERASED, "error": TOLD}
    return people.update(released_at=now) + models.update(status=WorkRow.Status.FAILED, **gone)
