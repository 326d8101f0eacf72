"""One line of the table of deviations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: What `deviates` says where no program can tell, or the table that would tell is missing.
NOT_CHECKABLE: Final = None
NO_RATERS: Final = "there are no answers of raters"


@dataclass(frozen=True, slots=True)
class Check:
    """`frozen` is what the protocol says, `found` what is there; `deviates` if they differ.

    None: whether they differ cannot be told, and `found` says what would have to be looked at.
    """

    what: str
    frozen: str
    found: str
    deviates: bool | None

    @property
    def verdict(self) -> str:
        return "not checkable" if self.deviates is None else "yes" if self.deviates else "no"


def without(what: str, frozen: str, table: str) -> Check:
    """A check whose table is missing."""
    return Check(what, frozen, f"not told: {table} is not there", NOT_CHECKABLE)


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
