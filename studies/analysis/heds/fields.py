"""The questions of HEDS 3.0: fields.tsv, and the options of its two questions on languages.

Belz & Thomson, HEDS 3.0 (arXiv 2412.07940); element ids and options are those of the authors' form. Options
count by their place, not by the number in their text: among the languages the one numbered 185 comes first.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

CRITERIA: Final = "heds-criteria-criterion"
#: What stands between the options of one field in fields.tsv.
_BETWEEN: Final = " | "
_FOLDER: Final = Path(__file__).parent

Kind = Literal["text", "whole_number", "one_of", "some_of", "criteria"]
_KINDS: Final[dict[str, Kind]] = {
    "TextInput": "text",
    "IntegerInput": "whole_number",
    "RadioGroup": "one_of",
    "CheckGroup": "some_of",
    "Many": "criteria",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `number` is empty for the list of criteria, which asks nothing itself.

    `options` are texts as the form has them; option i, from 1, has the element id `<element_id>-i`.
    """

    number: str
    element_id: str
    kind: Kind
    title: str
    options: tuple[str, ...]

    @property
    def repeats(self) -> bool:
        """Whether it is answered once for each quality criterion."""
        return self.element_id.startswith(f"{CRITERIA}-")

    @property
    def is_choice(self) -> bool:
        return self.kind in ("one_of", "some_of")

    def option(self, number: int) -> str:
        """The option whose text begins with this number. Raises StopIteration."""
        return next(option for option in self.options if option.startswith(f"{number}. "))


@cache
def fields() -> tuple[Field, ...]:
    """All of them in the form's order."""
    languages = tuple((_FOLDER / "languages.txt").read_text(encoding="utf-8").splitlines())
    with (_FOLDER / "fields.tsv").open(encoding="utf-8", newline="") as file:
        _header, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(_field(*row, languages=languages) for row in rows)


def _field(
    number: str, element_id: str, widget: str, title: str, options: str, *, languages: tuple[str, ...]
) -> Field:
    listed = tuple(options.split(_BETWEEN)) if options else ()
    if element_id.endswith("_languages"):
        listed = languages
    return Field(number, element_id, _KINDS[widget], title, listed)


@cache
def numbered() -> dict[str, Field]:
    """The questions by their number."""
    return {field.number: field for field in fields() if field.number}
