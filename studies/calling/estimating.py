"""How many tokens a call can have at the most, and about how many it will have. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from studies.llm.port import CallRequest

#: No tokenizer in use makes more tokens than bytes. Roles and the like come on top.
FRAME: Final = 64
#: Characters of English that make one token, about.
PER_TOKEN: Final = 4.0
#: Tokens of a reply as judges write it: a reason of a sentence or two with its verdict, and the evidence.
PER_QUESTION: Final = 48
EVIDENCE: Final = 70
#: Tokens of one code with its yes or no, and of a coder's note.
PER_CODE: Final = 6
NOTE: Final = 40
#: Tokens that a word makes, about.
PER_WORD: Final = 1.35
#: What a reply has without a limit: as in a chat.
REPLY_WORDS: Final = 90


def most_input_tokens(request: CallRequest) -> int:
    """Never too low: the UTF-8 bytes of everything that is sent."""
    told = sum(len(message.text.encode("utf-8", "surrogatepass")) + FRAME for message in request.messages)
    return told + len(_schema(request.schema).encode())


def most_tokens(request: CallRequest) -> int:
    """Input and output of one call together, at the most."""
    return most_input_tokens(request) + request.settings.max_tokens


def likely_input_tokens(request: CallRequest) -> int:
    """About what the provider will count."""
    told = sum(len(message.text) for message in request.messages) + len(_schema(request.schema))
    return round(told / PER_TOKEN)


def likely_verdict_tokens(questions: int, *, has_evidence: bool) -> int:
    """About what a judge writes."""
    return questions * PER_QUESTION + (EVIDENCE if has_evidence else 0)


def likely_coding_tokens(codes: int) -> int:
    """About what a coder writes."""
    return codes * PER_CODE + NOTE


def likely_reply_tokens(max_words: int | None) -> int:
    """About what a system writes: most of what it may."""
    return round((REPLY_WORDS if max_words is None else min(max_words, REPLY_WORDS)) * PER_WORD)


def _schema(schema: Mapping[str, Any] | None) -> str:
    return "" if schema is None else json.dumps(schema)
