"""report.html: one page that needs nothing else, in any browser, on a telephone and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from studies.analysis.reporting import charts
from studies.analysis.reporting.cells import settled
from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.printing import printed, rest_of
from studies.analysis.reporting.report import Report
from studies.analysis.results import Cell, Column, Estimate, Figure, Section, Table

_HERE: Final = Path(__file__).parent
#: Tables up to this many rows are not divided between two sheets of paper.
SHORT: Final = 18
#: Of a longer table only so many rows stand on the page; all of them are in its CSV file.
LONGEST: Final = 400
#: More columns than these are set smaller.
NARROW: Final = 6
#: CSS pixels; a wider picture has more in it than the others.
WIDE: Final = 560
_FULL: Final = "_full"
#: A longer table is folded at its section's end, whatever its key: nobody reads so many rows in passing.
MOST_OPEN: Final = 40
#: The section that begins a chapter of the contents, and the chapter's name.
CHAPTERS: Final[Mapping[str, str]] = {
    "resting_on": "The study and its plan",
    "preference": "Preference and ranks",
    "agreement": "Raters and judges",
    "coding": "Reasons and strategies",
    "safety": "Safety and patterns",
    "bias_position": "What may mislead",
    "planning": "For the record",
}
#: The section that is set as sentences that lead to their sections, and not as a table.
SUMMARY: Final = "summary"
#: Colours that follow the page into the dark; those of shares and fields stay as they are.
_FOLLOWING: Final = {
    canvas.INK: "ink",
    canvas.SOFT: "soft",
    canvas.LINE: "line",
    canvas.PAPER: "paper",
    **{colour: f"mark-{number}" for number, colour in enumerate(canvas.COLOURS, 1)},
}
_ID: Final = re.compile(r'(\bid="|href="#|url\(#)')
_CODE: Final = re.compile(r"`([^`]+)`")
#: Between the ends of an interval: a line may break before its bracket, not within.
_TOGETHER: Final = ",\N{NO-BREAK SPACE}"
_HEAD: Final = re.compile(r"^.*?<svg[^>]*?viewBox=\"([^\"]*)\"[^>]*>", re.S)


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell on the page: its line, what stands small below, the letter of the note that says why."""

    text: str
    below: str = ""
    why: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table ready to be set. `notes` are the reasons for what is undefined, each with its letter.

    `same_note` is the earlier table of the section that has the same note, if there is one.
    """

    table: Table
    number: int
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Shown, ...], ...]
    notes: tuple[tuple[str, str], ...]
    left_out: int
    same_note: ShownTable | None = None

    @property
    def classes(self) -> str:
        short = "short" if len(self.rows) <= SHORT else "long"
        return f"{short} many" if len(self.numeric) > NARROW else short


@dataclass(frozen=True, slots=True)
class ShownFigure:
    figure: Figure
    number: int
    svg: Markup
    width: int
    table: ShownTable

    @property
    def is_wide(self) -> bool:
        """Kept at its own size and moved sideways on a small screen, where it could not be read otherwise."""
        return self.width > WIDE


@dataclass(frozen=True, slots=True)
class ShownSection:
    """`parts` stand open; `folded` are the full tables, at the section's end. The summary has no number."""

    section: Section
    number: int
    parts: tuple[ShownTable | ShownFigure, ...]
    folded: tuple[ShownTable, ...] = ()

    @property
    def chapter(self) -> str:
        """The name of the chapter that this section begins; empty elsewhere."""
        return CHAPTERS.get(self.section.key, "")

    @property
    def sentences(self) -> tuple[dict[str, Cell], ...]:
        """The summary's rows by column; none of other sections."""
        if self.section.key != SUMMARY:
            return ()
        tables = [part for part in self.section.parts if isinstance(part, Table)]
        return tuple(
            dict(zip((column.key for column in table.columns), row, strict=True))
            for table in tables
            for row in table.rows
        )


