"""Long CSV: one row a turn or a reply, the rows of one dialogue together."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TextIO

from studies.importing import roles, values
from studies.importing.records import BadRecord, DialogueRecord, Options, Refused, ReplyRecord

REQUIRED: Final = ("dialogue", "kind", "speaker", "system", "text")
OPTIONAL: Final = ("replicate", "writer", "tags", "system_kind")
#: Characters in one cell.
LONGEST_CELL: Final = 16_000_000
TAG_SEPARATOR: Final = ";"

Row = Mapping[str, str]


@dataclass(slots=True)
class _Open:
    """The dialogue whose rows are being read. A broken row is kept, and spoils the dialogue."""

    external_id: str
    where: str
    labels: list[object] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    replies: list[ReplyRecord] = field(default_factory=list)
    tags: dict[str, None] = field(default_factory=dict)
    broken: list[BadRecord] = field(default_factory=list)


def read(stream: TextIO, options: Options) -> Iterator[DialogueRecord | BadRecord]:
    """One record for each run of rows with one dialogue id; an id that comes back later is refused."""
    csv.field_size_limit(LONGEST_CELL)
    rows = csv.reader(stream, strict=True)
    header = _header(rows)
    current: _Open | None = None
    closed: dict[str, str] = {}
    for where, cells in _numbered(rows):
        if isinstance(cells, BadRecord):
            yield cells
            return
        try:
            row = _row(header, cells)
            external_id = values.id_of(row["dialogue"])
        except Refused as refused:
            yield refused.at(where)
            continue
        if current is None or current.external_id != external_id:
            if current is not None:
                yield from _closed(current, options)
                closed[current.external_id] = current.where
            current = _Open(external_id, where)
            if external_id in closed:
                current.broken.append(_split(external_id, where, closed[external_id]))
        _add(current, row, where)
    if current is not None:
        yield from _closed(current, options)


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(rows)]
    except (StopIteration, csv.Error) as error:
        raise Refused(f"the header row cannot be read: {error}") from None
    if len(header) == 1 and any(sign in header[0] for sign in ";\t"):
        raise Refused("the columns are not separated by commas", "Save the file as comma-separated CSV")
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in (*REQUIRED, *OPTIONAL)]
    twice = sorted({name for name in header if header.count(name) > 1})
    for names, what in ((missing, "is missing"), (unknown, "is not known"), (twice, "stands twice")):
        if names:
            raise Refused(
                f"the column {', '.join(repr(name[:40]) for name in names)} {what}",
                f"Columns: {', '.join(REQUIRED)}; and if wanted {', '.join(OPTIONAL)}",
                where="line 1",
            )
    return header


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[str, list[str] | BadRecord]]:
    """Each non-empty row with the line it begins on; a row that is not CSV ends the file."""
    while True:
        line = rows.line_num + 1  # type: ignore[attr-defined]  # typed as an iterator, is a csv reader
        where = f"line {line}"
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield where, BadRecord(where, f"not valid CSV: {error}", 'Quote texts with “"”')
            return
        if cells:
            yield where, cells


def _row(header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        raise Refused(
            f"the row has {len(cells)} cells, the header {len(header)}",
            "Put quotes around texts that hold commas or line breaks",
        )
    return dict(zip(header, cells, strict=True))


def _split(external_id: str, where: str, first: str) -> BadRecord:
    return BadRecord(
        where,
        f"the rows of dialogue {external_id!r} are not together (it began at {first})",
        "Sort the file by dialogue, keeping the order of the turns",
    )


def _add(current: _Open, row: Row, where: str) -> None:
    try:
        for tag in filter(None, map(str.strip, row.get("tags", "").split(TAG_SEPARATOR))):
            current.tags[values.name_of(tag, "a tag")] = None
        match row["kind"].strip():
            case "turn":
                _add_turn(current, row)
            case "reply":
                current.replies.append(_reply(row))
            case other:
                raise Refused(f"kind must be turn or reply, not {other[:40]!r}")
    except Refused as refused:
        current.broken.append(refused.at(where))


def _add_turn(current: _Open, row: Row) -> None:
    for column in ("system", "replicate", "writer", "system_kind"):
        if row.get(column):
            raise Refused(f"a turn has no {column}", "Leave the cell empty, or make the row a reply")
    text = values.text_of(row["text"], "the turn's text")
    current.labels.append(row["speaker"].strip())
    current.texts.append(text)


def _reply(row: Row) -> ReplyRecord:
    system = values.name_of(row["system"], "a reply's system")
    writer = row.get("writer", "")
    if writer:
        writer = values.name_of(writer, "a reply's writer")
    number = row.get("replicate", "").strip() or "1"
    digits = number.isascii() and number.isdigit() and len(number) < 6
    return ReplyRecord(
        system=system,
        replicate=values.replicate_of(int(number) if digits else number),
        text=values.text_of(row["text"], f"the reply of {system}"),
        writer=writer,
        kind=values.kind_from(row.get("system_kind", "").strip(), writer),
    )


def _closed(current: _Open, options: Options) -> Iterator[DialogueRecord | BadRecord]:
    if current.broken:
        yield from current.broken
        return
    try:
        if not current.texts:
            raise Refused(f"dialogue {current.external_id!r} has no turns")
        told = roles.tell(current.labels, current.texts, options)
        yield DialogueRecord(
            external_id=current.external_id,
            turns=told.turns,
            tags=tuple(current.tags),
            meta=told.meta({}),
            replies=values.distinct(current.replies),
            where=current.where,
            aliases=told.aliases,
            merged=told.merged,
            assumed=told.assumed,
        )
    except Refused as refused:
        yield refused.at(current.where)
