"""Small files written by tests."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studies.importing.examining import Examination, Request, examine
from studies.importing.files import Source
from studies.importing.formats import FORMATS
from studies.importing.lint.kinds import Kind
from studies.importing.lint.tally import Finding
from studies.importing.records import BadRecord, DialogueRecord, Options

TURNS = [
    {"speaker": "seeker", "text": "My sister moved out and the flat is so quiet."},
    {"speaker": "supporter", "text": "That sounds like a big change."},
    {"speaker": "seeker", "text": "It is. I keep setting two cups on the table."},
]
REPLIES = [
    {"system": "alpha", "text": "Two cups, out of habit. You must miss having her around."},
    {"system": "beta", "text": "Would it help to call her tonight and tell her about the cups?"},
]


def dialogue(external_id: str = "d1", **changes: Any) -> dict[str, Any]:
    """One sound dialogue of our own format with two systems; `changes` replaces its keys."""
    replies = [{**reply, "text": f"{reply['text']} [{external_id}]"} for reply in REPLIES]
    return {"id": external_id, "turns": TURNS, "replies": replies, **changes}


def reply(system: str, text: str, **more: Any) -> dict[str, Any]:
    return {"system": system, "text": text, **more}


def lines(*dialogues: dict[str, Any]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in dialogues)


def source(content: str | bytes) -> Source:
    data = content.encode() if isinstance(content, str) else content
    return lambda: io.BytesIO(data)


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(name: str, content: str, **options: Any) -> list[DialogueRecord | BadRecord]:
    """Everything a format yields."""
    return list(FORMATS[name](io.StringIO(content, newline=""), Options(**options)))


def good(name: str, content: str, **options: Any) -> list[DialogueRecord]:
    """The dialogues, where nothing is bad."""
    records = read(name, content, **options)
    assert [record for record in records if isinstance(record, BadRecord)] == []
    return [record for record in records if isinstance(record, DialogueRecord)]


def bad(name: str, content: str, **options: Any) -> list[BadRecord]:
    return [record for record in read(name, content, **options) if isinstance(record, BadRecord)]


def examined(content: str | bytes, name: str = "jsonl", **request: Any) -> Examination:
    return examine(source(content), Request(name, **request))


def linted(*dialogues: dict[str, Any], **request: Any) -> Examination:
    examination = examined(lines(*dialogues), **request)
    assert examination.problems == {}
    return examination


def counts(examination: Examination) -> dict[str, int]:
    """Findings by kind."""
    tallies = examination.linter.findings.tallies
    return {kind.value: tally.count for kind, tally in tallies.items() if tally.count}


def findings(examination: Examination, kind: Kind) -> list[Finding]:
    return examination.linter.findings.tallies[kind].kept


def cells(found: Sequence[Finding]) -> list[tuple[str, str, int]]:
    return [(one.dialogue, one.system, one.replicate) for one in found]
