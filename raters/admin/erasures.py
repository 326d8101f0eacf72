"""Erasing a rater: what would go and where it still stands, asked once; and the record of what went."""

from __future__ import annotations

import json

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from raters import erasing, export, selectors
from raters.models import Erasure, RatingSession
from studies.admin import LookOnly


@admin.register(Erasure)
class ErasureAdmin(LookOnly):
    """The record of deletions holds no personal data, and is never deleted here."""

    list_display = ("at", "study", "pseudonym", "cause", "counts")
    list_filter = ("cause", "study")
    list_select_related = ("study",)
    search_fields = ("pseudonym",)


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows what erasing this rater deletes and which exports still hold it; a POST does it."""
    if not request.user.has_perm("raters.delete_ratingsession"):
        raise PermissionDenied
    session = get_object_or_404(RatingSession.objects.select_related("study"), pk=pk)
    if request.method == "POST":
        erasing.erase_rater(session=session, cause=Erasure.Cause.RESEARCHER, now=timezone.now())
        messages.success(request, _("%s is erased.") % session.pseudonym)
        return redirect("admin:raters_ratingsession_changelist")
    context = {
        **admin.site.each_context(request),
        "title": _("Erase this rater?"),
        "opts": RatingSession._meta,
        "session": session,
        "held": erasing.held_of(session),
        "exports": erasing.exports_holding(session),
        "owed": selectors.pay_when_ending_now(session) if session.platform_hash else "",
    }
    return render(request, "admin/raters/erase.html", context)


@require_safe
def stored(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything stored about one rater, as JSON to be handed to them."""
    needed = ("raters.view_ratingsession", "raters.view_platformidentity", "raters.view_message")
    if not request.user.has_perms(needed):
        raise PermissionDenied
    session = get_object_or_404(RatingSession, pk=pk)
    text = json.dumps(export.everything_about(session), indent=2, ensure_ascii=False)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{session.pseudonym}.json"'
    return answer
