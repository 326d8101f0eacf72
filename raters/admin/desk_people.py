"""The desk's part about people: invitations, places that came back, and the files that pay."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from raters import export, inviting, returning
from raters.admin.desk_forms import Forms
from studies.models import Study


def allow(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def invite(request: HttpRequest, study: Study, sent: Forms) -> bool:
    allow(request, "raters.add_invitation")
    form = sent.invitations
    if not form.is_valid():
        return False
    count, labels = form.cleaned_data["count"], form.label_lines()
    try:
        made = inviting.invite(study=study, count=count, labels=labels, now=timezone.now())
    except inviting.CannotInvite as error:
        messages.error(request, str(error))
        return False
    messages.success(request, ngettext("%d invitation made.", "%d invitations made.", len(made)) % len(made))
    return True


def returned(request: HttpRequest, study: Study, sent: Forms) -> bool:
    """Marks whom the box names. Lines that name nobody stay in the box, and are told one by one."""
    allow(request, "raters.change_ratingsession")
    form = sent.returned
    if not form.is_valid():
        return False
    marked = returning.mark_all(
        study=study,
        lines=form.cleaned_data["ids"].splitlines(),
        keeps_ratings=request.POST.get("action") == "ran_out",
        now=timezone.now(),
    )
    count, alone = len(marked.sessions), len(marked.left_alone)
    if count:
        messages.success(request, ngettext("%d session marked.", "%d sessions marked.", count) % count)
    if alone:
        told = _("%d stopped early by our own page and left their ratings: they were not marked.")
        messages.warning(request, told % alone)
    for number, name in marked.unknown:
        form.add_error(
            "ids", _("Line %(number)d: nobody here has the id %(id)s.") % {"number": number, "id": name}
        )
    form.data = {"ids": "\n".join(name for _number, name in marked.unknown)}
    return not marked.unknown


@require_safe
def payments(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The payment list, with the platform's ids."""
    study = get_object_or_404(Study, pk=pk)
    allow(request, "raters.view_platformidentity")
    return _csv(export.payment_rows(study), f"{study.slug}-payments.csv")


@require_safe
def bonuses(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """What Prolific's bulk bonus payment takes: who ended early, and what they did is worth."""
    study = get_object_or_404(Study, pk=pk)
    allow(request, "raters.view_platformidentity")
    return _csv(export.bonus_rows(study), f"{study.slug}-bonus.csv")


@require_safe
def invitations(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The links. Whoever holds one is that person."""
    study = get_object_or_404(Study, pk=pk)
    allow(request, "raters.view_invitation")
    join = request.build_absolute_uri(reverse("raters:join", args=[study.slug]))
    return _csv(export.invitation_rows(study, join), f"{study.slug}-invitations.csv")


def _csv(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
