"""The coder's form: which codes a text gets. "None of these" must be said; an empty form is asked again."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from raters.coding.marking import LONGEST_NOTE
from raters.selectors import Given
from studies.codebook import DIMENSION, REASON, CodebookDocument, CodeEntry

#: One key for each code: digits for dimensions, letters for strategies; n is "none of these".
DIGITS: Final = "123456789"
LETTERS: Final = string.ascii_lowercase.replace("n", "")
TITLES: Final = {
    (REASON, True): _("What the reason is about"),
    (REASON, False): _("What it says that the reply does"),
}
OF_REPLIES: Final = _("What the reply does")


@dataclass(frozen=True, slots=True)
class Row:
    """One code as the page shows it. `shortcut` is the key that ticks it; empty where keys ran out."""

    code: CodeEntry
    shortcut: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: tuple[Row, ...]


class Note(forms.CharField):
    """Line breaks count once, as in the browser, which sends two characters for each."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class CodingForm(forms.Form):
    """`kind` is the text's. Keys are given out over the whole codebook, so that a code keeps its own."""

    codes = forms.MultipleChoiceField(
        required=False,
        error_messages={
            "invalid_choice": _("Your page has a code that is not in the codebook. Please look again.")
        },
    )
    none = forms.BooleanField(required=False)
    note = Note(
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        label=_("A note, if something was hard to decide"),
        error_messages={
            "max_length": _("Please keep this below %(limit_value)d characters (it has %(show_value)d).")
        },
    )

    def __init__(
        self,
        codebook: CodebookDocument,
        kind: str,
        data: Mapping[str, Any] | None = None,
        given: Given | None = None,
    ) -> None:
        shown = given or Given()
        initial = {"codes": sorted(shown.codes), "none": shown.none, "note": shown.note}
        super().__init__(data, initial=initial, label_suffix="")
        self._kind, self._entries = kind, codebook.codes_for(kind)
        self._shortcuts = shortcuts(codebook)
        self.fields["codes"].choices = [(entry.key, entry.name) for entry in self._entries]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "codes" in self.errors:
            return cleaned
        if cleaned.get("codes") and cleaned.get("none"):
            raise forms.ValidationError(
                _("You ticked “None of these” and also a code. Please untick one of them.")
            )
        if not cleaned.get("codes") and not cleaned.get("none"):
            raise forms.ValidationError(_("Please tick each code that applies, or “None of these”."))
        return cleaned

    def groups(self) -> list[Group]:
        ticked = set(self["codes"].value() or ())
        rows = [
            Row(entry, self._shortcuts.get(entry.key, ""), entry.key in ticked) for entry in self._entries
        ]
        found = []
        for is_dimension in (True, False):
            own = tuple(row for row in rows if (row.code.kind == DIMENSION) == is_dimension)
            if own:
                found.append(Group(str(TITLES.get((self._kind, is_dimension), OF_REPLIES)), own))
        return found

    def note_field(self) -> BoundField:
        return self["note"]

    def says_none(self) -> bool:
        return bool(self["none"].value())

    def answers(self) -> dict[str, Any]:
        """As keyword arguments of `marking.mark`."""
        return {name: self.cleaned_data[name] for name in ("codes", "none", "note")}


def shortcuts(codebook: CodebookDocument) -> dict[str, str]:
    """The key for each code, in the codebook's order; codes beyond the last key have none."""
    found: dict[str, str] = {}
    for keys, is_dimension in ((DIGITS, True), (LETTERS, False)):
        own = [code.key for code in codebook.codes if (code.kind == DIMENSION) == is_dimension]
        found.update(zip(own, keys, strict=False))
    return found
