"""The admin's import pages: look at a file first, then load it. For staff who may change the study."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from studies.forms import ChoicesForm, ImportForm, LoadForm
from studies.importing import load
from studies.importing.examining import examine
from studies.importing.records import Refused
from studies.models import ImportBatch, Study

#: Findings of a kind, and dialogues with gaps, that a page shows; the stored report has more.
SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 1: take the file in and look at it."""
    study = _study(request, pk)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = _received(request, study, form.cleaned_data)
        except (Refused, load.CannotImport) as error:
            form.add_error("file", str(error))
        else:
            return redirect("admin:studies_study_import_review", pk=study.pk, batch=batch.pk)
    context = {
        **_context(request, study, _("Import: %s") % study.slug),
        "form": form,
        "batches": Paginator(study.import_batches.order_by("-pk"), SHOWN).get_page(request.GET.get("p")),
    }
    return render(request, "admin/studies/import_start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int, batch: int) -> HttpResponse:
    """Step 2: what would happen; then do it, look again with other choices, or forget the file."""
    study = _study(request, pk)
    # A batch without a report is one whose first look never ended.
    found = get_object_or_404(study.import_batches.exclude(report={}), pk=batch)
    if request.method == "POST":
        action = ACTIONS.get(request.POST.get("action", ""))
        if action is None:
            raise Http404
        answer = action(request, found)
        if answer is not None:
            return answer
    return render(request, "admin/studies/import_review.html", _review_context(request, study, found))


def _received(request: HttpRequest, study: Study, chosen: dict[str, Any]) -> ImportBatch:
    upload = chosen["file"]
    batch = load.receive(
        study=study,
        file=cast(BinaryIO, upload),
        file_name=upload.name,
        request=chosen["request"],
        licence=chosen["licence"],
        non_commercial=chosen["non_commercial"],
        created_by=_user(request),
    )
    try:
        return load.look(batch=batch, request=chosen["request"])
    except BaseException:
        load.discard(batch=batch)
        raise


def _load(request: HttpRequest, batch: ImportBatch) -> HttpResponse | None:
    form = LoadForm(batch.report["findings"], request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose among the findings of this file."))
        return None
    wanted = load.request_of(batch, form.kinds)
    try:
        examination = examine(load.stored(batch), wanted)
        load.load(
            batch=batch,
            examination=examination,
            acknowledged=form.cleaned_data["acknowledged"],
            now=timezone.now(),
        )
    except (Refused, load.CannotImport) as error:
        messages.error(request, str(error))
        batch.refresh_from_db()
        with suppress(Refused, load.CannotImport):
            load.look(batch=batch, request=wanted)
        return None
    messages.success(
        request,
        _("Imported %(dialogues)d dialogues and %(replies)d replies.")
        % {
            "dialogues": batch.report["dialogues"]["new"],
            "replies": sum(row["new"] for row in batch.report["systems"].values()),
        },
    )
    return redirect("admin:studies_study_import_review", pk=batch.study_id, batch=batch.pk)


def _look(request: HttpRequest, batch: ImportBatch) -> HttpResponse | None:
    form = ChoicesForm(request.POST)
    if not form.is_valid():
        for problem in form.errors.values():
            messages.error(request, " ".join(map(str, problem)))
        return None
    try:
        load.look(batch=batch, request=form.cleaned_data["request"])
    except (Refused, load.CannotImport) as error:
        messages.error(request, str(error))
        return None
    return redirect("admin:studies_study_import_review", pk=batch.study_id, batch=batch.pk)


def _discard(request: HttpRequest, batch: ImportBatch) -> HttpResponse | None:
    study = batch.study_id
    try:
        load.discard(batch=batch)
    except load.CannotImport as error:
        messages.error(request, str(error))
        return None
    messages.success(request, _("The file was discarded; nothing was imported from it."))
    return redirect("admin:studies_study_import", pk=study)


ACTIONS: dict[str, Callable[[HttpRequest, ImportBatch], HttpResponse | None]] = {
    "load": _load,
    "look": _look,
    "discard": _discard,
}


def _study(request: HttpRequest, pk: int) -> Study:
    study = get_object_or_404(Study, pk=pk)
    if not request.user.has_perm("studies.change_study"):
        raise PermissionDenied
    return study


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # admin_view lets nobody else through
    return request.user


def _context(request: HttpRequest, study: Study, title: str) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": title,
        "study": study,
        "opts": Study._meta,
        "frozen": study.is_frozen(),
    }


def _review_context(request: HttpRequest, study: Study, batch: ImportBatch) -> dict[str, Any]:
    report = batch.report
    wanted = batch.options
    choices = {"format": batch.format, **wanted, "max_words": wanted["max_words"] or 0}
    chosen = {"exclude": wanted["exclude"]}
    return {
        **_context(request, study, _("Import: %s") % batch.file_name),
        "batch": batch,
        "report": report,
        "findings": [_finding(found) for found in report["findings"]],
        "gaps": _gap_table(report),
        # PostgreSQL does not keep the order of keys.
        "systems": dict(sorted(report["systems"].items())),
        "choices_form": ChoicesForm(initial=choices),
        "load_form": LoadForm(report["findings"], initial=chosen),
    }


def _finding(found: dict[str, Any]) -> dict[str, Any]:
    by_system = sorted(found["by_system"].items(), key=lambda one: (-one[1], one[0]))
    return {**found, "shown": found["examples"][:SHOWN], "by_system": by_system}


def _gap_table(report: dict[str, Any]) -> dict[str, Any]:
    """Dialogues with gaps by the systems that have gaps there; a cell says whether a reply is there."""
    gaps = report["gaps"][:SHOWN]
    systems = sorted({name for gap in gaps for name in gap["missing"]})
    rows = [(gap["dialogue"], [name not in gap["missing"] for name in systems]) for gap in gaps]
    return {"systems": systems, "rows": rows}


#: To stand before the study admin's own addresses.
import_urls: list[URLPattern] = [
    path("<int:pk>/import/", admin.site.admin_view(start), name="studies_study_import"),
    path(
        "<int:pk>/import/<int:batch>/",
        admin.site.admin_view(review),
        name="studies_study_import_review",
    ),
]
