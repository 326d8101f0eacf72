"""The codebook, and which of its versions the results rest on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from studies.analysis.naming import distinct
from studies.analysis.reading import CannotRead, Mask, TextTable

CODES: Final = "codes.csv"
DIMENSION: Final = "dimension"
STRATEGY: Final = "strategy"
#: Two reasons that stress something else need not stress the same: it is coded, and is no theme.
OTHER: Final = "other"


@dataclass(frozen=True)
class Codebook:
    """One version: K codes in its order. `kinds` are dimension or strategy."""

    version: int
    sha256: str
    codes: tuple[str, ...]
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    definitions: tuple[str, ...]

    @cached_property
    def dimensions(self) -> Mask:
        return np.array([kind == DIMENSION for kind in self.kinds], dtype=bool)

    @cached_property
    def strategies(self) -> Mask:
        return ~self.dimensions

    @cached_property
    def shown(self) -> dict[str, str]:
        """What a reader reads for each code."""
        return distinct(dict(zip(self.codes, self.names, strict=True)))

    @cached_property
    def themes(self) -> Mask:
        """Dimensions on which two reasons can meet: all but OTHER."""
        return self.dimensions & np.array([code != OTHER for code in self.codes], dtype=np.bool_)


def codebooks_in(table: TextTable) -> tuple[Codebook, ...]:
    """Every version, the oldest first. Raises CannotRead with the row."""
    versions = table.integers("codebook_version")
    sha256 = table["codebook_sha256"].texts()
    found: dict[int, str] = {}
    for row, (version, hashed) in enumerate(zip(versions.tolist(), sha256, strict=True)):
        if found.setdefault(version, hashed) != hashed:
            raise CannotRead(f"{CODES}, row {row + 1}: version {version} has another codebook_sha256 above")
    return tuple(
        _book(table, np.flatnonzero(versions == version).tolist(), version, found[version])
        for version in sorted(found)
    )


def _book(table: TextTable, rows: list[int], version: int, sha256: str) -> Codebook:
    codes, kinds = ([table[column].texts()[row] for row in rows] for column in ("code", "kind"))
    for place, (row, code, kind) in enumerate(zip(rows, codes, kinds, strict=True)):
        if code in codes[:place]:
            raise CannotRead(f"{CODES}, row {row + 1}: the code {code!r} stands in version {version} twice")
        if not code or kind not in (DIMENSION, STRATEGY):
            raise CannotRead(
                f"{CODES}, row {row + 1}: {code!r} has the kind {kind!r}; it must be {DIMENSION} or "
                f"{STRATEGY}"
            )
    names = table["name"].texts() if "name" in table else [""] * table.rows
    told = table["definition"].texts() if "definition" in table else [""] * table.rows
    return Codebook(
        version, sha256, tuple(codes), tuple(kinds),
        tuple(names[row] or code for row, code in zip(rows, codes, strict=True)),
        tuple(told[row] for row in rows),
    )  # fmt: skip
