"""What is said to the sheet's questions, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from studies.analysis.heds.fields import Field, numbered

#: Where an answer comes from: the frozen protocol, what was collected, what was computed, or the researcher.
Source = Literal["protocol", "data", "analysis", "researcher", "open"]
SOURCES: Final[tuple[Source, ...]] = ("protocol", "data", "analysis", "researcher")


@dataclass(frozen=True, slots=True)
class Said:
    """What the record says to one question. No `values`: only a comment, such as a proposal."""

    source: Source
    values: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question, for one criterion where it repeats (else `criterion` is empty).

    `values` holds one text, or the chosen options; nothing where the question is open: then `note` tells who
    has to say it and how. `comment` stands beside, and describes a choice where the form asks for that.
    """

    field: Field
    criterion: str
    values: tuple[str, ...]
    source: Source
    comment: str = ""
    note: str = ""

    @property
    def is_open(self) -> bool:
        return not self.values


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every question in the form's order, each criterion's answers together.

    `names` are the criteria by key, in the protocol's order. Without any criterion each repeating question
    stands once, open.
    """

    names: Mapping[str, str]
    answers: tuple[Answer, ...]

    @property
    def criteria(self) -> tuple[str, ...]:
        return tuple(self.names)

    def of(self, number: str, criterion: str = "") -> Answer:
        """The answer to a question. Raises StopIteration."""
        return next(one for one in self.answers if one.field.number == number and one.criterion == criterion)

    def count(self, source: Source) -> int:
        return sum(one.source == source for one in self.answers)


def text(source: Source, value: str) -> Said:
    return Said(source, (value,))


def chosen(source: Source, question: str, *options: int, comment: str = "") -> Said:
    """Options of a question by the numbers that they have in the form."""
    field = numbered()[question]
    return Said(source, tuple(field.option(option) for option in options), comment)


def proposal(comment: str) -> Said:
    """No answer, but what may help whoever gives it."""
    return Said("open", comment=comment)
