"""What coding a passage will take in tokens, for the plan that is shown before a run."""

from __future__ import annotations

from studies.calling import estimating
from studies.calling.designing import Load
from studies.coding.coding import prompt_for
from studies.llm.port import CallRequest
from studies.models import Codebook, Coder, Passage


class Costs:
    """Tokens of a coder's call by passage: the prompt is the same length for all coders of a version."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        self._told: dict[tuple[str, str], tuple[int, int, int]] = {}

    def add_to(self, load: Load, coder: Coder, passage: Passage) -> None:
        key = (passage.key, coder.prompt_version)
        if key not in self._told:
            self._told[key] = self._of(coder, passage)
        told, most_told, wrote = self._told[key]
        load.add(
            told=told,
            wrote=min(wrote, coder.max_tokens),
            most_told=most_told,
            most_wrote=coder.max_tokens,
        )

    def _of(self, coder: Coder, passage: Passage) -> tuple[int, int, int]:
        prompt = prompt_for(passage, self._codebook, coder, replicate=1)
        request = CallRequest(
            coder.provider.endpoint, coder.model_id, prompt.messages, coder.call_settings(), prompt.schema
        )
        wrote = estimating.likely_coding_tokens(len(prompt.layout.codes))
        return estimating.likely_input_tokens(request), estimating.most_input_tokens(request), wrote
