"""The two steps of an import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studies.importing.examining import Request
from studies.importing.formats import FORMATS
from studies.importing.lint.kinds import TABLE, Kind
from studies.importing.records import Options, Refused

FORMAT_NAMES = {
    "jsonl": gettext_lazy("jsonl: one dialogue a line, our own format"),
    "csv": gettext_lazy("csv: one row a turn or reply"),
    "heart": gettext_lazy("heart: the released HEART files"),
    "esconv": gettext_lazy("esconv: ESConv and its variants"),
}


class ChoicesForm(forms.Form):
    """How a file is to be read."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[(name, FORMAT_NAMES.get(name, name)) for name in FORMATS],
    )
    first_speaker = forms.ChoiceField(
        label=gettext_lazy("First speaker"),
        required=False,
        choices=[
            ("", gettext_lazy("the file names all speakers")),
            ("supporter", gettext_lazy("supporter")),
            ("seeker", gettext_lazy("seeker")),
        ],
        help_text=gettext_lazy(
            "Only for dialogues without any speakers: who begins them, if their turns strictly "
            "alternate. It is recorded."
        ),
    )
    merge_turns = forms.BooleanField(
        label=gettext_lazy("Join consecutive turns of one speaker"), required=False
    )
    cut = forms.IntegerField(
        label=gettext_lazy("Cut"),
        required=False,
        min_value=1,
        help_text=gettext_lazy(
            "Only for esconv: which supporter turn after a seeker turn is the reply. Empty: the last."
        ),
    )
    max_words = forms.IntegerField(
        label=gettext_lazy("Word cap"),
        required=False,
        min_value=0,
        help_text=gettext_lazy("Warns about longer replies. Empty: the format's own (heart: 40). 0: none."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                cleaned["request"] = self._request(cleaned)
            except Refused as refused:
                raise forms.ValidationError(str(refused)) from None
        return cleaned

    def _request(self, cleaned: dict[str, Any]) -> Request:
        return Request(
            format=cleaned["format"],
            options=Options(cleaned["first_speaker"] or None, cleaned["merge_turns"], cleaned["cut"]),
            max_words=cleaned["max_words"],
        )


class ImportForm(ChoicesForm):
    """Step 1: the file, how to read it, and on what terms it may be used."""

    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True, max_length=255)
    licence = forms.CharField(
        label=gettext_lazy("Licence"),
        max_length=200,
        help_text=gettext_lazy("As the data set states it, such as CC BY-NC 4.0. Stands in every export."),
    )
    non_commercial = forms.BooleanField(
        label=gettext_lazy("The licence forbids commercial use"), required=False
    )
    field_order = ("file", "format", "first_speaker", "merge_turns", "cut", "max_words")


class LoadForm(forms.Form):
    """Step 2: which flagged replies to leave out, and that the rest was read."""

    acknowledged = forms.BooleanField(
        label=gettext_lazy("I have read the warnings that remain and import the file as it is."),
        required=False,
    )
    exclude = forms.MultipleChoiceField(
        label=gettext_lazy("Leave out the replies that these findings flag"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, flagged: Sequence[dict[str, Any]], data: Any = None, **kwargs: Any) -> None:
        """`flagged`: the findings of the report."""
        super().__init__(data, **kwargs)
        field = self.fields["exclude"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (found["kind"], _("%(kind)s (%(severity)s, %(count)d)") % found)
            for found in flagged
            if TABLE[Kind(found["kind"])].excludable
        ]

    @property
    def kinds(self) -> frozenset[Kind]:
        """What to leave out."""
        return frozenset(map(Kind, self.cleaned_data["exclude"]))
