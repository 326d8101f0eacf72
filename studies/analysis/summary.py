"""In short: what was found, on what and how sure, in at most ten sentences before everything else.

It is read from the finished sections' tables by their public keys, and not computed a second time: no number
can differ from the one in its section, and no heavy section runs twice. A table that is not there, or has no
row for it, leaves its sentence out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Final

from studies.analysis import finding, finding_reasons, patterns
from studies.analysis.finding import ROWS_READ, Finding, Rows
from studies.analysis.finding_reasons import REASONS_READ
from studies.analysis.results import Column, Figure, Section, Table

KEY: Final = "summary"
TITLE: Final = "In short"
#: More sentences than these are no summary.
MOST: Final = 10
NOTHING: Final = "Nothing of what stands here can be told from these data; the sections below say why."
_COLUMNS: Final = (
    Column("finding", "What was found"),
    Column("numbers", "In numbers"),
    Column("eyes", "Who answered"),
    Column("section", "Section"),
)
_HOW: Final = "In brackets stand 95 % intervals; n counts what a number rests on."
#: What a summary would tell, in the order in which it is left out where there is more than MOST.
_SAID: Final[tuple[Callable[[Rows], Iterator[Finding]], ...]] = (
    finding.contrasts,
    finding.preference,
    finding.interaction,
    finding.ranking,
    finding.agreement,
    finding.replacing,
    finding.safety,
    finding_reasons.themes,
    finding_reasons.strategies,
    finding.blinding,
    patterns.size,
    finding.leaks,
    finding.position,
    patterns.consistency,
    patterns.halo,
)


def in_short(told: Sequence[Section]) -> Section:
    """The report's first section, from the others as they were built."""
    rows = rows_of(told)
    found = list(chain.from_iterable(said(rows) for said in _SAID))[:MOST]
    if not found:
        return Section(KEY, TITLE, absent=NOTHING)
    cells = [(one.found, one.numbers, one.eyes, one.section) for one in found]
    left_out = not_told(told)
    if left_out:
        cells.append(("Could not be told", left_out, "", ""))
    lead = (*finding.rests_on(rows), _HOW)
    return Section(KEY, TITLE, (" ".join(lead),), (Table(KEY, TITLE, _COLUMNS, cells),))


def rows_of(told: Sequence[Section]) -> Rows:
    """The finished tables that have rows, by their public keys."""
    return Rows(
        {table.key: (section.key, table) for section in told for table in _tables(section) if table.rows}
    )


def not_told(told: Sequence[Section]) -> str:
    """Which of the sections that the summary reads are absent, with the first sentence of the reason."""
    reasons: dict[str, list[str]] = {}
    for section in told:
        if section.absent and section.key in ROWS_READ | REASONS_READ:
            reasons.setdefault(_first(section.absent), []).append(section.title)
    return " ".join(f"{reason} ({', '.join(titles)})." for reason, titles in reasons.items())


def _first(text: str) -> str:
    """The first sentence without its full stop; a file's name has a point without a space."""
    return text.partition(". ")[0].rstrip(".")


def _tables(section: Section) -> Iterator[Table]:
    for part in section.parts:
        yield part.table if isinstance(part, Figure) else part