def html_text(report: Report, drawings: dict[str, charts.Drawing]) -> str:
    """The whole page. Every text of the data is escaped; the pictures hold none."""
    sections = list(_sections(report.sections, drawings))
    return _page().render(
        report=report,
        facts=report.facts,
        title=report.facts.title or report.facts.study or "Analysis of pairwise ratings",
        sections=sections,
        chapters=list(_chapters(sections)),
        titles={shown.section.key: shown.section.title for shown in sections},
        numbers={shown.section.key: shown.number for shown in sections},
        style=Markup((_HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        is_figure=lambda part: isinstance(part, ShownFigure),
    )


def inlined(svg: str, key: str) -> Markup:
    """The picture as an element of the page: names of its own, colours of the page, no size of its own."""
    bare = _HEAD.sub(r'<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="\1" aria-hidden="true">', svg)
    named = _ID.sub(rf"\g<1>{key}-", bare)
    for colour, name in _FOLLOWING.items():
        named = named.replace(colour, f"var(--{name})")
    return Markup(named)  # noqa: S704 - drawn here; no text of the data is in it


def told(cell: Cell, column: Column, letters: dict[str, str]) -> Shown:
    """The cell as shown; a reason gets the next free letter in `letters`, or the one that it has."""
    plain = settled(cell)
    why = plain.undefined if isinstance(plain, Estimate) else ""
    letter = letters.setdefault(why, _letter(len(letters))) if why else ""
    numeric = column.kind != "text"
    line = printed(plain, column.kind)
    return Shown(line.replace(", ", _TOGETHER) if numeric else line, rest_of(plain), letter, numeric)


def marked(text: str) -> Markup:
    """The text, escaped, with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped first


@cache
def _page() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked"] = marked
    return environment.get_template("page.jinja")


def _sections(sections: Sequence[Section], drawings: dict[str, charts.Drawing]) -> Iterator[ShownSection]:
    """Sections, and in them figures and tables, numbered through the report as they are read."""
    tables, figures = count(1), count(1)
    numbers = count(1)
    for section in sections:
        if section.key == SUMMARY:
            yield ShownSection(section, 0, ())
            continue
        folds = [part for part in section.parts if _is_folded(part)]
        shown = [
            _figure(part, next(figures), drawings[part.key])
            if isinstance(part, Figure)
            else _table(part, next(tables))
            for part in section.parts
            if not _is_folded(part)
        ]
        folded = tuple(_table(part, next(tables)) for part in folds if isinstance(part, Table))
        yield _with_notes_once(ShownSection(section, next(numbers), tuple(shown), folded))


def _with_notes_once(shown: ShownSection) -> ShownSection:
    """What has been said below one table is not said again below the next."""
    first: dict[str, ShownTable] = {}

    def told_once(part: ShownTable) -> ShownTable:
        known = first.setdefault(part.table.note, part)
        return part if known is part or not part.table.note else replace(part, same_note=known)

    parts = tuple(told_once(part) if isinstance(part, ShownTable) else part for part in shown.parts)
    return replace(shown, parts=parts, folded=tuple(map(told_once, shown.folded)))


def _chapters(sections: Sequence[ShownSection]) -> Iterator[tuple[str, list[ShownSection]]]:
    """Each chapter's name with its sections; what comes before the first has none."""
    name, held = "", list[ShownSection]()
    for section in sections:
        if section.chapter and held:
            yield name, held
            held = []
        name = section.chapter or name
        held.append(section)
    yield name, held


def _is_folded(part: Table | Figure) -> bool:
    return isinstance(part, Table) and (part.key.endswith(_FULL) or len(part.rows) > MOST_OPEN)


def _figure(figure: Figure, number: int, drawing: charts.Drawing) -> ShownFigure:
    return ShownFigure(
        figure, number, inlined(drawing.svg, figure.key), drawing.width, _table(figure.table, 0)
    )


def _table(table: Table, number: int) -> ShownTable:
    letters: dict[str, str] = {}
    rows = tuple(
        tuple(told(cell, column, letters) for cell, column in zip(row, table.columns, strict=True))
        for row in table.rows[:LONGEST]
    )
    numeric = tuple(column.kind != "text" for column in table.columns)
    notes = tuple((letter, why) for why, letter in letters.items())
    return ShownTable(
        table,
        number,
        numeric,
        rows,
        notes,
        left_out=len(table.rows) - len(rows),
    )


def _letter(number: int) -> str:
    """a to z, then aa, ab …"""
    first, last = divmod(number, 26)
    return (_letter(first - 1) if first else "") + chr(ord("a") + last)
