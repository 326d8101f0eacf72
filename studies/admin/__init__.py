"""Material in the admin. The study itself is registered in raters.admin, on the base class made here."""

from studies.admin.answers import GenerationAdmin, JudgmentAdmin
from studies.admin.calls import LLMCallAdmin
from studies.admin.machines import ProviderAdmin
from studies.admin.material import LookOnly, StudyAdminBase

__all__ = [
    "GenerationAdmin",
    "JudgmentAdmin",
    "LLMCallAdmin",
    "LookOnly",
    "ProviderAdmin",
    "StudyAdminBase",
]
