"""Coding by language models: what a coder is asked about one passage, and what its answer comes to."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Literal

from django.db.models import Q, QuerySet

from studies.calling.craft import Ask, MayNotBeSent, Reading
from studies.calling.runs import ERASED, WITHHELD
from studies.calling.strict_json import Unparseable
from studies.coding import codebooks, parsing, prompts
from studies.coding.prompts import CodingPrompt
from studies.coding.selectors import shown_for
from studies.llm.port import CallRequest, Completion
from studies.models import Codebook, Coder, Coding, CodingMark, Passage, Provider, Run

#: Passages that any provider may read: `is_outside` says which ones need it.
MAY_LEAVE: Final = Q(passage__may_leave=True) | Q(provider__is_own=True) | Q(provider__api="scripted")
SENTENCES: Final = {
    WITHHELD: "These are words of a rater who did not agree that they leave for an outside provider.",
    ERASED: "The text was erased before it was asked about.",
}


def refusal_of(passage: Passage, provider: Provider) -> str:
    """Why this text must not be sent there: a kind of error, or "" where it may be."""
    if passage.erased_at is not None:
        return ERASED
    return WITHHELD if provider.is_outside and not passage.may_leave else ""


def prompt_for(passage: Passage, codebook: Codebook, coder: Coder, replicate: int) -> CodingPrompt:
    """The same prompt for every attempt at a row: what is drawn for it is drawn from what it is."""
    return prompts.coding_request(
        shown_for(passage, codebook),
        rng=random.Random(f"{codebook.sha256}/{coder.name}/{passage.key}/{replicate}"),
        version=coder.prompt_version,
        longest_text=coder.longest_text,
    )


class CodingPassages:
    """The craft of a coding run. What a coder reads is the passage and the frozen codebook."""

    link: Literal["coding"] = "coding"
    rows = Coding

    def __init__(self, run: Run) -> None:
        """Nothing of the run is kept: codes may be edited until the first is given."""

    def waiting(self, run: Run) -> QuerySet[Coding]:
        return Coding.objects.waiting(run)

    def sendable(self, rows: QuerySet[Coding]) -> QuerySet[Coding]:
        """A text can be erased, or a provider given away, after the question was put together."""
        return rows.filter(MAY_LEAVE, passage__erased_at__isnull=True)

    def with_texts(self, keys: Sequence[int]) -> list[Coding]:
        rows = Coding.objects.select_related("passage__dialogue", "codebook", "coder", "provider", "run")
        found = rows.defer("passage__dialogue__meta").in_bulk(keys)
        return [found[key] for key in keys if key in found]  # a run may be cancelled meanwhile

    def ask(self, row: Coding) -> Ask:
        """Raises MayNotBeSent, whatever was planned: what counts is what holds now."""
        if kind := refusal_of(row.passage, row.provider):
            raise MayNotBeSent(kind, SENTENCES[kind])
        coder = row.coder
        prompt = prompt_for(row.passage, row.codebook, coder, row.replicate)
        request = CallRequest(
            endpoint=row.provider.endpoint,
            model=coder.model_id,
            messages=prompt.messages,
            settings=coder.call_settings(replicate=row.replicate),
            schema=prompt.schema,
        )
        return Ask(
            request=request,
            family=coder.family,
            template_version=prompt.template_version,
            template_sha256=prompt.template_sha256,
            prompt_sha256=prompt.rendered_sha256,
            schema_sha256=prompt.schema_sha256,
            context=prompt.layout,
        )

    def read(self, row: Coding, ask: Ask, completion: Completion) -> Reading:
        """Codes, or why there are none. What can't be read is asked for again; a refusal is a result."""
        if completion.finish_reason in ("refusal", "content_filter"):
            by = "A content filter" if completion.finish_reason == "content_filter" else "The coder"
            return Reading("refusal", Coding.Outcome.REFUSED, f"{by} refused. {completion.refusal[:300]}")
        if completion.finish_reason == "length":
            told = "The answer was cut off at the most tokens that it may have."
            return Reading("truncated", Coding.Outcome.TRUNCATED, told)
        try:
            parsed = parsing.parse(completion.text, layout=ask.context)
        except Unparseable as error:
            return Reading(error.kind.value, "", error.detail)
        status = "fenced" if parsed.fenced else "ok"
        return Reading(status, Coding.Outcome.OK, columns={"note": parsed.note}, content=parsed.codes)

    def erased(self, keys: Sequence[int]) -> set[int]:
        rows = Coding.objects.filter(pk__in=keys, passage__erased_at__isnull=False)
        return set(rows.values_list("pk", flat=True))

    def store(self, readings: Sequence[tuple[Coding, Reading]]) -> None:
        """The marks, also of a text that was erased during the call: they quote nothing."""
        given: dict[Codebook, list[tuple[int, str]]] = defaultdict(list)
        for row, reading in readings:
            if reading.outcome == Coding.Outcome.OK:
                given[row.codebook] += [(row.pk, key) for key in sorted(reading.content)]
        for book, marks in given.items():
            codes = codebooks.rows_of(book, {key for _pk, key in marks})
            CodingMark.objects.bulk_create(CodingMark(coding_id=pk, code_id=codes[key]) for pk, key in marks)
