"""The pages of the HEDS sheet: what the last report filled in, and what the researcher says instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from raters.admin.desk_people import allow
from raters.models import ExportJob
from studies import datasheet as sheet
from studies.analysis.heds.checking import BETWEEN
from studies.analysis.heds.fields import Field, fields
from studies.models import SheetAnswer, Study

#: The form's sections, by the first digit of a question's number.
SECTIONS: Final = {
    "1": gettext_lazy("Paper and resources"),
    "2": gettext_lazy("Systems"),
    "3": gettext_lazy("Sample, evaluators, design"),
    "4": gettext_lazy("Quality criteria"),
    "5": gettext_lazy("Ethics"),
}


class AnswerForm(forms.Form):
    """One question: what kind of field it is follows from the form."""

    def __init__(self, field: Field, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _input(field)
        self.fields["comment"] = forms.CharField(
            required=False, label=gettext_lazy("Comment"), widget=forms.Textarea(attrs={"rows": 3})
        )

    def value(self) -> str:
        given = self.cleaned_data["value"]
        return BETWEEN.join(given) if isinstance(given, list) else str(given)


def _input(field: Field) -> forms.Field:
    label = gettext_lazy("Your answer")
    choices = [(option, option) for option in field.options]
    if field.kind == "some_of":
        # The 185 languages fit no page as boxes.
        is_long = len(choices) > 40
        widget = forms.SelectMultiple(attrs={"size": 12}) if is_long else forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(required=False, label=label, choices=choices, widget=widget)
    if field.kind == "one_of":
        empty = ("", gettext_lazy("as the record says"))
        return forms.ChoiceField(
            required=False, label=label, choices=[empty, *choices], widget=forms.RadioSelect
        )
    return forms.CharField(required=False, label=label, widget=forms.Textarea(attrs={"rows": 6}))


@dataclass(frozen=True, slots=True)
class Row:
    """A question as the list shows it. `source` is that of the last report, or whose word stands now."""

    number: str
    criterion: str
    title: str
    source: str
    answer: str
    address: str
    is_own: bool

    @property
    def is_open(self) -> bool:
        return self.source == "open"


@require_safe
def datasheet(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.change_study")
    rows = list(_rows(study))
    only_open = "open" in request.GET
    listed = [row for row in rows if row.is_open or not only_open]
    context = {
        **_frame(request, study),
        "only_open": only_open,
        "groups": [_group(str(title), at, listed) for at, title in SECTIONS.items()],
        "open": sum(row.is_open for row in rows),
        "total": len(rows),
        "report": _last_report(study),
    }
    return render(request, "admin/raters/datasheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One question of the sheet, by its element id (`q`) and criterion (`of`)."""
    study = get_object_or_404(Study, pk=pk)
    allow(request, "studies.change_study")
    element_id, criterion = request.GET.get("q", ""), request.GET.get("of", "")
    try:
        field = sheet.question(study, element_id, criterion)
    except sheet.NoSuchQuestion:
        raise Http404 from None
    form = AnswerForm(field, request.POST or None, initial=_stored(study, field, criterion))
    if request.method == "POST" and form.is_valid() and _taken(request, study, field, criterion, form):
        onward = _next_open(study, field.number, criterion) if "onward" in request.POST else None
        listed = f"{reverse('admin:raters_study_datasheet', args=[pk])}#q{field.number}"
        return redirect(onward.address if onward else listed)
    told = next(row for row in _rows(study) if (row.number, row.criterion) == (field.number, criterion))
    context = {**_frame(request, study), "field": field, "criterion": criterion, "form": form, "told": told}
    return render(request, "admin/raters/datasheet_answer.html", context)


def _next_open(study: Study, number: str, criterion: str) -> Row | None:
    """The open question after this one in the form's order; none where nothing behind it is open."""
    rows = list(_rows(study))
    here = [(row.number, row.criterion) for row in rows].index((number, criterion))
    return next((row for row in rows[here + 1 :] if row.is_open), None)


def _taken(request: HttpRequest, study: Study, field: Field, criterion: str, form: AnswerForm) -> bool:
    comment = form.cleaned_data["comment"]
    try:
        stored = sheet.answer(
            study=study, element_id=field.element_id, criterion=criterion, value=form.value(), comment=comment
        )
    except sheet.NotTaken as error:
        form.add_error("value", str(error))
        return False
    told = _("Question %s is answered by you.") if stored else _("Question %s is left to the record.")
    messages.success(request, told % field.number)
    return True


def _stored(study: Study, field: Field, criterion: str) -> dict[str, Any]:
    own = SheetAnswer.objects.filter(study=study, question=field.element_id, criterion=criterion).first()
    if own is None:
        return {}
    value = own.value.split(BETWEEN) if field.kind == "some_of" else own.value
    return {"value": value, "comment": own.comment}


def _frame(request: HttpRequest, study: Study) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": _("Datasheet: %s") % study.slug,
        "opts": Study._meta,
        "study": study,
    }


def _group(title: str, at: str, rows: list[Row]) -> dict[str, Any]:
    mine = [row for row in rows if row.number[0] == at]
    return {"title": title, "rows": mine, "open": sum(row.is_open for row in mine)}


def _last_report(study: Study) -> ExportJob | None:
    done = study.exports.filter(kind=ExportJob.Kind.REPORT, status=ExportJob.Status.DONE)
    return done.order_by("-finished_at", "-pk").first()


def _rows(study: Study) -> Iterator[Row]:
    """Every question, once for each criterion where it repeats; the researcher's word before the report's."""
    report = _last_report(study)
    listed = report.manifest.get("datasheet", []) if report else []
    filled = {(row["number"], row["criterion"]): row for row in listed}
    own = {(row.question, row.criterion): row for row in SheetAnswer.objects.filter(study=study)}
    criteria = sheet.criteria_of(study)
    for criterion, field in _asked(criteria):
        said = own.get((field.element_id, criterion))
        told = filled.get((field.number, criterion), {"source": "open", "answer": ""})
        address = reverse("admin:raters_study_answer", args=[study.pk])
        yield Row(
            number=field.number,
            criterion=criterion,
            title=field.title,
            source="researcher" if said and said.value else told["source"],
            answer=_in_words(said) if said else told["answer"],
            address=f"{address}?{urlencode({'q': field.element_id, 'of': criterion})}",
            is_own=said is not None,
        )


def _asked(criteria: tuple[str, ...]) -> Iterator[tuple[str, Field]]:
    """In the form's order, each criterion's questions together."""
    listed = [field for field in fields() if field.number]
    for field in listed:
        if not field.repeats and field.number[0] < "4":
            yield "", field
    for criterion in criteria:
        yield from ((criterion, field) for field in listed if field.repeats)
    yield from (("", field) for field in listed if not field.repeats and field.number[0] > "4")


def _in_words(said: SheetAnswer) -> str:
    value = "; ".join(said.value.split(BETWEEN)) if said.value else ""
    return " ".join(filter(None, [value, f"({said.comment})" if said.comment else ""]))
