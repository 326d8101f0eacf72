"""The page on which a researcher reads written reasons, and says which of them may be published."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from raters import releasing
from raters.admin.desk_people import allow
from raters.models import Rating
from raters.traces import traces_in
from studies.models import Study

#: Reasons on a page: as many as can be read with care before they are sent.
ON_A_PAGE: Final = 25
#: More than any key has, and fewer than a database refuses.
_DIGITS: Final = 18
#: What can be looked at, by the address's `show`.
SHOWN: Final[dict[str, Q]] = {
    "waiting": releasing.waiting(),
    "released": Q(reason_released_at__isnull=False),
    "withheld": Q(reason_withheld_at__isnull=False),
}


@require_http_methods(["GET", "HEAD", "POST"])
def reasons(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.change_study")
    shown = request.GET.get("show", "")
    shown = shown if shown in SHOWN else "waiting"
    if request.method == "POST":
        _decide(request, study)
        return redirect(f"{reverse('admin:raters_study_reasons', args=[pk])}?show={shown}")
    return render(request, "admin/raters/reasons.html", _context(request, study, shown))


def _decide(request: HttpRequest, study: Study) -> None:
    shown = dict(_told(key) for key in request.POST.getlist("shown"))
    released = {key for key, _version in map(_told, request.POST.getlist("release"))}
    shown.pop(0, None)
    done = releasing.decide(study=study, shown=shown, released=released, now=timezone.now())
    told = _("%(released)d released, %(withheld)d withheld.")
    messages.success(request, told % {"released": done.released, "withheld": done.withheld})
    if done.changed:
        told = _("%d were changed or deleted while you read them, and are left as they were.")
        messages.warning(request, told % done.changed)


def _told(sent: str) -> tuple[int, str]:
    """A reason's key, 0 where it is none, and the version of it that the page had."""
    key, _colon, version = sent.partition(":")
    return (int(key) if key.isdecimal() and len(key) < _DIGITS else 0), version


def _context(request: HttpRequest, study: Study, shown: str) -> dict[str, Any]:
    found = releasing.reasons_of(study)
    page: Page[Rating] = Paginator(found.filter(SHOWN[shown]), ON_A_PAGE).get_page(request.GET.get("p"))
    return {
        **admin.site.each_context(request),
        "title": _("Written reasons: %s") % study.slug,
        "opts": Study._meta,
        "study": study,
        "show": shown,
        "counts": {name: found.filter(which).count() for name, which in SHOWN.items()},
        "page": page,
        "rows": [_row(rating) for rating in page.object_list],
    }


def _row(rating: Rating) -> dict[str, Any]:
    """A reason without anything that tells whose it is: it is to be read for what stands in it."""
    return {
        "pk": rating.pk,
        "version": releasing.version_of(rating.reason),
        "reason": rating.reason,
        "traces": traces_in(rating.reason),
        "is_ticked": rating.reason_released_at is not None,
    }
