"""Forms of the material and of the machines, for the admin's pages."""

from studies.forms.imports import ChoicesForm, ImportForm, LoadForm
from studies.forms.machines import CoderForm, JudgeForm, ProviderForm, SystemForm
from studies.forms.runs import (
    CancelForm,
    CodingPlanForm,
    JudgmentPlanForm,
    LimitsForm,
    ReplyPlanForm,
    WaiverForm,
)
from studies.forms.sizing import SizingForm

__all__ = [
    "CancelForm",
    "ChoicesForm",
    "CoderForm",
    "CodingPlanForm",
    "ImportForm",
    "JudgeForm",
    "JudgmentPlanForm",
    "LimitsForm",
    "LoadForm",
    "ProviderForm",
    "ReplyPlanForm",
    "SizingForm",
    "SystemForm",
    "WaiverForm",
]
