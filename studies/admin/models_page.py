"""A study's page for language models: who replies, judges and codes, what was planned, and new plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from studies import run_progress, tasks
from studies.admin.access import allow
from studies.calling.designing import PlanError
from studies.coding.planning import plan_codings
from studies.forms import CodingPlanForm, JudgmentPlanForm, ReplyPlanForm
from studies.generation.planning import plan_replies
from studies.judging.planning import plan_judgments
from studies.models import Coder, Generation, Judge, Passage, Provider, Run, Study


@require_http_methods(["GET", "HEAD", "POST"])
def models(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.view_study", "studies.change_study")
    action = request.POST.get("action", "")
    asked = {name: form(study, request.POST if name == action else None) for name, form in FORMS.items()}
    if request.method == "POST":
        allow(request, "studies.change_study")
        if action not in PLANS:
            raise Http404
        form = asked[action]
        run = _planned(request, study, PLANS[action], form) if form.is_valid() else None
        if run is not None:
            tasks.nudge(run)
            return redirect("admin:studies_study_run", pk=study.pk, number=run.number)
    pages = {f"{name}_form": form for name, form in asked.items()}
    return render(request, "admin/studies/models.html", _context(request, study) | pages)


def _planned(
    request: HttpRequest,
    study: Study,
    plan: Callable[..., Run],
    form: ReplyPlanForm | JudgmentPlanForm | CodingPlanForm,
) -> Run | None:
    """None: it is not possible, and a message says why."""
    user = request.user if isinstance(request.user, User) else None
    try:
        return plan(study=study, now=timezone.now(), created_by=user, **form.choices())
    except PlanError as error:
        messages.error(request, _("Nothing was planned: %s.") % str(error).rstrip("."))
        return None


PLANS: dict[str, Callable[..., Run]] = {
    "replies": plan_replies,
    "judging": plan_judgments,
    "coding": plan_codings,
}
FORMS: dict[str, Callable[[Study, Any], ReplyPlanForm | JudgmentPlanForm | CodingPlanForm]] = {
    "replies": ReplyPlanForm,
    "judging": JudgmentPlanForm,
    "coding": CodingPlanForm,
}


def _context(request: HttpRequest, study: Study) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": _("Models: %s") % study.slug,
        "opts": Study._meta,
        "study": study,
        "may_change": request.user.has_perm("studies.change_study"),
        "frozen": study.is_frozen(),
        "has_dialogues": study.dialogues.exists(),
        "has_providers": Provider.objects.exists(),
        "outcomes": Generation.Outcome.labels,
        "systems": run_progress.fetched_systems(study),
        "judges": Judge.objects.filter(study=study).select_related("provider").order_by("name"),
        "coders": Coder.objects.filter(study=study).select_related("provider").order_by("name"),
        "has_codes": study.codes.exists(),
        "has_passages": Passage.objects.filter(study=study).exists(),
        "runs": run_progress.runs_of(study),
    }


models_urls: list[URLPattern] = [
    path("<int:pk>/models/", admin.site.admin_view(models), name="studies_study_models"),
]
