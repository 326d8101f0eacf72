"""The desk's forms: pairs, decoys and training pairs; invitations, and places that came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from raters import inviting
from raters.coding import planning
from raters.coding.dealing import FEWEST
from studies.models import Passage, Response, Study, System

#: The buttons below the box of ids.
RETURNED: Final = ("returned", "ran_out")


class PairingForm(forms.Form):
    """Which replies are compared with which."""

    design = forms.ChoiceField(
        choices=[
            ("baseline", gettext_lazy("one baseline against every other system")),
            ("all", gettext_lazy("every system against every other")),
            ("sample", gettext_lazy("a balanced sample of all against all")),
        ]
    )
    baseline = forms.ChoiceField(required=False)
    sample = forms.IntegerField(
        required=False,
        min_value=1,
        label=gettext_lazy("Pairs a dialogue"),
        help_text=gettext_lazy("for a sample"),
    )
    replicates = forms.ChoiceField(
        choices=[
            ("first", gettext_lazy("the first reply of each system")),
            ("random", gettext_lazy("one reply of each system, drawn from the seed")),
            ("all", gettext_lazy("all replies of each system")),
        ]
    )

    keep = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Take along"),
        choices=[
            ("truncated", gettext_lazy("fetched replies that were cut off")),
            ("wrong_role", gettext_lazy("fetched replies that speak as the seeker")),
        ],
    )

    def __init__(self, study: Study, data: Any = None) -> None:
        super().__init__(data)
        if not Response.objects.of(study).flawed().exists():
            del self.fields["keep"]
        compared = System.objects.filter(study=study).exclude(kind=System.Kind.DECOY)
        names = compared.order_by("name").values_list("name", flat=True)
        self.fields["baseline"] = forms.ChoiceField(required=False, choices=[(name, name) for name in names])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("design") == "sample" and not cleaned.get("sample"):
            self.add_error("sample", _("Say how many pairs of each dialogue."))
        return cleaned

    def choices(self) -> dict[str, Any]:
        """As keyword arguments of `pairing.make_pairs`."""
        chosen = self.cleaned_data
        return {
            "baseline": chosen["baseline"] if chosen["design"] == "baseline" else None,
            "sample": chosen["sample"] if chosen["design"] == "sample" else None,
            "replicates": chosen["replicates"],
            "keep": chosen.get("keep", ()),
        }


class DecoyForm(forms.Form):
    """How many decoy pairs the study shall have."""

    count = forms.IntegerField(
        label=gettext_lazy("Decoy pairs in all"),
        min_value=1,
        initial=21,
        help_text=gettext_lazy("as many of each kind"),
    )


class InvitationForm(forms.Form):
    """How many invitations to make, and what to call them."""

    count = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=inviting.MOST, initial=10
    )
    labels = forms.CharField(
        required=False,
        label=gettext_lazy("Labels"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, for you to know whom you sent which. Never exported."),
    )

    def label_lines(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["labels"].splitlines() if line.strip()]


class ReturnedForm(forms.Form):
    """Whose places came back, by the platform's ids."""

    ids = forms.CharField(
        label=gettext_lazy("Submission or participant ids, one a line"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class TrainingForm(forms.Form):
    """How many training pairs the study shall have."""

    count = forms.IntegerField(
        label=gettext_lazy("Training pairs in all"),
        min_value=1,
        initial=2,
        help_text=gettext_lazy("as many of each kind"),
    )


class CodersForm(forms.Form):
    """Whom to invite, and what is dealt to them and to those who are at it."""

    count = forms.IntegerField(
        label=gettext_lazy("New coders"),
        min_value=0,
        max_value=planning.MOST,
        initial=2,
        help_text=gettext_lazy("0 deals texts that were set out since to those who are here"),
    )
    per_text = forms.IntegerField(
        label=gettext_lazy("Coders for each text"), min_value=FEWEST, max_value=planning.MOST, initial=FEWEST
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Texts"),
        choices=Passage.Kind.choices,
        initial=Passage.Kind.values,
        widget=forms.CheckboxSelectMultiple,
    )
    labels = forms.CharField(
        required=False,
        label=gettext_lazy("Labels"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line, for you to know whom you sent which. Never exported."),
    )

    def invited(self) -> dict[str, Any]:
        """As keyword arguments of `planning.invite_coders`."""
        sent = self.cleaned_data
        labels = [line.strip() for line in sent["labels"].splitlines() if line.strip()]
        return {
            "count": sent["count"],
            "per_passage": sent["per_text"],
            "kinds": sent["kinds"],
            "labels": labels,
        }


@dataclass(frozen=True, slots=True)
class Forms:
    """The desk's forms; the one that was sent holds what was sent."""

    pairing: PairingForm
    decoys: DecoyForm
    invitations: InvitationForm
    returned: ReturnedForm
    training: TrainingForm
    coders: CodersForm


def forms_for(request: HttpRequest, study: Study) -> Forms:
    sent = request.POST.get("action")
    return Forms(
        PairingForm(study, request.POST if sent == "pair" else None),
        DecoyForm(request.POST if sent == "decoys" else None),
        InvitationForm(request.POST if sent == "invite" else None, prefix="invite"),
        ReturnedForm(request.POST if sent in RETURNED else None),
        TrainingForm(request.POST if sent == "training" else None, prefix="training"),
        CodersForm(request.POST if sent == "invite_coders" else None, prefix="coders"),
    )
