"""The bundle's codebook: the export's, cut down to the tables and columns that are in `data/`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from studies.analysis.bundle.columns import As, how
from studies.analysis.bundle.data import TableFacts
from studies.analysis.bundle.released import ALIKE, LEFT_OUT

CODEBOOK: Final = "codebook.md"
_UNKNOWN: Final = "The codebook of the export does not describe it."
#: What a bundle does to the cells of a column.
_DONE: Final[Mapping[As, str]] = {
    As.PERSON: "A new name, drawn for this bundle, where it is a person's.",
    As.DATE: "The date only.",
    As.REVIEWED: "A rater's only where it was released.",
    As.COUNTED: f"`{LEFT_OUT}` where there was something.",
    As.MODEL: "Without folders, where a server names a model by its file.",
    As.CUT: "Without what may not leave.",
    As.KEY: "A new key, drawn for this bundle.",
    As.SKIPPED: f"`{ALIKE}` where it was one of the two.",
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
            said = f"{meaning} {_DONE.get(how(name, column), '')}".strip()
            yield f"| `{column}` | {kind} | {said} |"
        yield ""


def _described(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Type and meaning by file and column, from the tables under each `## file` of the export's codebook."""
    found = {}
    for part in text.split("\n## ")[1:]:
        name = part.partition("\n")[0].strip()
        for column, kind, meaning in re.findall(r"(?m)^\| `([^`]+)` \| ([^|]+) \| (.+) \|$", part):
            found[name, column] = (kind.strip(), meaning.strip())
    return found
