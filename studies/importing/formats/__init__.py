"""The file formats: each a generator of records over a text stream. See docs/importing.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studies.importing.formats import csv_long, esconv, heart, jsonl
from studies.importing.records import Format

FORMATS: Final[Mapping[str, Format]] = {
    "jsonl": jsonl.read,
    "csv": csv_long.read,
    "heart": heart.read,
    "esconv": esconv.read,
}
#: The word cap a format's own data set set its writers; lint uses it unless told another.
WORD_CAPS: Final[Mapping[str, int]] = {"heart": heart.WORD_CAP}
