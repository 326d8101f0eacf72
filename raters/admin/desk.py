"""A study's desk: what is missing, import, pairs, opening, fieldwork, export, payment list, on one page."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from raters import export, fieldwork, screening, selectors, tasks
from raters.admin import desk_coders, desk_people
from raters.admin.desk_forms import Forms, forms_for
from raters.admin.desk_people import allow
from raters.channels import CHANNELS
from raters.forms import PairFacts, RatingForm
from raters.models import ExportJob
from studies import contrasts, freezing, pairing, training_pairs
from studies import selectors as material
from studies.judging import decoy_pairs
from studies.judging.broken_pairs import CannotBreak, Made
from studies.models import Pair, Protocol, Study
from studies.protocol import MAIN

#: What a button of the desk does; False shows the page again, with what was sent.
Action = Callable[[HttpRequest, Study, Forms], bool]


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.change_study")
    sent = forms_for(request, study)
    if request.method == "POST":
        action = ACTIONS.get(request.POST.get("action", ""))
        if action is None:
            raise Http404
        if action(request, study, sent):
            return redirect("admin:raters_study_desk", pk=study.pk)
    return render(request, "admin/raters/desk.html", _desk_context(request, study, sent))


def _make_pairs(request: HttpRequest, study: Study, sent: Forms) -> bool:
    if not sent.pairing.is_valid():
        return False
    rng = random.Random(f"{study.seed}/pairs")
    try:
        made = pairing.make_pairs(study=study, rng=rng, **sent.pairing.choices())
    except pairing.PairingError as error:
        messages.error(request, str(error))
        return False
    messages.success(
        request,
        _("%(new)d pairs made, %(known)d stood there already.") % {"new": made.new, "known": made.known},
    )
    if made.left_out:
        told = ", ".join(f"{count} {outcome}" for outcome, count in made.left_out.items())
        messages.warning(request, _("Fetched replies that took no part: %s.") % told)
    return True


def _make_decoys(request: HttpRequest, study: Study, sent: Forms) -> bool:
    told = _("%(new)d decoy pairs made, %(known)d stood there already.")
    return _break(request, study, sent.decoys, decoy_pairs.make_decoys, told, stream="decoys")


def _make_training(request: HttpRequest, study: Study, sent: Forms) -> bool:
    told = _("%(new)d training pairs made, %(known)d stood there already.")
    return _break(request, study, sent.training, training_pairs.make_training, told, stream="training")


def _break(
    request: HttpRequest, study: Study, form: Form, make: Callable[..., Made], told: str, *, stream: str
) -> bool:
    """Makes pairs with one broken reply, as many as the form says, drawn from the study's seed."""
    if not form.is_valid():
        return False
    rng = random.Random(f"{study.seed}/{stream}")
    try:
        made = make(study=study, count=form.cleaned_data["count"], rng=rng)
    except CannotBreak as error:
        messages.error(request, str(error))
        return False
    messages.success(request, told % {"new": made.new, "known": made.known})
    return True


def _remove_pairs(request: HttpRequest, study: Study, sent: Forms) -> bool:
    try:
        removed = pairing.remove_pairs(study=study)
    except pairing.PairingError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("%d pairs removed.") % removed)
    return True


def _open(request: HttpRequest, study: Study, sent: Forms) -> bool:
    try:
        protocol, planned = fieldwork.open_study(study=study, now=timezone.now())
    except freezing.NotReady as error:
        for problem in error.problems:
            messages.error(request, problem)
        return False
    except fieldwork.CannotOpen as error:
        messages.error(request, str(error))
        return False
    messages.success(
        request,
        _("The study is open: %(booklets)d booklets planned. Protocol %(hash)s.")
        % {"booklets": planned.booklets, "hash": protocol.sha256[:12]},
    )
    if planned.imbalance.excess:
        messages.warning(request, _("Sides could not all be balanced: %s.") % planned.imbalance)
    return True


def _freeze(request: HttpRequest, study: Study, sent: Forms) -> bool:
    """For judges: they are asked what a protocol says, and need no raters."""
    try:
        protocol = freezing.freeze(study=study, now=timezone.now())
    except freezing.NotReady as error:
        for problem in error.problems:
            messages.error(request, problem)
        return False
    messages.success(request, _("The study is frozen, not open. Protocol %s.") % protocol.sha256[:12])
    return True


def _propose(request: HttpRequest, study: Study, sent: Forms) -> bool:
    """The usual contrasts that this study can answer; its researcher edits or removes them."""
    added = contrasts.propose(study=study)
    if not added:
        messages.info(request, _("Nothing to propose: what this study can answer is named already."))
        return True
    told = {"count": len(added), "names": ", ".join(row.name for row in added)}
    messages.success(request, _("%(count)d proposed: %(names)s. Edit them on the study's page.") % told)
    return True


def _close(request: HttpRequest, study: Study, sent: Forms) -> bool:
    try:
        fieldwork.close_study(study=study, now=timezone.now())
    except fieldwork.CannotClose as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("The study is closed. Raters who have started may finish."))
    return True


