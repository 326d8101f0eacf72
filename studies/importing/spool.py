"""Examined dialogues on their way to the database, kept in a temporary file instead of in memory.

What was linted is what is loaded, and a large file is parsed once.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from itertools import starmap
from json.encoder import encode_basestring_ascii as quoted
from os import SEEK_END
from tempfile import TemporaryFile
from typing import Any, Final, NamedTuple

from studies.importing.records import DialogueRecord, ReplyRecord

#: Dialogues written at a time.
BLOCK: Final = 200


class Kept(NamedTuple):
    """A dialogue as it is written: the turns already as the JSON text of their column."""

    external_id: str
    turns: str
    tags: list[str]
    meta: dict[str, Any]
    where: str
    replies: tuple[ReplyRecord, ...]


class Spool:
    """Dialogues in file order: `add` them all, then iterate as often as needed."""

    def __init__(self) -> None:
        # Lives as long as the examination it belongs to; the file has no name and closes with it.
        self._file = TemporaryFile(prefix="heartsite-import-")  # noqa: SIM115  (closed in __del__)
        self._waiting: list[tuple[object, ...]] = []

    def __del__(self) -> None:
        self._file.close()

    def add(self, record: DialogueRecord) -> None:
        # As json.dumps writes it, in half the time.
        turns = ", ".join(
            [f'{{"speaker": "{speaker}", "text": {quoted(text)}}}' for speaker, text in record.turns]
        )
        # marshal knows plain tuples only.
        replies = [*map(tuple, record.replies)]
        self._waiting.append(
            (record.external_id, f"[{turns}]", [*record.tags], {**record.meta}, record.where, replies)
        )
        if len(self._waiting) >= BLOCK:
            self._flush()

    def _flush(self) -> None:
        """Writes the waiting rows as one block, after its length."""
        block = marshal.dumps(self._waiting)
        self._file.seek(0, SEEK_END)
        self._file.write(len(block).to_bytes(8, "big") + block)
        self._waiting = []

    def __iter__(self) -> Iterator[Kept]:
        self._flush()
        self._file.seek(0)
        while size := int.from_bytes(self._file.read(8), "big"):
            # Nobody but `add` wrote this file.
            rows: list[Kept] = marshal.loads(self._file.read(size))  # noqa: S302
            for external_id, turns, tags, meta, where, replies in rows:
                records = tuple(starmap(ReplyRecord, replies))
                yield Kept(external_id, turns, tags, meta, where, records)
