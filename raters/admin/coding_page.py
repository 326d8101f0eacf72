"""A study's page for coding: its codebook, and the texts that are set out to be coded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from raters import passages
from raters.admin.desk_people import allow
from raters.passages import CannotSetOut, PassageDesign, PassagesSetOut
from studies.coding import codebooks
from studies.coding.codebooks import CodebookError
from studies.models import Study


class PassagesForm(forms.Form):
    """Which texts are set out."""

    reasons = forms.BooleanField(
        required=False, initial=True, label=gettext_lazy("Written reasons, of raters and judges")
    )
    pairs = forms.IntegerField(
        required=False,
        min_value=1,
        label=gettext_lazy("on so many pairs"),
        help_text=gettext_lazy("empty: on all; else drawn from the seed, over all dialogues"),
    )
    per_pair = forms.IntegerField(
        required=False,
        min_value=1,
        label=gettext_lazy("of each pair so many"),
        help_text=gettext_lazy("from raters in each phase, and from judges of each kind; empty: all"),
    )
    replies = forms.BooleanField(required=False, initial=True, label=gettext_lazy("Replies"))
    dialogues = forms.IntegerField(
        required=False,
        min_value=1,
        label=gettext_lazy("to so many dialogues"),
        help_text=gettext_lazy("empty: to all; else drawn from the seed, each slice with its share"),
    )

    def design(self) -> PassageDesign:
        return PassageDesign(**self.cleaned_data)


@require_http_methods(["GET", "HEAD", "POST"])
def coding(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.change_study")
    form = PassagesForm(request.POST if request.POST.get("action") in ("count", "set_out") else None)
    if request.method == "POST":
        action = ACTIONS.get(request.POST.get("action", ""))
        if action is None:
            raise Http404
        if action(request, study, form):
            return redirect("admin:raters_study_coding", pk=study.pk)
    return render(request, "admin/raters/coding.html", _context(request, study, form))


def _add_default(request: HttpRequest, study: Study, form: PassagesForm) -> bool:
    try:
        added = len(codebooks.add_default(study=study))
    except CodebookError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, ngettext("%d code added.", "%d codes added.", added) % added)
    return True


def _freeze(request: HttpRequest, study: Study, form: PassagesForm) -> bool:
    try:
        book = codebooks.freeze(study=study, now=timezone.now())
    except CodebookError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("Version %d of the codebook is frozen.") % book.version)
    return True


def _count(request: HttpRequest, study: Study, form: PassagesForm) -> bool:
    """Nothing is done: the page says what it would come to."""
    return False


def _set_out(request: HttpRequest, study: Study, form: PassagesForm) -> bool:
    if not form.is_valid():
        return False
    try:
        told = passages.set_out(study=study, design=form.design())
    except CannotSetOut as error:
        messages.error(request, str(error))
        return False
    messages.success(
        request, _("Set out: %(new)d texts; %(known)d were there.") % {"new": told.new, "known": told.known}
    )
    return True


ACTIONS: dict[str, Callable[[HttpRequest, Study, PassagesForm], bool]] = {
    "default": _add_default,
    "freeze": _freeze,
    "count": _count,
    "set_out": _set_out,
}


def _context(request: HttpRequest, study: Study, form: PassagesForm) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": _("Coding: %s") % study.slug,
        "opts": Study._meta,
        "study": study,
        "codes": study.codes.count(),
        "lacks_default": codebooks.lacks_default(study),
        "codebook": codebooks.current(study),
        "has_changed": codebooks.has_changed(study),
        "is_fixed": codebooks.is_fixed(study),
        "is_frozen": study.is_frozen(),
        "counts": passages.counts_of(study),
        "form": form,
        **_would_be(study, form),
    }


def _would_be(study: Study, form: PassagesForm) -> dict[str, PassagesSetOut | str]:
    """What the form that was sent comes to, or why it comes to nothing."""
    if not (form.is_bound and form.is_valid()):
        return {}
    try:
        return {"would_be": passages.would_set_out(study=study, design=form.design())}
    except CannotSetOut as error:
        return {"impossible": str(error)}
