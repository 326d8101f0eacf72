"""The desk's part about people who code: inviting them, their links, how far they are, handing over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from raters import selectors
from raters.admin.desk_forms import Forms
from raters.admin.desk_people import allow
from raters.coding import planning
from raters.models import CodingSession
from studies.models import Study


def invite(request: HttpRequest, study: Study, sent: Forms) -> bool:
    allow(request, "raters.add_codingsession")
    form = sent.coders
    if not form.is_valid():
        return False
    try:
        dealt = planning.invite_coders(study=study, now=timezone.now(), **form.invited())
    except planning.CannotInvite as error:
        messages.error(request, str(error))
        return False
    invited = len(dealt.sessions)
    messages.success(request, ngettext("%d coder invited.", "%d coders invited.", invited) % invited)
    _tell(request, dealt)
    return True


def hand_over(request: HttpRequest, study: Study, sent: Forms) -> bool:
    allow(request, "raters.change_codingsession")
    told = request.POST.get("coder", "")
    session = CodingSession.objects.filter(study=study, pk=told).first() if told.isdecimal() else None
    if session is None:
        raise Http404
    _tell(request, planning.hand_over(session=session, now=timezone.now()))
    return True


def _tell(request: HttpRequest, dealt: planning.Dealt) -> None:
    messages.success(
        request, _("Dealt: %d texts to code, each time it goes to a coder counted.") % dealt.texts
    )
    if dealt.left:
        messages.warning(
            request, _("%d times no coder was left who does not have the text: invite another.") % dealt.left
        )


def coders_context(request: HttpRequest, study: Study) -> dict[str, Any]:
    user = request.user
    coders = selectors.coders_of(study)
    return {
        "texts_left": selectors.texts_left(study),
        "coders": [
            (row, request.build_absolute_uri(reverse("raters:coding", args=[row.token]))) for row in coders
        ],
        "may_invite_coders": user.has_perm("raters.add_codingsession"),
        "may_see_coders": user.has_perm("raters.view_codingsession"),
        "may_hand_over": user.has_perm("raters.change_codingsession"),
    }
