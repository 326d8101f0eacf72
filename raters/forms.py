"""The rating form: one row a dimension, the frozen answer scale, and the written reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from studies.protocol import MAIN, Asked, ProtocolDocument

LONGEST_REASON: Final = 5000


@dataclass(frozen=True, slots=True)
class Row:
    """One question as the page shows it. `field` holds its radio buttons and errors."""

    question: str
    low: str
    high: str
    field: BoundField


class RatingForm(forms.Form):
    """Fields are named q1, q2, … in the rubric's order, so that no construct is named in the page."""

    def __init__(
        self,
        document: ProtocolDocument,
        dimension_keys: Sequence[str],
        phase: str,
        data: Mapping[str, Any] | None = None,
        *,
        answers: Mapping[str, int] | None = None,
        reason: str = "",
    ) -> None:
        self._name_of = {asked.key: f"q{number}" for number, asked in enumerate(document.rubric, start=1)}
        by_key = {asked.key: asked for asked in document.asked_in(phase)}
        self._asked: list[Asked] = [by_key[key] for key in dimension_keys if key in by_key]
        self._asks_reason = document.design.reason != "none" and phase == MAIN
        initial = {self._name_of[key]: value for key, value in (answers or {}).items()}
        super().__init__(data, initial={**initial, "reason": reason}, label_suffix="")
        for asked in self._asked:
            self.fields[self._name_of[asked.key]] = _answer_field(document)
        if self._asks_reason:
            self.fields["reason"] = _reason_field(required=document.design.reason == "required")

    def rows(self) -> Iterator[Row]:
        for asked in self._asked:
            yield Row(asked.question, asked.low, asked.high, self[self._name_of[asked.key]])

    def reason_field(self) -> BoundField | None:
        return self["reason"] if self._asks_reason else None

    def answers(self) -> dict[str, int]:
        """The valid answers by dimension key, as shown."""
        return {asked.key: self.cleaned_data[self._name_of[asked.key]] for asked in self._asked}

    def reason(self) -> str:
        return str(self.cleaned_data.get("reason", ""))

    def layout(self) -> str:
        """How the replies stood, if the browser said so in a way we know; never a reason to refuse."""
        told = self.data.get("layout", "")
        return told if told in ("side", "stacked") else ""


def _answer_field(document: ProtocolDocument) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=[(answer.value, answer.label) for answer in document.answers],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose one of the answers."),
            "invalid_choice": _("Please choose one of the answers."),
        },
    )


class ReasonField(forms.CharField):
    """Free text, counted as the rater sees it: a line break is one character, marks are no reason."""

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "").replace("\r\n", "\n")
        return text if any(character.isalnum() for character in text) else ""


def _reason_field(*, required: bool) -> ReasonField:
    return ReasonField(
        required=required,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        label=_("Why? A sentence or two."),
        error_messages={
            "required": _("Please say why, in a sentence or two."),
            "max_length": _("Please keep this below %(limit_value)d characters (it has %(show_value)d)."),
        },
    )
