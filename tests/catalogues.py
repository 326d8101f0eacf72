"""The words of the rater's pages: found in the code, looked up in catalogues, and made strange on purpose."""

from __future__ import annotations

import ast
import gettext
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

BASE: Path = settings.BASE_DIR
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}
#: What only researchers see.
NOT_FOR_RATERS = {
    *("admin", "management", "migrations", "export", "api.py", "apps.py"),
    *("forgetting.py", "passages.py"),
}
_IN_TEMPLATE = re.compile(r"\b(_|gettext|ngettext)\(")
_LITERAL = re.compile(r"""\s*(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")\s*,?""", re.DOTALL)


@dataclass(frozen=True)
class Words:
    """A text in the code: itself, and its plural where it counts something."""

    singular: str
    plural: str | None
    place: str


def files_for_raters() -> list[Path]:
    """Templates and modules whose words a rater may read."""
    templates = [*(BASE / "templates").glob("*.html"), *(BASE / "templates" / "raters").rglob("*.html")]
    code = [
        path
        for path in (BASE / "raters").rglob("*.py")
        if not NOT_FOR_RATERS & set(path.relative_to(BASE / "raters").parts)
        and (path.parent.name != "models" or path.name == "answers.py")
    ]
    told = [BASE / "studies" / name for name in ("freezing.py", "training_pairs.py")]
    return sorted([*templates, *code, *told])


def words_for_raters() -> list[Words]:
    return [words for path in files_for_raters() for words in words_in(path)]


def words_in(path: Path) -> Iterator[Words]:
    text = path.read_text(encoding="utf-8")
    found = _in_code(text) if path.suffix == ".py" else _in_template(text)
    place = path.relative_to(BASE).as_posix()
    yield from (Words(singular, plural, place) for singular, plural in found)


def _in_code(text: str) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        count = CALLS.get(node.func.id, 0)
        constants = [each.value for each in node.args[:count] if isinstance(each, ast.Constant)]
        given = [value for value in constants if isinstance(value, str)]
        if count and len(given) == count:
            yield given[0], (given[1] if count == 2 else None)


def _in_template(text: str) -> Iterator[tuple[str, str | None]]:
    source = templatize(text)
    for call in _IN_TEMPLATE.finditer(source):
        first = _LITERAL.match(source, call.end())
        if first is None:
            continue
        second = _LITERAL.match(source, first.end()) if call[1] == "ngettext" else None
        yield ast.literal_eval(first[1]), (ast.literal_eval(second[1]) if second else None)


def catalogue(language: str) -> Mapping[object, str]:
    """What a compiled catalogue of the project holds: texts, or (text, number of the plural form)."""
    with (BASE / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined,no-any-return]


# A pseudo-locale ----------------------------------------------------------------------------------

#: Marks every translated text, and is written from right to left.
MARK = "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}"
_PLACEHOLDER = re.compile(r"(%\([a-z_]+\)[sd]|%[sd%]|\{[a-z_]+\}|<[^>]+>|&[a-z]+;)")


def strange(text: str) -> str:
    """The text with Hebrew letters for Latin ones, longer than before; placeholders and tags stand."""
    parts = _PLACEHOLDER.split(text)
    changed = [part if number % 2 else part.translate(_HEBREW) for number, part in enumerate(parts)]
    return f"{MARK} {''.join(changed)} {MARK}"


_HEBREW = {
    ord(letter): chr(0x5D0 + (ord(letter.lower()) - ord("a")) % 27)
    for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
}


def write_pseudo_locale(folder: Path, language: str) -> None:
    """A catalogue in which every text for raters is strange: what is not, nobody marked for translation."""
    entries = {"": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"}
    for words in words_for_raters():
        if words.plural is None:
            entries[words.singular] = strange(words.singular)
        else:
            entries[f"{words.singular}\0{words.plural}"] = (
                f"{strange(words.singular)}\0{strange(words.plural)}"
            )
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "django.mo").write_bytes(_compiled(entries))


def _compiled(entries: dict[str, str]) -> bytes:
    """The binary form that gettext reads: header, two tables of (length, offset), texts ended by NUL."""
    pairs = sorted((key.encode(), value.encode()) for key, value in entries.items())
    start = 28 + 16 * len(pairs)
    tables: list[list[int]] = [[], []]
    body = b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += [len(pair[column]), start + len(body)]
            body += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + b"".join(struct.pack(f"<{len(table)}I", *table) for table in tables) + body
