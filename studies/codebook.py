"""A frozen codebook as one canonical JSON text with its SHA-256, as `studies.protocol` does for a study.

Reasons are coded with every code. Replies are coded with the strategies only: how well a reply does on a
dimension is what it is rated for.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

from studies.protocol import sha256_of

#: What the key of a code looks like.
KEY: Final = r"^[a-z][a-z0-9_]*$"
DIMENSION: Final = "dimension"
STRATEGY: Final = "strategy"
REASON: Final = "reason"
REPLY: Final = "reply"

__all__ = [
    "DIMENSION",
    "KEY",
    "REASON",
    "REPLY",
    "STRATEGY",
    "CodeEntry",
    "CodebookDocument",
    "canonical_json",
    "read",
    "sha256_of",
]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code as coders read it."""

    key: str
    kind: str
    name: str
    definition: str
    example: str
    counter_example: str


@dataclass(frozen=True, slots=True)
class CodebookDocument:
    """All codes, in the order in which coders see them."""

    study: str
    version: int
    codes: tuple[CodeEntry, ...]

    def codes_for(self, kind: str) -> tuple[CodeEntry, ...]:
        """The codes that a passage of this kind, `reason` or `reply`, can get."""
        return tuple(code for code in self.codes if kind == REASON or code.kind == STRATEGY)


def canonical_json(document: CodebookDocument) -> str:
    """Sorted keys, no insignificant white space, UTF-8 text: the same content is the same bytes."""
    return json.dumps(asdict(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=32)
def read(canonical: str) -> CodebookDocument:
    """The codebook behind a canonical text."""
    raw: dict[str, Any] = json.loads(canonical)
    return CodebookDocument(raw["study"], raw["version"], tuple(CodeEntry(**code) for code in raw["codes"]))
