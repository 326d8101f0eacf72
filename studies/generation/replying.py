"""Replying: what a system is asked for one reply, and what its answer comes to. Nothing is repaired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from studies import selectors
from studies.calling.columns import storable
from studies.calling.craft import Ask, Reading
from studies.generation import prompts
from studies.generation.checks import Flag, flags_of
from studies.generation.prompts import LengthPolicy
from studies.llm.port import CallRequest, Completion
from studies.models import Generation, Response, Run
from studies.prompting import rendered_sha256

#: A reply that was imported meanwhile keeps its place; the fetched one stays in its own row.
PLACE_TAKEN: Final = "place_taken"
#: A reply that held signs which no database can hold.
UNSTORABLE: Final = "unstorable"


class Replying:
    """The craft of a generation run: the run's own policy and prompts, whatever the study says by now."""

    link: Literal["generation"] = "generation"
    rows = Generation

    def __init__(self, run: Run) -> None:
        self._policy = LengthPolicy(**run.design["policy"])

    def waiting(self, run: Run) -> QuerySet[Generation]:
        return Generation.objects.waiting(run)

    def sendable(self, rows: QuerySet[Generation]) -> QuerySet[Generation]:
        return rows

    def with_texts(self, keys: Sequence[int]) -> list[Generation]:
        rows = Generation.objects.select_related("dialogue", "system__provider", "provider")
        found = rows.defer("dialogue__meta").in_bulk(keys)
        return [found[key] for key in keys if key in found]  # a run may be cancelled meanwhile

    def ask(self, row: Generation) -> Ask:
        """The dialogue with its stored speakers; a replicate sends the same with another seed."""
        template = prompts.TEMPLATES[row.system.prompt_version]
        turns = selectors.shown_turns(row.dialogue)
        messages = prompts.messages_for(turns, policy=self._policy, template=template)
        request = CallRequest(
            endpoint=row.provider.endpoint,
            model=row.system.model_id,
            messages=messages,
            settings=row.system.call_settings(replicate=row.replicate),
        )
        return Ask(
            request=request,
            family=row.system.family,
            template_version=template.version,
            template_sha256=template.sha256,
            prompt_sha256=rendered_sha256(messages),
            context=turns,
        )

    def read(self, row: Generation, ask: Ask, completion: Completion) -> Reading:
        """The whole text with its flags. A refusal and a reply that was cut off are results too."""
        text = completion.text or completion.refusal
        kept = storable(text)
        flags = {flag.value for flag in flags_of(text, policy=self._policy, turns=ask.context)}
        if kept != text:
            flags.add(UNSTORABLE)
        outcome, detail = _outcome(completion, flags)
        return Reading(outcome, outcome, detail, columns={"text": kept, "flags": sorted(flags)})

    def erased(self, keys: Sequence[int]) -> set[int]:
        return set()  # what a study is made of is never erased

    def store(self, readings: Sequence[tuple[Generation, Reading]]) -> None:
        """A Response for every text that a supporter could have said; pairing leaves flagged ones out."""
        for row, reading in readings:
            is_blank = Flag.EMPTY in reading.columns["flags"]  # one that was cut off may be blank too
            if reading.outcome != Generation.Outcome.REFUSED and not is_blank:
                _keep(row, reading)


def _outcome(completion: Completion, flags: set[str]) -> tuple[str, str]:
    """One word for a reply, the weightiest first, and a sentence where it is no plain one."""
    if completion.finish_reason in ("refusal", "content_filter"):
        said = f" It said: “{completion.refusal[:300]}”" if completion.refusal else ""
        by = "A content filter stopped the reply." if completion.finish_reason == "content_filter" else ""
        return Generation.Outcome.REFUSED, (by or "The model refused to reply.") + said
    if completion.finish_reason == "length":
        return Generation.Outcome.TRUNCATED, "The reply was cut off at the most tokens that it may have."
    if Flag.EMPTY in flags:
        return Generation.Outcome.EMPTY, "The model answered without a text."
    if Flag.WRONG_ROLE in flags:
        return Generation.Outcome.WRONG_ROLE, "The reply speaks as the seeker."
    return Generation.Outcome.OK, ""


def _keep(row: Generation, reading: Reading) -> None:
    text: Any = reading.columns["text"]
    try:
        with transaction.atomic():
            response = Response.objects.create(
                dialogue_id=row.dialogue_id, system_id=row.system_id, replicate=row.replicate, text=text
            )
    except IntegrityError:
        flags = [*reading.columns["flags"], PLACE_TAKEN]
        Generation.objects.filter(pk=row.pk).update(flags=flags)
    else:
        Generation.objects.filter(pk=row.pk).update(response=response)
