"""The researcher's own answers to the HEDS sheet; they win over what a report fills in by itself."""

from __future__ import annotations

from django.db import transaction

from studies.analysis.heds.checking import problems_of
from studies.analysis.heds.fields import Field, fields
from studies.models import SheetAnswer, Study
from studies.selectors import current_protocol


class NoSuchQuestion(Exception):
    """The sheet does not ask that, or not of this criterion."""


class NotTaken(Exception):
    """The form would not take the answer; `problems` has a sentence for each reason."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def criteria_of(study: Study) -> tuple[str, ...]:
    """The rubric's rows: as frozen, else as drafted."""
    protocol = current_protocol(study)
    if protocol is not None:
        return tuple(row.key for row in protocol.document().rubric)
    return tuple(study.dimensions.order_by("position", "key").values_list("key", flat=True))


def question(study: Study, element_id: str, criterion: str) -> Field:
    """The question of that element, asked of that criterion ("" where it is asked once).

    Raises NoSuchQuestion.
    """
    field = next((one for one in fields() if one.element_id == element_id and one.number), None)
    if field is None:
        raise NoSuchQuestion(element_id)
    if criterion not in (criteria_of(study) if field.repeats else ("",)):
        raise NoSuchQuestion(f"{element_id} of {criterion}")
    return field


@transaction.atomic
def answer(*, study: Study, element_id: str, criterion: str, value: str, comment: str) -> SheetAnswer | None:
    """Stores an answer in the place of the one before; both parts empty take it away.

    A choice is the option's text, several joined by a vertical bar. Raises NoSuchQuestion, NotTaken.
    """
    problems = problems_of(question(study, element_id, criterion), value)
    if problems:
        raise NotTaken(problems)
    said = {"value": value.strip(), "comment": comment.strip()}
    if not any(said.values()):
        SheetAnswer.objects.filter(study=study, question=element_id, criterion=criterion).delete()
        return None
    stored, _is_new = SheetAnswer.objects.update_or_create(
        study=study, question=element_id, criterion=criterion, defaults=said
    )
    return stored
