"""Whether the form would take an answer. Light: the site's own pages ask it, and load no analysis for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from studies.analysis.heds.fields import Field

#: What stands between the options of one cell.
BETWEEN: Final = "|"
#: Options that say that no other holds.
_ALONE: Final = re.compile(r"\d+\. (None of the above|N/A)")
_COUNT: Final = re.compile(r"[0-9]+|N/A")


def problems_of(field: Field, value: str) -> tuple[str, ...]:
    """What the form would not take of this answer, a sentence each; nothing to say against an empty one.

    A choice is the option's text as the form has it, several joined by a vertical bar.
    """
    if not value.strip():
        return ()
    if field.kind == "criteria":
        return ("The criteria are the rubric's rows; they cannot be answered.",)
    if field.kind == "whole_number":
        whole = _COUNT.fullmatch(value.strip())
        return () if whole else (f"{value!r} is no whole number; the form takes digits, or N/A.",)
    return tuple(_wrong_options(field, value)) if field.is_choice else ()


def _wrong_options(field: Field, value: str) -> Iterator[str]:
    options = values_of(field, value)
    for option in options:
        if option not in field.options:
            yield f"{option!r} is no option of question {field.number}."
    if len(set(options)) < len(options):
        yield "An option stands there more than once."
    if field.kind == "one_of" and len(options) > 1:
        yield f"Question {field.number} takes one option; here are {len(options)}."
    elif len(options) > 1 and any(map(_ALONE.match, options)):
        yield "An option that says none of the above, or N/A, stands alone."


def values_of(field: Field, value: str) -> tuple[str, ...]:
    """A cell's answer: the chosen options, or the text without blanks around it; nothing if it is empty."""
    if not field.is_choice:
        return (value.strip(),) if value.strip() else ()
    return tuple(option.strip() for option in value.split(BETWEEN) if option.strip())
