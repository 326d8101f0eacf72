"""What a run is to do, and what it may spend."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from studies.coding import planning as coding
from studies.coding.planning import KINDS, CodingDesign
from studies.judging import jury
from studies.judging.jury import JuryDesign
from studies.judging.planning import DESIGN, PILOT
from studies.llm.prices import MILLION
from studies.models import Coder, Judge, Passage, Run, Study, System

#: What the databases can hold, with room to add to it.
MOST_CALLS: Final = 2_000_000_000
MOST_TOKENS: Final = 10**15
MOST_MONEY: Final = 10**9
#: Calls are repeated when they fail or cannot be read, so that a run needs more than it plans.
SPARE: Final = Decimal("1.5")


class AskerChoices(forms.ModelMultipleChoiceField[Any]):
    """Systems, judges or coders, to be ticked, with where they are asked."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, asker: Any) -> str:
        return f"{asker.name} ({asker.provider.name}: {asker.model_id})"


class ReplyPlanForm(forms.Form):
    """Which systems are to reply to every dialogue."""

    systems = AskerChoices(queryset=None, label=_("Systems"))
    replicates = forms.IntegerField(
        label=_("Replies to each dialogue"),
        initial=1,
        min_value=1,
        max_value=100,
        help_text=_("Of each system. What is there already is not asked for again."),
    )

    def __init__(self, study: Study, data: Any = None) -> None:
        super().__init__(data)
        systems = self.fields["systems"]
        assert isinstance(systems, AskerChoices)
        fetched = System.objects.filter(study=study, provider__isnull=False)
        systems.queryset = fetched.select_related("provider").order_by("name")

    def choices(self) -> dict[str, Any]:
        """As keyword arguments of `plan_replies`."""
        return {
            "systems": list(self.cleaned_data["systems"]),
            "replicates": self.cleaned_data["replicates"],
        }


class JudgmentPlanForm(forms.Form):
    """Who judges, and how the jury is drawn."""

    judges = AskerChoices(queryset=None, label=_("Judges"))
    preset = forms.ChoiceField(
        label=_("Who judges which pair"),
        choices=[
            ("disjoint", _("juries of families that wrote neither reply")),
            ("paper-panel", _("paper-panel: all judges on all pairs, not for the headline")),
        ],
    )
    size = forms.IntegerField(
        label=_("Judges in a jury"), initial=DESIGN.size, min_value=jury.SMALLEST, max_value=99, step_size=2
    )
    same_family_share = forms.DecimalField(
        label=_("Same-family share, %"),
        initial=0,
        min_value=0,
        max_value=100,
        help_text=_("Of the pairs that a judge's own family wrote in: also judged by it, to measure favour."),
    )
    consistency_share = forms.DecimalField(
        label=_("Consistency share, %"),
        initial=round(DESIGN.consistency_share * 100),
        min_value=0,
        max_value=100,
        help_text=_("Of each judge's pairs: judged three times, to see whether it agrees with itself."),
    )
    pilot = forms.IntegerField(
        label=_("Pilot pairs"),
        initial=PILOT,
        min_value=0,
        max_value=100_000,
        help_text=_("Judged first, with all decoys, and looked at before the rest. 0: no pilot."),
    )

    def __init__(self, study: Study, data: Any = None) -> None:
        super().__init__(data)
        judges = self.fields["judges"]
        assert isinstance(judges, AskerChoices)
        judges.queryset = Judge.objects.filter(study=study).select_related("provider").order_by("name")

    def choices(self) -> dict[str, Any]:
        """As keyword arguments of `plan_judgments`."""
        chosen = self.cleaned_data
        design = JuryDesign(
            preset=chosen["preset"],
            size=chosen["size"],
            same_family_share=float(chosen["same_family_share"]) / 100,
            consistency_share=float(chosen["consistency_share"]) / 100,
        )
        return {"judges": list(chosen["judges"]), "design": design, "pilot": chosen["pilot"]}


class CodingPlanForm(forms.Form):
    """Who codes what, and how often."""

    coders = AskerChoices(queryset=None, label=_("Coders"))
    kinds = forms.MultipleChoiceField(
        label=_("Passages"),
        choices=[(kind, Passage.Kind(kind).label) for kind in KINDS],
        initial=KINDS,
        widget=forms.CheckboxSelectMultiple,
    )
    first = forms.IntegerField(
        label=_("How many of each kind"),
        required=False,
        min_value=1,
        help_text=_("The first in the drawn order. Empty: all."),
    )
    consistency_share = forms.DecimalField(
        label=_("Consistency share, %"),
        initial=round(coding.DESIGN.consistency_share * 100),
        min_value=0,
        max_value=100,
        help_text=_("Of each coder's passages: coded three times, to see whether it agrees with itself."),
    )

    def __init__(self, study: Study, data: Any = None) -> None:
        super().__init__(data, auto_id="id_coding_%s")
        coders = self.fields["coders"]
        assert isinstance(coders, AskerChoices)
        coders.queryset = Coder.objects.filter(study=study).select_related("provider").order_by("name")

    def choices(self) -> dict[str, Any]:
        """As keyword arguments of `plan_codings`."""
        chosen = self.cleaned_data
        kinds = tuple(kind for kind in KINDS if kind in chosen["kinds"])
        design = CodingDesign(kinds, chosen["first"], float(chosen["consistency_share"]) / 100)
        return {"coders": list(chosen["coders"]), "design": design}


class LimitsForm(forms.Form):
    """What a run may spend. Before its start the plan's own most stands there, later what was set."""

    money = forms.DecimalField(
        label=_("Money"), required=False, min_value=0, max_value=MOST_MONEY, decimal_places=6
    )
    calls = forms.IntegerField(label=_("Calls"), required=False, min_value=1, max_value=MOST_CALLS)
    tokens = forms.IntegerField(label=_("Tokens"), required=False, min_value=1, max_value=MOST_TOKENS)

    def __init__(self, run: Run, data: Any = None) -> None:
        super().__init__(data, initial=_set(run) if run.started_at else _planned(run))
        self.fields["money"].label = _("Money, %s") % run.currency
        empty = _("Empty: as it is.") if run.started_at else _("Empty: no limit.")
        for field in self.fields.values():
            field.help_text = str(empty)

    def caps(self) -> dict[str, int | None]:
        """As keyword arguments of `start` and `resume`."""
        money = self.cleaned_data["money"]
        return {
            "cap_calls": self.cleaned_data["calls"],
            "cap_tokens": self.cleaned_data["tokens"],
            "cap_micros": None if money is None else int(money * MILLION),
        }


def _planned(run: Run) -> dict[str, Any]:
    """The most that the calls can cost, rounded up, and calls with some to spare."""
    calls = sum(load["calls"] for load in run.plan.get("loads", []))
    most = run.plan.get("most_micros")
    return {
        "calls": math.ceil(calls * SPARE),
        "money": Decimal(-(-most // 10_000)) / 100 if most else None,
    }


def _set(run: Run) -> dict[str, Any]:
    money = None if run.cap_micros is None else Decimal(run.cap_micros) / MILLION
    return {"calls": run.cap_calls, "tokens": run.cap_tokens, "money": money}


class WaiverForm(forms.Form):
    """Why a run goes on that did not pass its pilot."""

    reason = forms.CharField(
        label=_("Why it may go on all the same"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the record of the run."),
    )


class CancelForm(forms.Form):
    yes = forms.BooleanField(label=_("Yes, end this run for good"))
