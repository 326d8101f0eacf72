"""Transcripts: what was sent in each call and what came back, told by names that every export uses."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from studies.models import LLMCall, Passage, Study

#: Calls read at a time: a body may have a mebibyte.
CHUNK: Final = 50
#: Why a call has neither prompt nor body here. An answer may quote what it is about.
RATERS_WORDS: Final = "a rater's words: they stand in passages.csv only"
ERASED: Final = "the text was erased"


class CallName(NamedTuple):
    """Which call it was. All but `call` mean the same on every database.

    `purpose` is the run's kind. `system` is whose reply was fetched; `judge`, `pair` and `order` are what was
    judged; `coder` and `passage` are what was coded.
    """

    call: int
    purpose: str
    run: int
    system: str
    judge: str
    coder: str
    dialogue: str
    pair: str
    order: str
    passage: str
    replicate: int
    attempt: int


#: What a CallName is selected by.
NAME_COLUMNS: Final = (
    "pk",
    "run__kind",
    "run__number",
    "of_system",
    "by_judge",
    "by_coder",
    "on_dialogue",
    "on_pair",
    "in_order",
    "on_passage",
    "of_replicate",
    "attempt",
)


def calls_of(study: Study) -> QuerySet[LLMCall]:
    """A study's calls in the order in which they were written down, with what NAME_COLUMNS names."""
    nothing = Value("")
    return (
        LLMCall.objects.filter(run__study=study)
        .annotate(
            of_system=Coalesce("generation__system__name", nothing),
            by_judge=Coalesce("judgment__judge__name", nothing),
            by_coder=Coalesce("coding__coder__name", nothing),
            on_dialogue=Coalesce(
                "generation__dialogue__external_id",
                "judgment__pair__dialogue__external_id",
                "coding__passage__dialogue__external_id",
            ),
            on_pair=Coalesce("judgment__pair__key", nothing),
            in_order=Coalesce("judgment__order", nothing),
            on_passage=Coalesce("coding__passage__key", nothing),
            of_replicate=Coalesce(
                F("generation__replicate"), F("judgment__replicate"), F("coding__replicate")
            ),
        )
        .order_by("pk")
    )


def transcripts_of(study: Study) -> Iterator[dict[str, Any]]:
    """One call after the other, whatever came of it. Memory does not grow with the study."""
    rows = calls_of(study).values_list(
        *NAME_COLUMNS,
        "coding__passage__source_kind",
        "coding__passage__erased_at",
        "model_requested",
        "prompt",
        "prompt_sha256",
        "raw",
        "raw_sha256",
        "raw_truncated",
    )
    for row in rows.iterator(chunk_size=CHUNK):
        *name, source, erased_at, model, prompt, prompt_sha256, raw, raw_sha256, truncated = row
        left_out = ERASED if erased_at else RATERS_WORDS if source == Passage.Source.RATER else ""
        yield {
            **CallName._make(name)._asdict(),
            "model_requested": model,
            "left_out": left_out,
            "prompt": None if left_out else _messages(prompt),
            "prompt_sha256": prompt_sha256,
            **_body(None if left_out else raw),
            "body_sha256": raw_sha256,
            "body_truncated": truncated,
        }


class CannotWrite(Exception):
    """The file cannot be written there; the message says why."""


@dataclass(frozen=True, slots=True)
class Written:
    """`sha256` is that of the file as it lies there."""

    calls: int
    bytes: int
    sha256: str


def write_transcripts(*, study: Study, file: Path) -> Written:
    """One JSON object a line, gzipped. The file appears at once and whole; CannotWrite if there is one."""
    if file.exists():
        raise CannotWrite(f"{file} exists: choose another name, or take it away first")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    try:
        calls = _write_lines(study, part)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    with file.open("rb") as written:
        return Written(calls, file.stat().st_size, hashlib.file_digest(written, "sha256").hexdigest())


def _write_lines(study: Study, part: Path) -> int:
    """How many. Without name and time in the gzip, so that twice the same calls are the same bytes."""
    calls = 0
    with part.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
        for transcript in transcripts_of(study):
            # Half a character, which UTF-8 cannot hold, is written as JSON does it: \ud800.
            line = json.dumps(transcript, ensure_ascii=False, separators=(",", ":"))
            packed.write(f"{line}\n".encode("utf-8", "backslashreplace"))
            calls += 1
    return calls


def _messages(prompt: bytes) -> list[dict[str, str]]:
    """Roles and texts as they were sent."""
    said = json.loads(zlib.decompress(prompt).decode("utf-8", "surrogatepass"))
    return [{"role": role, "text": text} for role, text in said]


def _body(raw: bytes | None) -> dict[str, str | None]:
    """The body as text, or as base64 where it is not UTF-8; neither where nothing came back."""
    if raw is None:
        return {"body": None, "body_base64": None}
    body = zlib.decompress(raw)
    try:
        return {"body": body.decode(), "body_base64": None}
    except UnicodeDecodeError:
        return {"body": None, "body_base64": base64.b64encode(body).decode()}
