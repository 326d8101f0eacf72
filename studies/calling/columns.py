"""What came back from a provider, as columns that both databases can hold. Nothing of it is trusted."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from typing import Any, Final

from studies.llm.port import Completion, Usage, Wire
from studies.llm.prices import Priced
from studies.models import LLMCall

#: The largest number that a column holds.
LARGEST: Final = 2**31 - 1
PARTS: Final = (("cached_tokens", "input_tokens"), ("reasoning_tokens", "output_tokens"))
COUNTS: Final = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """A NUL, or half a character, becomes the replacement sign."""
    return _UNSTORABLE.sub("\ufffd", text)


def sensible(usage: Usage) -> Usage:
    """A count below nought, larger than any column, or larger than the whole it is part of is not known."""
    wrong = [name for name in COUNTS if not 0 <= (getattr(usage, name) or 0) <= LARGEST]
    wrong += [part for part, whole in PARTS if (getattr(usage, part) or 0) > (getattr(usage, whole) or 0)]
    return replace(usage, **dict.fromkeys(wrong)) if wrong else usage


def answer_columns(answer: Completion, usage: Usage, priced: Priced) -> dict[str, Any]:
    """What a call brought; `usage` is the answer's own as far as it is sensible."""
    return {
        "result": LLMCall.Result.ANSWERED,
        "output_mode": answer.output_mode,
        "settings_sent": dict(answer.settings_sent),
        "settings_dropped": dict(answer.settings_dropped),
        "model_returned": storable(answer.model_returned)[:160],
        "response_id": storable(answer.response_id)[:200],
        "system_fingerprint": storable(answer.system_fingerprint)[:120],
        "finish_reason": answer.finish_reason,
        "refusal": storable(answer.refusal),
        **{name: getattr(usage, name) for name in COUNTS},
        "cost_micros": priced.cost_micros,
        "currency": priced.currency,
        "price_source": priced.source,
        "cost_reason": priced.reason,
        "first_token_ms": ms(answer.first_token_seconds),
        "latency_ms": ms(answer.seconds),
        **wire_columns(answer.wire),
    }


def wire_columns(wire: Wire) -> dict[str, Any]:
    return {
        "http_status": wire.http_status,
        "request_id": storable(wire.request_id)[:200],
        "raw": zlib.compress(wire.raw_body, 1),
        "raw_sha256": wire.raw_sha256,
        "raw_truncated": wire.raw_truncated,
    }


def ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
