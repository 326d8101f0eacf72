"""What a profile changes in a study's replies, to look at before choosing one. For staff who may view it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studies import normalising, selectors
from studies.models import Study
from studies.selectors import ChangedReply

#: Changed replies that a page shows.
SHOWN: Final = 20

#: Signs for what cannot be seen, inside of marked changes only.
_SIGNS: Final = str.maketrans(
    {
        " ": "\u2423",
        "\n": "\u21b5\n",
        "\r": "\u21b5",
        "\t": "\u21e5",
        **dict.fromkeys("\u200b\u2060\ufeff\u00ad", "\u2205"),
    }
)


@require_safe
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts by system, then the changed replies with their changes marked. Changes nothing."""
    study = get_object_or_404(Study, pk=pk)
    if not request.user.has_perm("studies.view_study"):
        raise PermissionDenied
    chosen = selectors.profile_of(study)
    profile = request.GET.get("profile", chosen)
    if profile not in normalising.PROFILES:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": _("How replies are shown: %s") % study.slug,
        "study": study,
        "opts": Study._meta,
        "frozen": study.is_frozen(),
        "chosen": chosen,
        "profile": profile,
        "profiles": list(normalising.PROFILES),
        "kinds": selectors.KINDS,
        **_changes(study, profile, request.GET.get("p")),
    }
    return render(request, "admin/studies/shown.html", context)


def _changes(study: Study, profile: str, number: str | None) -> dict[str, Any]:
    found = selectors.changes_of(study, profile)
    page = Paginator(found.replies, SHOWN).get_page(number)
    replies = selectors.changed_replies(list(page.object_list), profile)
    return {
        "systems": found.systems,
        "total": sum(row.replies for row in found.systems),
        "page": page,
        "replies": [_marked(reply) for reply in replies],
    }


def _marked(reply: ChangedReply) -> dict[str, Any]:
    """Kept text, what goes and what comes, piece by piece, with signs for spaces and ends of lines."""
    return {
        "dialogue": reply.dialogue,
        "system": reply.system,
        "replicate": reply.replicate,
        "pieces": [(piece.kept, _visible(piece.before), _visible(piece.after)) for piece in reply.pieces],
        "nothing_left": not any(piece.kept or piece.after for piece in reply.pieces),
    }


def _visible(text: str) -> str:
    signed = text.translate(_SIGNS)
    return "".join("\u237d" if one.isspace() and one != "\n" else one for one in signed)


#: To stand before the study admin's own addresses.
shown_urls: list[URLPattern] = [
    path("<int:pk>/shown/", admin.site.admin_view(shown), name="studies_study_shown"),
]
