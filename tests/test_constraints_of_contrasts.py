"""What the database refuses of contrasts and of the analysis plan."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from studies.models import Contrast, Study
from tests import factories
from tests.test_constraints import changed, copy_of, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def contrast() -> Contrast:
    return Contrast.objects.create(study=factories.make_study(), name="people against models")


#: Constraint → what breaks it. Each has other rows for its other sides.
SENSELESS: list[tuple[str, dict[str, Any]]] = [
    ("studies_contrast_estimand_known", {"estimand": "everything"}),
    ("studies_contrast_sidedness_known", {"sidedness": "sideways"}),
    ("studies_contrast_alpha_is_an_error_rate", {"alpha": 0.0}),
    ("studies_contrast_alpha_is_an_error_rate", {"alpha": 1.0}),
    ("studies_contrast_margin_of_an_equivalence_only", {"margin": 0.05}),
    ("studies_contrast_margin_of_an_equivalence_only", {"sidedness": "equivalence"}),
    ("studies_contrast_margin_of_an_equivalence_only", {"sidedness": "equivalence", "margin": 1.0}),
    ("studies_contrast_two_systems_where_they_are_compared", {"estimand": "system_vs_system"}),
    (
        "studies_contrast_two_systems_where_they_are_compared",
        {"estimand": "system_vs_system", "system": "model-a"},
    ),
    (
        "studies_contrast_two_systems_where_they_are_compared",
        {"estimand": "system_vs_system", "system": "model-a", "against": "model-a"},
    ),
    ("studies_contrast_two_systems_where_they_are_compared", {"system": "model-a"}),
    ("studies_contrast_slice_of_a_difference", {"estimand": "slice_difference"}),
    ("studies_contrast_source_is_said", {"source": ""}),
    ("studies_contrast_source_is_said", {"estimand": "judge_agreement"}),
    ("studies_contrast_named", {"name": ""}),
]
SENSIBLE: list[dict[str, Any]] = [
    {},
    {"sidedness": "equivalence", "margin": 0.05},
    {"estimand": "system_vs_system", "system": "model-a", "against": "model-b", "sidedness": "less"},
    {"estimand": "slice_difference", "slice": "everyday", "sidedness": "greater"},
    {"estimand": "judge_agreement", "source": "jury", "slice": "everyday"},
]


@pytest.mark.parametrize(("constraint", "fields"), SENSELESS)
def test_what_makes_no_sense_is_refused(contrast: Contrast, constraint: str, fields: dict[str, Any]) -> None:
    row = changed(contrast, **fields)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        row.save()
    assert constraint in str(refusal.value)


@pytest.mark.parametrize("fields", [fields for _name, fields in SENSELESS])
def test_the_form_says_it_before(contrast: Contrast, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as told:
        changed(contrast, **fields).full_clean()
    assert set(told.value.message_dict) - {"__all__"}


@pytest.mark.parametrize("fields", SENSIBLE)
def test_what_makes_sense_is_taken(contrast: Contrast, fields: dict[str, Any]) -> None:
    row = changed(contrast, **fields)
    row.full_clean()
    assert not refused(row)


def test_a_name_stands_once_in_a_study(contrast: Contrast) -> None:
    assert refused(copy_of(contrast))
    assert not refused(copy_of(contrast, name="another"))
    assert not refused(copy_of(contrast, study_id=factories.make_study("another").pk))


@pytest.mark.parametrize(
    "fields", [{"agreement_margin": 0.0}, {"agreement_margin": 1.0}, {"epsilon": -0.1}, {"epsilon": 1.0}]
)
def test_margins_of_the_analysis_are_shares(contrast: Contrast, fields: dict[str, float]) -> None:
    study = changed(Study.objects.get(), **fields)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        study.save()
    assert "studies_study_margins_of_the_analysis_are_shares" in str(refusal.value)


def test_every_constraint_is_tried_here_by_its_name() -> None:
    named = {constraint.name for constraint in Contrast._meta.constraints}
    assert named == {name for name, _fields in SENSELESS} | {"studies_contrast_once_per_study"}
