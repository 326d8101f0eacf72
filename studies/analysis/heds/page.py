"""heds.md: the sheet to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from studies.analysis.heds.answers import Answer, Sheet
from studies.analysis.heds.fields import CRITERIA

NAME: Final = "heds.md"
_SECTIONS: Final = {
    "1": "Reference and resources",
    "2": "Systems",
    "3": "Sample, evaluators and design",
    "4": "Quality criteria",
    "5": "Ethics",
}
#: What Markdown, or HTML in it, takes for more than a character: anywhere, and where a line begins.
_MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~&$])")
_BEGINS: Final = re.compile(r"^([-+=]|\d+(?=[.)]))")
_UNDERLINED: Final = re.compile("</?u>")


def plain(text: str) -> str:
    """A title or an option of the form without the form's own underlining."""
    return _UNDERLINED.sub("", text)


def markdown_of(sheet: Sheet) -> str:
    """Every question with its number, title, answer and source, or that it is open, and for whom."""
    return "\n".join(_lines(sheet)).rstrip("\n") + "\n"


def in_words(sheet: Sheet) -> str:
    """How many answers are filled, from where, and how many are open."""
    total, left_open = len(sheet.answers), sheet.count("open")
    return (
        f"Of {total} answers {total - left_open} are filled: {sheet.count('protocol')} from the protocol, "
        f"{sheet.count('data')} from the data, {sheet.count('analysis')} from the analysis, "
        f"{sheet.count('researcher')} by the researcher. Open are {left_open}."
    )


def _lines(sheet: Sheet) -> Iterator[str]:
    yield from ("# Human Evaluation Datasheet (HEDS 3.0)", "")
    yield from ("Questions: Belz & Thomson, HEDS 3.0, arXiv 2412.07940. " + in_words(sheet), "")
    section, criterion = "", ""
    for answer in sheet.answers:
        if answer.field.number[0] != section:
            section = answer.field.number[0]
            yield from (f"## {section} {_SECTIONS[section]}", "")
            if section == "4" and not sheet.criteria:
                yield from (f"**{_NO_CRITERIA}**", "")
        if answer.criterion and answer.criterion != criterion:
            criterion = answer.criterion
            yield from (f"### Criterion {escaped(criterion)}: {escaped(sheet.names[criterion])}", "")
        yield from _question(answer)


_NO_CRITERIA: Final = (
    f"The list of criteria ({CRITERIA}) is empty: the rubric's rows come with the frozen protocol. Each "
    "question of this section then stands here once for each of them."
)


def _question(answer: Answer) -> Iterator[str]:
    yield from (f"#### {answer.field.number} {escaped(plain(answer.field.title))}", "")
    if answer.is_open:
        yield from (f"**open: {escaped(answer.note)}**", "")
    else:
        yield from (_quoted(values_in_words(answer)), "", f"From: {answer.source}", "")
    if answer.comment:
        yield from ("Comment:", "", _quoted((answer.comment,)), "")


def values_in_words(answer: Answer) -> tuple[str, ...]:
    """The answer's values; options without the form's own underlining."""
    return tuple(map(plain, answer.values)) if answer.field.is_choice else answer.values


def _quoted(texts: Iterable[str]) -> str:
    """Each line a paragraph of its own, so that lines stay apart."""
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    return "\n>\n".join(f"> {_begun(escaped(line))}" for line in lines)


def _begun(line: str) -> str:
    """The line, no list and no rule. Only a number's point can be escaped, not its digits."""
    return _BEGINS.sub(lambda begin: f"{begin[1]}\\" if begin[1].isdigit() else f"\\{begin[1]}", line)


def escaped(text: str) -> str:
    """One line in which nothing is Markdown; what stands at its very beginning is not looked at."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
