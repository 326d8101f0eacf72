"""The inbox: what raters write, and what of it may speak of a risk. Read and marked, never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from raters import messaging
from raters.models import Message
from studies.admin import LookOnly


class HandledFilter(admin.SimpleListFilter):
    title = _("handled")
    parameter_name = "handled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("not yet")), ("yes", _("handled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() not in ("no", "yes"):
            return queryset
        return queryset.filter(handled_at__isnull=self.value() == "no")


@admin.register(Message)
class MessageAdmin(LookOnly):
    """What nobody has handled yet comes first. Whoever may view messages may mark them."""

    list_display = ("at", "kind", "beginning", "rater", "study", "handled_at")
    list_filter = (HandledFilter, "kind", "session__study")
    list_select_related = ("session__study",)
    ordering = (F("handled_at").asc(nulls_first=True), "-at", "-pk")
    actions = ("mark_as_handled",)
    fields = ("study", "rater", "kind", "at", "pair", "text", "mailed_at", "handled_at", "handled_by")

    @admin.display(description=_("study"), ordering="session__study__slug")
    def study(self, message: Message) -> str:
        return message.session.study.slug

    @admin.display(description=_("rater"), ordering="session__pseudonym")
    def rater(self, message: Message) -> SafeString:
        address = reverse("admin:raters_ratingsession_change", args=[message.session_id])
        return format_html('<a href="{}">{}</a>', address, message.session.pseudonym)

    @admin.display(description=_("text"))
    def beginning(self, message: Message) -> str:
        return Truncator(message.text).chars(200)

    @admin.display(description=_("at the rater's pair"))
    def pair(self, message: Message) -> str:
        return str(message.assignment.position) if message.assignment else ""

    @admin.action(permissions=["view"], description=_("Mark as handled"))
    def mark_as_handled(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        count = messaging.handle(messages=chosen, user=request.user, now=timezone.now())
        told = ngettext("%d message is handled.", "%d messages are handled.", count)
        messages.success(request, told % count)
