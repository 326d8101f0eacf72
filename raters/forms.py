"""The rater's forms about a pair: the rating form, and leaving a pair out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from raters.models import ReplyFlag, Skip
from raters.rating import LONGEST_REASON
from raters.selectors import GivenAnswers
from studies.protocol import MAIN, Asked, ProtocolDocument

#: The hidden fields of the page's script, and what they count.
COUNTS: Final = {"visible": "visible_seconds", "away": "focus_losses", "pasted": "pastes"}
#: Digits of the largest count that a browser is believed.
MOST_DIGITS: Final = 6
FLAGS: Final = (
    (ReplyFlag.Kind.UNSAFE.value, _("It is unsafe: it could do harm")),
    (ReplyFlag.Kind.BROKEN.value, _("It is broken: cut off, garbled or not a reply")),
    (ReplyFlag.Kind.WRONG_ROLE.value, _("It speaks in the wrong role")),
)
SKIP_REASONS: Final = (
    (Skip.Reason.UPSETTING.value, _("It is too upsetting for me")),
    (Skip.Reason.BROKEN.value, _("Something is broken")),
    (Skip.Reason.WRONG_SPEAKER.value, _("Somebody speaks in the wrong role")),
    (Skip.Reason.OTHER.value, _("Another reason")),
)


@dataclass(frozen=True, slots=True)
class PairFacts:
    """What the form has to know of one pair. `instructed_value`: the answer that the extra row asks for."""

    phase: str
    dimension_keys: Sequence[str]
    asks_reason: bool = True
    instructed_value: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One question as the page shows it. `field` holds its radio buttons and errors."""

    question: str
    low: str
    high: str
    field: BoundField


class RatingForm(forms.Form):
    """Fields are named q1, q2, … in the rubric's order, so that no construct is named in the page.

    The attention check is one more row of that kind. It is asked in the first pass only.
    """

    def __init__(
        self,
        document: ProtocolDocument,
        facts: PairFacts,
        data: Mapping[str, Any] | None = None,
        *,
        given: GivenAnswers | None = None,
        draft: Mapping[str, str | list[str]] | None = None,
    ) -> None:
        self._name_of = {asked.key: f"q{number}" for number, asked in enumerate(document.rubric, start=1)}
        self._check = f"q{len(document.rubric) + 1}"
        by_key = {asked.key: asked for asked in document.asked_in(facts.phase)}
        self._asked: list[Asked] = [by_key[key] for key in facts.dimension_keys if key in by_key]
        self._is_main = facts.phase == MAIN
        self._asks_reason = document.design.reason != "none" and self._is_main and facts.asks_reason
        self._instructed = facts.instructed_value if self._is_main else None
        self._document = document
        super().__init__(data, initial=dict(draft or self._initial(given or GivenAnswers())), label_suffix="")
        self.fields.update(self._own_fields())

    def _initial(self, given: GivenAnswers) -> dict[str, Any]:
        shown: dict[str, Any] = {self._name_of[key]: value for key, value in given.answers.items()}
        for side in (1, 2):
            shown[f"flags_{side}"] = [kind for at, kind in given.flags if at == side]
        counts = {name: given.counts.get(counted) for name, counted in COUNTS.items()}
        return {**shown, **counts, self._check: given.instructed_answer, "reason": given.reason}

    def _own_fields(self) -> dict[str, forms.Field]:
        names = [self._name_of[asked.key] for asked in self._asked]
        names += [self._check] if self._instructed is not None else []
        found: dict[str, forms.Field] = {name: _answer_field(self._document) for name in names}
        if self._asks_reason:
            found["reason"] = _reason_field(required=self._document.design.reason == "required")
        if self._is_main:
            found |= {f"flags_{side}": FlagsField() for side in (1, 2)}
        return found | {name: CountField() for name in COUNTS}

    def rows(self) -> list[Row]:
        found = [
            Row(asked.question, asked.low, asked.high, self[self._name_of[asked.key]])
            for asked in self._asked
        ]
        if self._instructed is not None:
            # Among the others, never the first: one who reads every row meets it.
            check = Row(self._instruction(self._instructed), "", "", self[self._check])
            found.insert(max(1, len(found) - 1), check)
        return found

    def _instruction(self, value: int) -> str:
        labels = {answer.value: answer.label for answer in self._document.answers}
        asked = _("To show that you read every row, please choose “{answer}” here.")
        return str(format_lazy(asked, answer=labels[value]))

    def reason_field(self) -> BoundField | None:
        return self["reason"] if self._asks_reason else None

    def first_flags(self) -> BoundField | None:
        return self["flags_1"] if self._is_main else None

    def second_flags(self) -> BoundField | None:
        return self["flags_2"] if self._is_main else None

    def count_fields(self) -> list[BoundField]:
        """The hidden fields in which the page's script tells what it has counted."""
        return [self[name] for name in COUNTS]

    def answers(self) -> dict[str, int]:
        """The valid answers by dimension key, as shown."""
        return {asked.key: self.cleaned_data[self._name_of[asked.key]] for asked in self._asked}

    def instructed_answer(self) -> int | None:
        return self.cleaned_data.get(self._check)

    def reason(self) -> str:
        return str(self.cleaned_data.get("reason", ""))

    def flags(self) -> list[tuple[int, str]]:
        return [(side, kind) for side in (1, 2) for kind in self.cleaned_data.get(f"flags_{side}", [])]

    def counts(self) -> dict[str, int | None]:
        """What the page's script counted, by the rating's column."""
        return {counted: self.cleaned_data[name] for name, counted in COUNTS.items()}

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


class FlagsField(forms.MultipleChoiceField):
    """What is wrong with a reply. What we don't know is left out; it never stops an answer."""

    def __init__(self) -> None:
        super().__init__(choices=FLAGS, required=False, widget=forms.CheckboxSelectMultiple)

    def clean(self, value: Any) -> list[str]:
        return [kind for kind, _label in FLAGS if kind in (value or [])]


class CountField(forms.Field):
    """A whole number that a script counted; nonsense is None, and never stops an answer."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> int | None:
        told = str(value or "")
        return int(told) if told.isascii() and told.isdigit() and len(told) <= MOST_DIGITS else None


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


class SkipForm(forms.Form):
    """Why a pair is left out. It refuses nothing: somebody who had enough is not asked twice."""

    reason = forms.ChoiceField(choices=SKIP_REASONS, required=False, widget=forms.RadioSelect)
    note = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "maxlength": LONGEST_REASON}),
        label=_("Anything you want to add"),
    )

    def chosen(self) -> str:
        told = self.data.get("reason", "")
        return told if told in dict(SKIP_REASONS) else Skip.Reason.OTHER.value

    def said(self) -> str:
        return str(self.data.get("note", "")).replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_REASON]
