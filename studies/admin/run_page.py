"""A run's page: what would go where, the start, how far it is, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from studies import tasks
from studies.admin.access import allow
from studies.admin.run_facts import facts_of
from studies.calling import runs
from studies.calling.designing import PlanError
from studies.calling.runs import CannotDo
from studies.coding import planning as coding
from studies.forms import CancelForm, LimitsForm, WaiverForm
from studies.generation import planning as generation
from studies.judging import piloting
from studies.judging import planning as judging
from studies.models import Run

Forms = dict[str, forms.Form]
#: Which form each button needs. Those without one need no more than the press.
NEEDS: dict[str, str] = {"start": "limits", "resume": "limits", "waive": "waiver", "cancel": "cancelling"}


@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    allow(request, "studies.view_study", "studies.change_study")
    found = _run(pk, number)
    action = request.POST.get("action", "")
    pages = _forms(found, request.POST if request.method == "POST" else None, NEEDS.get(action, ""))
    if request.method == "POST":
        allow(request, "studies.change_study")
        if action not in ACTIONS:
            raise Http404
        if _done(request, found, action, pages):
            return redirect("admin:studies_study_run", pk=pk, number=number)
        found = _run(pk, number)
    return render(request, "admin/studies/run.html", _context(request, found) | pages)


@require_safe
def progress(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The part that renews itself. When there is something else to do now, the whole page comes anew."""
    allow(request, "studies.view_study", "studies.change_study")
    found = _run(pk, number)
    context = _context(request, found)
    response = render(request, "admin/studies/_run_progress.html", context)
    if context["standing"] != request.GET.get("standing", context["standing"]):
        response["HX-Refresh"] = "true"
    return response


def _run(pk: int, number: int) -> Run:
    rows = Run.objects.select_related("study", "protocol", "created_by", "gate_waived_by")
    return get_object_or_404(rows, study_id=pk, number=number)


def _forms(run: Run, data: Any, sent: str) -> Forms:
    """The page's forms; the one that was sent holds what was sent."""
    return {
        "limits": LimitsForm(run, data if sent == "limits" else None),
        "waiver": WaiverForm(data if sent == "waiver" else None),
        "cancelling": CancelForm(data if sent == "cancelling" else None),
    }


def _done(request: HttpRequest, run: Run, action: str, pages: Forms) -> bool:
    """Whether it was done; else the page says why not."""
    form = pages.get(NEEDS.get(action, ""))
    if form is not None and not form.is_valid():
        return False
    try:
        told = ACTIONS[action](request, run, form)
    except (CannotDo, PlanError) as error:
        messages.error(request, _sentence(str(error)))
        return False
    messages.success(request, told)
    return True


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _start(request: HttpRequest, run: Run, form: Any) -> str:
    tasks.nudge(runs.start(run=run, now=timezone.now(), **form.caps()))
    return _("The run has started.")


def _pause(request: HttpRequest, run: Run, form: Any) -> str:
    reason = _("%s paused it.") % _user(request).get_username()
    if not runs.pause(run=run, reason=reason, now=timezone.now()):
        raise CannotDo(_("This run is not running."))
    return _("The run is paused. Calls that are under way come to their end.")


def _resume(request: HttpRequest, run: Run, form: Any) -> str:
    tasks.nudge(runs.resume(run=run, **form.caps()))
    return _("The run goes on.")


def _retry(request: HttpRequest, run: Run, form: Any) -> str:
    again = runs.retry_failed(run=run, now=timezone.now())
    if again:
        tasks.nudge(run)
    return ngettext("%d failed row is in line again.", "%d failed rows are in line again.", again) % again


def _extend(request: HttpRequest, run: Run, form: Any) -> str:
    kinds = {
        Run.Kind.JUDGE.value: judging.extend,
        Run.Kind.GENERATE.value: generation.extend,
        Run.Kind.CODE.value: coding.extend,
    }
    added = kinds[run.kind](run=run, now=timezone.now())
    tasks.nudge(run)
    return ngettext("%d row was added.", "%d rows were added.", added) % added


def _waive(request: HttpRequest, run: Run, form: Any) -> str:
    reason = form.cleaned_data["reason"]
    tasks.nudge(piloting.waive(run=run, reason=reason, user=_user(request), now=timezone.now()))
    return _("The pilot is waived; the run goes on.")


def _cancel(request: HttpRequest, run: Run, form: Any) -> str:
    runs.cancel(run=run, now=timezone.now())
    return _("The run is cancelled. What was answered stays.")


ACTIONS: dict[str, Callable[[HttpRequest, Run, Any], str]] = {
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "retry": _retry,
    "extend": _extend,
    "waive": _waive,
    "cancel": _cancel,
}


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # admin_view lets nobody else through
    return request.user


def _context(request: HttpRequest, run: Run) -> dict[str, Any]:
    now = timezone.now()
    return {
        **admin.site.each_context(request),
        **facts_of(run, now),
        "title": _("Run %(number)d of %(study)s") % {"number": run.number, "study": run.study.slug},
        "opts": run.study._meta,
        "study": run.study,
        "run": run,
        "may_change": request.user.has_perm("studies.change_study"),
        "may_see_calls": request.user.has_perm("studies.view_llmcall"),
    }


run_urls: list[URLPattern] = [
    path("<int:pk>/runs/<int:number>/", admin.site.admin_view(run), name="studies_study_run"),
    path(
        "<int:pk>/runs/<int:number>/progress/",
        admin.site.admin_view(progress),
        name="studies_study_run_progress",
    ),
]
