"""The one page of a study: its texts and design, its rubric, its recruitment, and the way to its desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from raters.admin import coding_page, datasheet, desk, desk_files, desk_people, reasons
from raters.models import Recruitment
from studies.admin import StudyAdminBase
from studies.models import Study


class RecruitmentInline(admin.StackedInline[Recruitment, Study]):
    """Where raters come from can be set at any time: it is no part of the protocol."""

    model = Recruitment
    can_delete = False
    min_num = 1
    max_num = 1
    fieldsets = (
        (None, {"fields": ("channel",)}),
        (
            _("Codes, one for each way in which a visit ends"),
            {
                "fields": (
                    "completion_code",
                    "stopped_code",
                    "no_consent_code",
                    "screened_out_code",
                    "failed_checks_code",
                ),
                "description": _(
                    "Enter the same codes on the platform. Prolific needs the first two before the study "
                    "opens."
                ),
            },
        ),
        (
            _("Time"),
            {
                "fields": ("platform_minutes",),
                "description": _(
                    "Prolific allows at least 2 + 2m + 2√m minutes for a study estimated at m: 73 for 30. "
                    "The exact number stands beside the study there."
                ),
            },
        ),
        (
            _("Pay"),
            {
                "fields": ("reward_minor", "screened_out_minor", "minimum_hourly_minor", "currency"),
                "description": _(
                    "Never shown to raters: what they are paid stands in the study's own text. From these "
                    "the desk tells what an hour pays, and suggests amounts for whoever ends early."
                ),
            },
        ),
    )


@admin.register(Study)
class StudyAdmin(StudyAdminBase):
    change_form_template = "admin/raters/study_change_form.html"

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (*self.list_display, "desk_link")

    def get_inlines(self, request: HttpRequest, obj: Study | None) -> tuple[Any, ...]:
        """Recruitment first: it stays open when the rest is frozen."""
        return (RecruitmentInline, *super().get_inlines(request, obj)) if obj else ()

    @admin.display(description=_("desk"))
    def desk_link(self, study: Study) -> SafeString:
        address = reverse("admin:raters_study_desk", args=[study.pk])
        return format_html('<a href="{}">{}</a>', address, _("Import, pairs, fieldwork, export"))

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("<int:pk>/desk/", guard(desk.desk), name="raters_study_desk"),
            path("<int:pk>/coding/", guard(coding_page.coding), name="raters_study_coding"),
            path("<int:pk>/progress/", guard(desk.progress), name="raters_study_progress"),
            path("<int:pk>/preview/<int:number>/", guard(desk.preview), name="raters_study_preview"),
            path("<int:pk>/payments/", guard(desk_people.payments), name="raters_study_payments"),
            path("<int:pk>/bonus/", guard(desk_people.bonuses), name="raters_study_bonus"),
            path("<int:pk>/invitations/", guard(desk_people.invitations), name="raters_study_invitations"),
            path("<int:pk>/exports/<int:job>/", guard(desk_files.download), name="raters_study_download"),
            path("<int:pk>/datasheet/", guard(datasheet.datasheet), name="raters_study_datasheet"),
            path("<int:pk>/datasheet/answer/", guard(datasheet.answer), name="raters_study_answer"),
            path("<int:pk>/reasons/", guard(reasons.reasons), name="raters_study_reasons"),
            path("<int:pk>/reports/<int:job>/", guard(desk_files.report), name="raters_study_report"),
        ]
        return own + super().get_urls()

    def response_add(
        self, request: HttpRequest, obj: Study, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new study goes on to its full form, where everything is still to be written."""
        messages.success(request, _("The study is made. Its texts and ethics come next."))
        return redirect("admin:studies_study_change", obj.pk)
