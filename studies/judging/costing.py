"""What judging a pair will take in tokens, for the plan that is shown before a run."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from studies import selectors
from studies.calling import estimating
from studies.calling.designing import Load
from studies.comparison import Order
from studies.judging import prompts
from studies.llm.port import CallRequest
from studies.models import Judge, Pair
from studies.protocol import ProtocolDocument


class Costs:
    """Tokens of a judge's call by pair: the prompt is the same length for all judges of a variant."""

    def __init__(self, document: ProtocolDocument, pairs: Mapping[str, Pair]) -> None:
        self._document, self._pairs = document, pairs
        self._told: dict[tuple[str, str], tuple[int, int, int]] = {}

    def add_to(self, load: Load, judge: Judge, pair: Pair, *, is_pilot: bool) -> None:
        key = (pair.key, judge.prompt_version)
        if key not in self._told:
            self._told[key] = self._of(judge, pair)
        told, most_told, wrote = self._told[key]
        load.add(
            told=told,
            wrote=min(wrote, judge.max_tokens),
            most_told=most_told,
            most_wrote=judge.max_tokens,
            is_pilot=is_pilot,
        )

    def _of(self, judge: Judge, pair: Pair) -> tuple[int, int, int]:
        variant: Any = judge.variant
        comparison = selectors.comparison_for(pair, Order.AB, self._document.design.shown_profile)
        prompt = prompts.judge_request(
            comparison,
            self._document,
            variant=variant,
            rng=random.Random(0),
            template=prompts.TEMPLATES[judge.prompt_version],
        )
        request = CallRequest(
            judge.provider.endpoint, judge.model_id, prompt.messages, judge.call_settings(), prompt.schema
        )
        wrote = estimating.likely_verdict_tokens(
            len(prompt.layout.questions), has_evidence=prompt.layout.has_evidence
        )
        return estimating.likely_input_tokens(request), estimating.most_input_tokens(request), wrote
