"""What every format yields: dialogues as records, or what could not be read and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple, TextIO

from studies.comparison import Speaker

Kind = Literal["human", "llm"]


class TurnRecord(NamedTuple):
    """One turn. A tuple, as a reply is, because a large file makes half a million of them."""

    speaker: Speaker
    text: str


class ReplyRecord(NamedTuple):
    """One reply. `replicate` counts independent replies of one system to one dialogue, from 1."""

    system: str
    replicate: int
    text: str
    writer: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class DialogueRecord:
    """One dialogue as the file has it, with what was done to it on the way in.

    `aliases` pairs "label → role" with a number of turns, where the label was not already the role's name;
    `merged` and `dropped` count turns joined to their predecessor and turns after the cut;
    `assumed` says that the speakers were absent and alternation was assumed.
    """

    external_id: str
    turns: tuple[TurnRecord, ...]
    tags: tuple[str, ...]
    meta: Mapping[str, Any]
    replies: tuple[ReplyRecord, ...]
    where: str
    aliases: tuple[tuple[str, int], ...] = ()
    merged: int = 0
    dropped: int = 0
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A place in the file that cannot be imported: where, why, and how to mend it."""

    where: str
    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """Choices that shape the data. All of them are recorded with the import.

    `first_speaker` applies only to dialogues without any speaker and assumes strict alternation.
    `merge_turns` joins consecutive turns of one speaker. `cut` (esconv): the reply is the N-th supporter
    turn that follows a seeker turn, counted from 1; None takes the last.
    """

    first_speaker: Speaker | None = None
    merge_turns: bool = False
    cut: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(eq=False)
class Refused(ValueError):
    """Something in the file, or the file as a whole, cannot be imported."""

    why: str
    remedy: str = ""
    where: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        said = f"{place}{self.why}. {self.remedy}".rstrip(". ")
        return said if said.endswith(("?", "!")) else said + "."

    def at(self, where: str) -> BadRecord:
        return BadRecord(where, self.why, self.remedy)


Format = Callable[[TextIO, Options], Iterator[DialogueRecord | BadRecord]]
