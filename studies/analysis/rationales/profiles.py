"""The section on what reasons stress, by whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.proportions import HOW
from studies.analysis.rationales.consensus import CodedBy, coded_by
from studies.analysis.rationales.material import Material, material
from studies.analysis.rationales.reasons import (
    ALONE,
    BARE,
    JUDGES,
    Group,
    judges_in,
    raters_in,
    together_in,
    ways_of,
)
from studies.analysis.rationales.shares import shares
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Cell, Column, Figure, Section, Table

KEY: Final = "profiles"
TITLE: Final = "What reasons stress"
NO_REASONS: Final = "No reason of a rater or judge has been coded yet in a way that results could rest on."
_COLUMNS: Final = (
    Column("coded_by", "Coded by"),
    Column("source", "Whose reasons"),
    Column("code", "Code"),
    Column("share", "Share of reasons", "share"),
)
_NOTE: Final = (
    "How many of a source's reasons have the code; a reason may have several. Where several people coded a "
    "reason it counts by the share of them who gave the code. Clusters are dialogues and raters. "
)


_ASKED: Final = (
    "What do people speak of when they give a reason, and what do language models speak of? Each share says "
    "how many of the reasons were given that code; a reason may have several, so that shares need not add "
    "up to 100 %."
)


def profiles(evidence: Evidence) -> Section:
    found = material(evidence)
    if isinstance(found, str):
        return Section(KEY, TITLE, absent=found)
    dimensions: list[tuple[Cell, ...]] = []
    strategies: list[tuple[Cell, ...]] = []
    for coder in coded_by(found):
        dimensions += _rows(found, coder, found.book.dimensions)
        strategies += _rows(found, coder, found.book.strategies)
    if not dimensions and not strategies:
        return Section(KEY, TITLE, absent=NO_REASONS)
    note = _NOTE + HOW.format(unit="dialogues")
    first = _together(dimensions)
    parts: list[Table | Figure] = [
        *_figure(first),
        Table("reasons_dimensions", "Share of reasons with each dimension", _COLUMNS, first, note),
        Table("reasons_dimensions_full", "The same, each judge", _COLUMNS, dimensions, note),
        Table(
            "reasons_strategies_full", "Share of reasons that name each strategy", _COLUMNS, strategies, note
        ),
    ]
    return Section(
        KEY, TITLE, (_ASKED,), tuple(part for part in parts if isinstance(part, Figure) or part.rows)
    )


def _rows(found: Material, coder: CodedBy, codes: Mask) -> Iterator[tuple[Cell, ...]]:
    passages = found.passages
    for groups in ((raters_in(passages), *judges_in(passages)), together_in(passages, fewest=2)):
        some = [group for group in groups if (group.rows & coder.coded).any()]
        if not some or not codes.any():
            continue
        number = _numbered(some, len(passages))
        rows = (number >= 0) & coder.coded
        found_shares = shares(
            coder.weights[np.ix_(rows, codes)], number[rows], len(some), ways_of(passages, rows)
        )
        for group, each in zip(some, found_shares, strict=True):
            for place, estimate in zip(np.flatnonzero(codes).tolist(), each, strict=True):
                yield coder.title, group.title, found.book.codes[place], estimate


def _numbered(groups: list[Group], count: int) -> Codes:
    """The group of each row, −1 for none; groups have no row in common."""
    number = np.full(count, -1, dtype=np.int32)
    for place, group in enumerate(groups):
        number[group.rows] = place
    return number


def _together(rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Judges of a kind together where there are several, else the one."""
    several = {str(row[1]) for row in rows}
    return [
        row
        for row in rows
        if not (source := str(row[1])).startswith("Judge ")
        or (BARE if source.endswith(ALONE) else JUDGES) not in several
    ]


def _figure(rows: list[tuple[Cell, ...]]) -> list[Figure]:
    """Sources below each other, dimension by dimension, as the first coder has them."""
    mine = [row for row in rows if row[0] == rows[0][0]] if rows else []
    drawn = [(source, share, code) for _coder, source, code, share in mine]
    order = list(dict.fromkeys(code for _source, _share, code in drawn))
    drawn.sort(key=lambda row: order.index(row[2]))
    if not drawn:
        return []
    table = Table("reasons_drawn", f"Coded by: {mine[0][0]}", (_COLUMNS[1], _COLUMNS[3], _COLUMNS[2]), drawn)
    title = "Share of reasons with the dimension"
    return [Figure("reasons_figure", "What reasons stress", "forest", table, x_title=title)]


SECTIONS: Final = (profiles,)
