"""The first look at a file: everything wrong with it, and what would be left out. Touches no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from studies.importing.files import Facts, Source, inspect, opened
from studies.importing.formats import FORMATS, WORD_CAPS
from studies.importing.lint.kinds import Kind, Severity
from studies.importing.lint.linter import Linter
from studies.importing.records import BadRecord, DialogueRecord, Options, Refused
from studies.importing.spool import Spool

#: Bad records that are listed one by one, for each reason.
LISTED: Final = 25
#: After so many different reasons a file is plainly of another format.
MOST_REASONS: Final = 50


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an import. `max_words` None takes the format's own cap, 0 switches it off."""

    format: str
    options: Options = field(default_factory=Options)
    max_words: int | None = None
    exclude: frozenset[Kind] = frozenset()

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise Refused(f"unknown format {self.format!r}", f"Formats: {', '.join(FORMATS)}")
        if self.options.cut is not None and self.format != "esconv":
            raise Refused("--cut belongs to the format esconv")
        if self.options.cut is not None and self.options.cut < 1:
            raise Refused("--cut counts from 1")
        if self.max_words is not None and self.max_words < 0:
            raise Refused("--max-words cannot be negative")

    @property
    def word_cap(self) -> int | None:
        """Words from which a reply is over length, None for no cap."""
        cap = WORD_CAPS.get(self.format) if self.max_words is None else self.max_words
        return cap or None

    def as_json(self) -> dict[str, Any]:
        return {
            **self.options.as_json(),
            "max_words": self.word_cap,
            "exclude": sorted(self.exclude),
        }


@dataclass(slots=True)
class Problem:
    """One reason why records cannot be read, with the first places."""

    why: str
    remedy: str
    count: int = 0
    places: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Examination:
    """What the first look found; the dialogues themselves are in `spool`.

    `left_out` maps reply keys (`Names.key`) to the kinds that exclude them.
    """

    request: Request
    facts: Facts
    linter: Linter
    spool: Spool = field(default_factory=Spool)
    problems: dict[str, Problem] = field(default_factory=dict)
    bad: int = 0
    dialogues: int = 0
    turns: int = 0
    aliases: Counter[str] = field(default_factory=Counter)
    merged: int = 0
    dropped: int = 0
    assumed: int = 0
    left_out: dict[int, list[Kind]] = field(default_factory=dict)

    def errors(self) -> dict[Kind, int]:
        """Error findings that are not resolved by leaving replies out."""
        return self.linter.findings.remaining(Severity.ERROR, self.left_out)

    def warnings(self) -> dict[Kind, int]:
        """Warnings that are not resolved by leaving replies out."""
        return self.linter.findings.remaining(Severity.WARNING, self.left_out)

    @property
    def is_blocked(self) -> bool:
        """Whether no acknowledgement could make this import possible."""
        return bool(self.bad or self.errors())


def records(source: Source, request: Request) -> Iterator[DialogueRecord | BadRecord]:
    """The records of the file. Problems of the file as a whole become one BadRecord."""
    with opened(source) as stream:
        try:
            yield from FORMATS[request.format](stream, request.options)
        except Refused as refused:
            yield refused.at(refused.where or "the file")


def examine(source: Source, request: Request) -> Examination:
    """Reads and lints the whole file. Raises Refused when it cannot be read as text at all."""
    examination = Examination(request, inspect(source), Linter(request.word_cap))
    first_at: dict[str, str] = {}
    for record in records(source, request):
        if isinstance(record, BadRecord):
            _note(examination, record)
        elif record.external_id in first_at:
            _note(examination, _twice(record, first_at[record.external_id]))
        else:
            first_at[record.external_id] = record.where
            _count(examination, record)
        if len(examination.problems) >= MOST_REASONS:
            break
    if not examination.bad and not examination.dialogues:
        _note(examination, BadRecord("the file", "it holds no dialogue", "Is it the right one?"))
    examination.linter.finish()
    examination.left_out = examination.linter.findings.left_out(request.exclude)
    return examination


def _count(examination: Examination, record: DialogueRecord) -> None:
    examination.linter.add(record)
    examination.spool.add(record)
    examination.dialogues += 1
    examination.turns += len(record.turns)
    for alias, count in record.aliases:
        examination.aliases[alias] += count
    examination.merged += record.merged
    examination.dropped += record.dropped
    examination.assumed += record.assumed


def _note(examination: Examination, bad: BadRecord) -> None:
    examination.bad += 1
    problem = examination.problems.setdefault(bad.why, Problem(bad.why, bad.remedy))
    problem.count += 1
    if len(problem.places) < LISTED:
        problem.places.append(bad.where)


def _twice(record: DialogueRecord, first: str) -> BadRecord:
    return BadRecord(
        record.where,
        f"dialogue {record.external_id!r} stands in the file twice (first at {first})",
        "Keep one, or give the second another id",
    )
