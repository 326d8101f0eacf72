"""Judging: what a judge is asked about one pair in one order, and what its answer comes to."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Literal

from django.db.models import QuerySet

from studies import selectors
from studies.calling.craft import Ask, Reading
from studies.calling.strict_json import Unparseable
from studies.comparison import Order
from studies.judging import parsing, prompts
from studies.llm.port import CallRequest, Completion
from studies.models import Judge, Judgment, JudgmentScore, Pair, Run


class Judging:
    """The craft of a judging run. Everything that a judge reads comes from the frozen protocol."""

    link: Literal["judgment"] = "judgment"
    rows = Judgment

    def __init__(self, run: Run) -> None:
        assert run.protocol is not None  # the database checks it
        self._protocol = run.protocol
        self._document = run.protocol.document()
        self._judges: dict[int, Judge] = {}
        self._dimensions = dict(run.study.dimensions.values_list("key", "pk"))

    def waiting(self, run: Run) -> QuerySet[Judgment]:
        rows = Judgment.objects.waiting(run)
        return rows if run.is_past_gate else rows.filter(is_pilot=True)

    def sendable(self, rows: QuerySet[Judgment]) -> QuerySet[Judgment]:
        return rows

    def with_texts(self, keys: Sequence[int]) -> list[Judgment]:
        """Rows in line belong to few judges, and often to the same pair: each is read once."""
        found = Judgment.objects.in_bulk(keys)
        pairs = Pair.objects.select_related("dialogue", "first", "second").defer("dialogue__meta")
        by_key = pairs.in_bulk({row.pair_id for row in found.values()})
        for row in found.values():
            row.pair = by_key[row.pair_id]
            row.judge = self._judge(row.judge_id)
            row.provider = row.judge.provider
        return [found[key] for key in keys if key in found]  # a run may be cancelled meanwhile

    def _judge(self, pk: int) -> Judge:
        if pk not in self._judges:
            self._judges[pk] = Judge.objects.select_related("provider").get(pk=pk)
        return self._judges[pk]

    def ask(self, row: Judgment) -> Ask:
        """The same prompt for every attempt at a row: what is drawn for it is drawn from what it is."""
        judge, order = row.judge, Order(row.order)
        variant: Any = judge.variant
        drawn = f"{self._protocol.sha256}/{judge.name}/{row.pair.key}/{order}/{row.replicate}"
        prompt = prompts.judge_request(
            selectors.comparison_for(row.pair, order, self._document.design.shown_profile),
            self._document,
            variant=variant,
            rng=random.Random(drawn),
            template=prompts.TEMPLATES[judge.prompt_version],
            longest_text=judge.longest_text,
        )
        request = CallRequest(
            endpoint=row.provider.endpoint,
            model=judge.model_id,
            messages=prompt.messages,
            settings=judge.call_settings(replicate=row.replicate),
            schema=prompt.schema,
        )
        return Ask(
            request=request,
            family=judge.family,
            template_version=prompt.template_version,
            template_sha256=prompt.template_sha256,
            prompt_sha256=prompt.rendered_sha256,
            schema_sha256=prompt.schema_sha256,
            slot_first=prompt.slots.first,
            slot_second=prompt.slots.second,
            context=prompt,
        )

    def read(self, row: Judgment, ask: Ask, completion: Completion) -> Reading:
        """Verdicts, or why there are none. What can't be read is asked for again; a refusal is a result."""
        if completion.finish_reason in ("refusal", "content_filter"):
            by = "A content filter" if completion.finish_reason == "content_filter" else "The judge"
            return Reading("refusal", Judgment.Outcome.REFUSED, f"{by} refused. {completion.refusal[:300]}")
        if completion.finish_reason == "length":
            told = "The answer was cut off at the most tokens that it may have."
            return Reading("truncated", Judgment.Outcome.TRUNCATED, told)
        try:
            parsed = parsing.parse(completion.text, prompt=ask.context)
        except Unparseable as error:
            return Reading(error.kind.value, "", error.detail)
        columns = {
            "reason": parsed.reason,
            "reasons": dict(parsed.reasons),
            "evidence": list(parsed.evidence),
        }
        status = "fenced" if parsed.fenced else "ok"
        return Reading(status, Judgment.Outcome.OK, columns=columns, content=parsed.values)

    def erased(self, keys: Sequence[int]) -> set[int]:
        return set()  # what a study is made of is never erased

    def store(self, readings: Sequence[tuple[Judgment, Reading]]) -> None:
        JudgmentScore.objects.bulk_create(
            JudgmentScore(judgment_id=row.pk, dimension_id=self._dimensions[key], value=value)
            for row, reading in readings
            if reading.outcome == Judgment.Outcome.OK
            for key, value in reading.content.items()
        )
