"""Forms of the questions around the pairs. Fields are named q1, q2, …: no key of a question is in a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from raters.guessing import Guessed
from raters.models import Guess
from raters.selectors import Asking

LONGEST_TEXT: Final = 5000
#: The button that leaves a survey question unanswered. Not "": that would stand selected from the start.
LEFT_OUT: Final = "0"


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One question as the page shows it; `again` marks one to look at again."""

    question: str
    field: BoundField
    again: bool = False


class _QuestionsForm(forms.Form):
    """Radio buttons are numbered as shown, so that no value tells more than its place."""

    def __init__(self, questions: Sequence[Asking], data: Mapping[str, Any] | None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self._name_of = {asking.key: f"q{number}" for number, asking in enumerate(questions, start=1)}
        self._questions = questions

    def rows(self) -> Iterator[AskedRow]:
        for asking in self._questions:
            yield AskedRow(asking.text, self[self._name_of[asking.key]])

    def answers(self) -> dict[str, str]:
        """The chosen options in words, or what was written, by question; "" for what was left out."""
        return {asking.key: self._said(asking) for asking in self._questions}

    def _said(self, asking: Asking) -> str:
        value = str(self.cleaned_data[self._name_of[asking.key]])
        if not asking.options:
            return value
        return asking.options[int(value) - 1] if value not in ("", LEFT_OUT) else ""


class CheckForm(_QuestionsForm):
    """The comprehension check: all questions must be answered; right ones of the try before stand already."""

    def __init__(
        self,
        questions: Sequence[Asking],
        data: Mapping[str, Any] | None = None,
        *,
        before: Mapping[str, str] | None = None,
        again: frozenset[str] = frozenset(),
    ) -> None:
        stands = {key: value for key, value in (before or {}).items() if key not in again}
        super().__init__(questions, data)
        self._again = again
        for asking in questions:
            field = _choice(asking, required=True)
            if asking.key in stands:
                field.initial = str(asking.options.index(stands[asking.key]) + 1)
            self.fields[self._name_of[asking.key]] = field

    def rows(self) -> Iterator[AskedRow]:
        for asking, row in zip(self._questions, super().rows(), strict=True):
            yield AskedRow(row.question, row.field, asking.key in self._again)

    def attempt(self) -> int:
        """The try that the page was made for; 0, which is none, where the browser does not say."""
        told = str(self.data.get("attempt", ""))
        return int(told) if told in ("1", "2") else 0


class SurveyForm(_QuestionsForm):
    """Every answer is optional: a button says so, since a radio button cannot be let go."""

    def __init__(self, questions: Sequence[Asking], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(questions, data)
        for asking in questions:
            self.fields[self._name_of[asking.key]] = (
                _choice(asking, (LEFT_OUT, _("I'd rather not say")), required=False)
                if asking.options
                else _text()
            )


class ComparedForm(forms.Form):
    """The open question of the blinding check."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["compared"] = _text(_("What do you think this study compared?"))

    def text(self) -> str:
        return str(self.cleaned_data["compared"])


@dataclass(frozen=True, slots=True)
class GuessRow:
    """What is asked about one reply."""

    letter: str
    source: BoundField
    certainty: BoundField


class GuessForm(forms.Form):
    """Who wrote each reply, and how certain; without a guess no certainty is needed."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        for side in ("first", "second"):
            self.fields[side] = _radios(Guess.Source.choices, required=True)
            self.fields[f"{side}_certainty"] = _radios(
                [(str(n), str(n)) for n in range(1, 6)], required=False
            )

    def clean(self) -> dict[str, Any]:
        for side in ("first", "second"):
            name = f"{side}_certainty"
            is_guess = self.cleaned_data.get(side) in (Guess.Source.PERSON, Guess.Source.AI)
            if is_guess and not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, _("Please say how certain you are."))
        return self.cleaned_data

    def rows(self) -> Iterator[GuessRow]:
        for letter, side in (("A", "first"), ("B", "second")):
            yield GuessRow(letter, self[side], self[f"{side}_certainty"])

    def guessed(self, side: str) -> Guessed:
        certainty = self.cleaned_data[f"{side}_certainty"]
        return Guessed(self.cleaned_data[side], int(certainty) if certainty else None)


def _choice(asking: Asking, *more: tuple[str, Any], required: bool) -> forms.ChoiceField:
    numbered = [(str(number), option) for number, option in enumerate(asking.options, start=1)]
    return _radios([*numbered, *more], required=required)


def _radios(choices: Sequence[tuple[str, Any]], *, required: bool) -> forms.ChoiceField:
    please = _("Please choose one of the answers.")
    return forms.ChoiceField(
        choices=choices,
        required=required,
        widget=forms.RadioSelect,
        error_messages={"required": please, "invalid_choice": please},
    )


def _text(label: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={
            "max_length": _("Please keep this below %(limit_value)d characters (it has %(show_value)d)."),
        },
    )
