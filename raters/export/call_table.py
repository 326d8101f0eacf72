"""The table of calls: one row for every HTTP attempt, all that is stored of it but prompt and body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from raters.export.cells import Cell
from raters.export.tables import CHUNK, Table, as_json
from raters.verdicts import iso_utc
from studies.calling.transcripts import NAME_COLUMNS, CallName, calls_of
from studies.llm.naming import is_other_model
from studies.models import Study

#: Columns of LLMCall that are exported under their own names.
STORED: Final = (
    "api",
    "host",
    "family",
    "model_requested",
    "model_returned",
    "template_version",
    "template_sha256",
    "prompt_sha256",
    "schema_sha256",
    "slot_first",
    "slot_second",
    "client",
    "worker",
    "reserved_tokens",
    "reserved_micros",
    "queued_at",
    "started_at",
    "finished_at",
    "result",
    "output_mode",
    "settings_sent",
    "settings_dropped",
    "http_status",
    "response_id",
    "request_id",
    "system_fingerprint",
    "finish_reason",
    "refusal",
    "reading",
    "reading_detail",
    "raw_sha256",
    "raw_truncated",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cost_micros",
    "currency",
    "price_source",
    "cost_reason",
    "first_token_ms",
    "latency_ms",
    "retry_after_ms",
    "error_kind",
    "error",
)
#: Which call it was, what became of its answer, and what is stored of it.
COLUMNS: Final = (*CallName._fields, "accepted", "other_model", "provider", *STORED)

#: A sentence for researchers may name the variable that holds a key; outside it is nobody's business.
_KEY_NAME: Final = re.compile(r"\b[A-Z][A-Z0-9_]*_API_KEY\b")
_ASKED: Final = STORED.index("model_requested")
_RETURNED: Final = STORED.index("model_returned")
_OURS: Final = {STORED.index("error"), STORED.index("cost_reason")}


def call_rows(study: Study) -> Iterator[tuple[Cell, ...]]:
    """In the order in which they were written down, before each was made."""
    names = len(NAME_COLUMNS)
    rows = calls_of(study).values_list(
        *NAME_COLUMNS,
        "generation__call_id",
        "judgment__call_id",
        "coding__call_id",
        "provider__name",
        *STORED,
    )
    for row in rows.iterator(chunk_size=CHUNK):
        name, (for_reply, for_verdict, for_codes, provider, *stored) = row[:names], row[names:]
        accepted = name[0] in (for_reply, for_verdict, for_codes)
        is_other = is_other_model(stored[_ASKED], stored[_RETURNED])
        for place in _OURS:
            stored[place] = without_key_names(stored[place])
        yield (*name, accepted, is_other, provider, *map(_cell, stored))


def without_key_names(sentence: str) -> str:
    return _KEY_NAME.sub("[key]", sentence)


def models_of(asked: str | None, returned: str | None) -> tuple[str, str, bool | None]:
    """What was asked for, what answered, and whether it is another one; nothing without an answer."""
    if asked is None or returned is None:
        return "", "", None
    return asked, returned, is_other_model(asked, returned)


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return iso_utc(value)
    return as_json(value) if isinstance(value, dict) else value  # type: ignore[return-value]


CALLS: Final = Table("llm_calls.csv", COLUMNS, call_rows)