def _take_away(kind: ExportJob.Kind) -> Action:
    """Asks a worker for an export, or for what is made of one."""

    def ask(request: HttpRequest, study: Study, sent: Forms) -> bool:
        user = request.user if request.user.is_authenticated else None
        export.request_export(study=study, user=user, now=timezone.now(), kind=kind)
        tasks.nudge_exports()
        messages.success(
            request, _("It is being made (%s), and appears below when it is ready.") % kind.label
        )
        return True

    return ask


ACTIONS: dict[str, Action] = {
    "pair": _make_pairs,
    "decoys": _make_decoys,
    "training": _make_training,
    "unpair": _remove_pairs,
    "open": _open,
    "freeze": _freeze,
    "contrasts": _propose,
    "close": _close,
    **{kind.value: _take_away(kind) for kind in ExportJob.Kind},
    "invite": desk_people.invite,
    "returned": desk_people.returned,
    "ran_out": desk_people.returned,
    "invite_coders": desk_coders.invite,
    "hand_over": desk_coders.hand_over,
}


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the desk that renews itself."""
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.view_study")
    return render(
        request,
        "admin/raters/_progress.html",
        _progress_context(request, study, material.current_protocol(study)),
    )


@require_safe
def preview(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A pair as raters would see it, before anything is frozen. Nothing can be sent from here."""
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.view_study")
    page = selectors.preview_page(study, number)
    document = freezing.preview_document(study)
    form = RatingForm(document, PairFacts(MAIN, [asked.key for asked in document.rubric]))
    context = {
        "page": page,
        "form": form,
        "title": study.title,
        "texts": document.texts,
        "preview": True,
        "back": reverse("admin:raters_study_desk", args=[pk]),
        "following": reverse("admin:raters_study_preview", args=[pk, number % page.total + 1]),
    }
    return render(request, "admin/raters/preview.html", context)


def _desk_context(request: HttpRequest, study: Study, sent: Forms) -> dict[str, Any]:
    protocol = material.current_protocol(study)
    return {
        **admin.site.each_context(request),
        **_progress_context(request, study, protocol),
        "title": _("Desk: %s") % study.slug,
        "opts": Study._meta,
        "problems": [] if study.opened_at else fieldwork.problems_of(study),
        "contrasts": _contrasts(protocol, study),
        "systems": material.systems_of(study),
        "dialogues": study.dialogues.count(),
        "pairs": Pair.objects.of(study).main().count(),
        "decoys": Pair.objects.of(study).decoys().count(),
        "decoys_for_raters": Pair.objects.of(study).decoys_for_raters().count(),
        "training": Pair.objects.of(study).training().count(),
        "forms": sent,
        "join_link": request.build_absolute_uri(reverse("raters:join", args=[study.slug])),
        "unread": selectors.unread_messages(study),
        "may_pay": request.user.has_perm("raters.view_platformidentity"),
        **_way_in(request, study),
        **_people_context(request, study),
        **desk_coders.coders_context(request, study),
    }


def _contrasts(protocol: Protocol | None, study: Study) -> list[tuple[str, str]]:
    """Frozen ones as frozen, else the draft: name, and what is claimed in words."""
    rows = protocol.document().contrasts if protocol else contrasts.contrasts_of(study)
    return [(row.name, contrasts.in_words(row)) for row in rows]


def _way_in(request: HttpRequest, study: Study) -> dict[str, Any]:
    """The join link, and the same as the platform wants it, placeholders and all."""
    channel = CHANNELS[selectors.recruitment_of(study).channel]
    link = request.build_absolute_uri(reverse("raters:join", args=[study.slug]))
    return {
        "join_link": link,
        "platform": channel.label,
        "platform_link": f"{link}?{channel.join_query}" if channel.join_query else "",
        "is_by_invitation": channel.id_is_key,
    }


def _people_context(request: HttpRequest, study: Study) -> dict[str, Any]:
    invited = list(selectors.invitations_of(study))
    return {
        "recruitment_problems": fieldwork.recruitment_problems(study) if study.is_open else [],
        "invitations": invited,
        "invitations_used": sum(row.is_used for row in invited),
        "may_invite": request.user.has_perm("raters.add_invitation"),
        "may_see_invitations": request.user.has_perm("raters.view_invitation"),
        "may_mark": request.user.has_perm("raters.change_ratingsession"),
    }


def _progress_context(request: HttpRequest, study: Study, protocol: Protocol | None) -> dict[str, Any]:
    return {
        "study": study,
        "protocol": protocol,
        "progress": selectors.progress_of(study),
        "imbalance": selectors.realised_imbalance(study),
        "exclusions": screening.exclusions_of(study),
        "pay": selectors.pay_of(study),
        "may_pay": request.user.has_perm("raters.view_platformidentity"),
        "exports": study.exports.order_by("-requested_at", "-pk")[:5],
    }
