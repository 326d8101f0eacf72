"""Forgetting: when a passage is erased, what models were sent of it and answered about it goes too."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from studies.calling.silencing import NO_PROMPT
from studies.models import Coding, LLMCall, Passage


@transaction.atomic
def forget(passages: QuerySet[Passage]) -> int:
    """Empties prompts and answers of all calls about these passages, and what codings quote; how many calls.

    Hashes, times and costs stay, and so do the codes: they quote nothing.
    """
    keys = list(passages.values_list("pk", flat=True))
    if not keys:
        return 0
    codings = Coding.objects.filter(passage__in=keys)
    codings.exclude(note="").update(note="")
    codings.filter(status=Coding.Status.DONE).exclude(error="").update(error="")
    calls = LLMCall.objects.filter(coding__passage__in=keys)
    return calls.update(prompt=NO_PROMPT, raw=None, refusal="", reading_detail="")
