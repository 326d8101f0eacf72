"""A study's page for its size: what the design would find, how precisely, at what cost. Changes nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studies import sizing
from studies.admin.access import allow
from studies.forms import SizingForm
from studies.models import Study

DESIGN: Final = (
    "dialogues", "adversarial", "models", "models_too", "ratings_per_pair", "pairs_per_rater", "writers",
)  # fmt: skip
VOTES: Final = ("tie_percent", "dialogue_points", "pair_points", "rater_points", "writer_points")
COST: Final = ("seconds_per_pair", "other_pairs", "pay_per_hour")


@require_safe
def planning(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, filled in from the study; with what was sent, the sheet below it."""
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.view_study", "studies.change_study")
    form = SizingForm(request.GET or None, initial=asdict(sizing.assumptions_for(study)))
    context = {
        **admin.site.each_context(request),
        "title": _("Planning the size: %s") % study.slug,
        "opts": Study._meta,
        "study": study,
        "form": form,
        "groups": _groups(form),
        "may_change": request.user.has_perm("studies.change_study"),
        **_sheet(form, study),
    }
    return render(request, "admin/studies/planning.html", context)


def _sheet(form: SizingForm, study: Study) -> dict[str, Any]:
    if not form.is_valid():
        return {}
    try:
        return {"tables": sizing.sheet_of(form.assumptions(study.seed))}
    except sizing.CannotPlan as why:
        return {"impossible": str(why)}


def _groups(form: SizingForm) -> list[tuple[str, list[Any]]]:
    return [
        (_("Design"), [form[name] for name in DESIGN]),
        (_("How votes differ"), [form[name] for name in VOTES]),
        (_("Time and pay"), [form[name] for name in COST]),
    ]


planning_urls: list[URLPattern] = [
    path("<int:pk>/planning/", admin.site.admin_view(planning), name="studies_study_planning"),
]
