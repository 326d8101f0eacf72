"""The bundle's codebook: the export's, cut down to the tables and columns that are in `data/`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from studies.analysis.bundle.data import TableFacts
from studies.analysis.bundle.released import ANSWERS, PASSAGES, PEOPLE, REASON, TEXT
from studies.analysis.evidence import VERDICTS

CODEBOOK: Final = "codebook.md"
_UNKNOWN: Final = "The codebook of the export does not describe it."
_NEW_NAME: Final = "A new name, drawn for this bundle, where it is a person's."
_CHANGED: Final[Mapping[tuple[str, str], str]] = {
    (VERDICTS, REASON): "Raters' reasons only where `reason_released` is 1.",
    (PASSAGES, TEXT): "Raters' reasons only where they were released.",
    (PASSAGES, "passage"): "A new key, drawn for this bundle.",
    ("codings.csv", "passage"): "A new key, drawn for this bundle.",
    (ANSWERS, "value"): "`(left out)` where there was an answer.",
}
_CONVENTIONS: Final = Path(__file__).parent / "conventions.md"


def codebook(export: Path, tables: Mapping[str, TableFacts]) -> str:
    """Markdown: a section for each table, a row for each column in it."""
    path = export / CODEBOOK
    known = _described(path.read_text(encoding="utf-8")) if path.exists() else {}
    return "\n".join([_CONVENTIONS.read_text(encoding="utf-8"), *_sections(tables, known)])


def _sections(
    tables: Mapping[str, TableFacts], known: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterator[str]:
    for name, facts in tables.items():
        yield f"## {name}\n\nRows: {facts.rows}.\n\n| column | type | meaning |\n|---|---|---|"
        for column in facts.columns:
            kind, meaning = known.get((name, column), ("text", _UNKNOWN))
            yield f"| `{column}` | {kind} | {' '.join((meaning, *_said(name, column)))} |"
        yield ""


def _said(name: str, column: str) -> Iterator[str]:
    if column in PEOPLE and (name, column) != ("benchmarks.csv", "source"):
        yield _NEW_NAME
    if (name, column) in _CHANGED:
        yield _CHANGED[name, column]


def _described(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Type and meaning by file and column, from the tables under each `## file` of the export's codebook."""
    found = {}
    for part in text.split("\n## ")[1:]:
        name = part.partition("\n")[0].strip()
        for column, kind, meaning in re.findall(r"(?m)^\| `([^`]+)` \| ([^|]+) \| (.+) \|$", part):
            found[name, column] = (kind.strip(), meaning.strip())
    return found
