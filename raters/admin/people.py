"""Sessions and exports, to look at. What raters did is never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from raters import erasing, leaving, returning, selectors
from raters.admin import erasures
from raters.models import Erasure, ExportJob, PlatformIdentity, RatingSession
from studies.admin import LookOnly


@admin.register(RatingSession)
class RatingSessionAdmin(admin.ModelAdmin[RatingSession]):
    """Only the group and the pilot mark can be set; open pairs can be given back to the plan."""

    list_display = (
        "pseudonym",
        "study",
        "outcome",
        "consented_at",
        "completed_at",
        "rater_group",
        "is_pilot",
    )
    list_filter = ("study", "is_pilot")
    search_fields = ("pseudonym", "code")
    actions = ("mark_returned", "give_back_open_pairs", "erase_rater")
    change_form_template = "admin/raters/session_change_form.html"
    fields = (
        "pseudonym",
        "study",
        "outcome",
        "code",
        "rater_group",
        "is_pilot",
        "arrived_at",
        "consented_at",
        "instructed_at",
        "completed_at",
        "stopped_at",
        "timed_out_at",
        "declined_at",
        "returned_at",
        "withdrawn_at",
        "erased_at",
        "last_seen_at",
    )
    readonly_fields = tuple(name for name in fields if name not in ("rater_group", "is_pilot"))

    @admin.display(description=_("outcome"))
    def outcome(self, session: RatingSession) -> str:
        return selectors.outcome_of(session)

    @admin.action(
        permissions=["change"],
        description=_("Returned on the platform, ratings left to us: give only their open pairs to others"),
    )
    def give_back_open_pairs(self, request: HttpRequest, chosen: QuerySet[RatingSession]) -> None:
        running = list(chosen.filter(consented_at__isnull=False, completed_at=None, stopped_at=None))
        for session in running:
            leaving.time_out(session=session, now=timezone.now())
        count = len(running)
        told = ngettext(
            "%d session: its open pairs are free.", "%d sessions: their open pairs are free.", count
        )
        messages.success(request, told % count)

    @admin.action(permissions=["erase"], description=_("Erase this rater"))
    def erase_rater(self, request: HttpRequest, chosen: QuerySet[RatingSession]) -> HttpResponse | None:
        """One at a time: the page that follows says what goes and where it still stands."""
        session = chosen.first()
        if session is None or chosen.count() > 1:
            messages.error(request, _("Choose one rater to erase."))
            return None
        return redirect("admin:raters_ratingsession_erase", pk=session.pk)

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("raters.delete_ratingsession")

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("<int:pk>/erase/", guard(erasures.erase), name="raters_ratingsession_erase"),
            path("<int:pk>/stored/", guard(erasures.stored), name="raters_ratingsession_stored"),
        ]
        return own + super().get_urls()

    @admin.action(
        permissions=["change"],
        description=_("Returned on the platform: leave their ratings out, give all their pairs to others"),
    )
    def mark_returned(self, request: HttpRequest, chosen: QuerySet[RatingSession]) -> None:
        consented = list(chosen.filter(consented_at__isnull=False))
        for session in consented:
            returning.mark_returned(session=session, now=timezone.now())
        count = len(consented)
        told = ngettext("%d session is marked as returned.", "%d sessions are marked as returned.", count)
        messages.success(request, told % count)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PlatformIdentity)
class PlatformIdentityAdmin(admin.ModelAdmin[PlatformIdentity]):
    """The plain platform ids: to be deleted, here, when paying is done. Each deletion leaves its record."""

    list_display = ("participant_id", "submission_id", "session")
    list_filter = ("session__study",)
    list_select_related = ("session",)
    search_fields = ("participant_id", "submission_id")
    readonly_fields = ("session", "participant_id", "platform_study_id", "submission_id")

    def delete_model(self, request: HttpRequest, obj: PlatformIdentity) -> None:
        erasing.erase_identities(identities=[obj], cause=Erasure.Cause.RESEARCHER, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PlatformIdentity]) -> None:
        erasing.erase_identities(identities=queryset, cause=Erasure.Cause.RESEARCHER, now=timezone.now())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ExportJob)
class ExportJobAdmin(LookOnly):
    list_display = ("study", "kind", "requested_at", "requested_by", "status", "finished_at", "sha256")
    list_filter = ("study", "kind", "status")
    exclude = ("file", "page")
