"""A study's own design as the start of a plan; the page, the command, and a web process without numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, fields, replace
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from studies import sizing
from studies.analysis.planning.assumptions import Assumptions
from studies.forms import SizingForm
from studies.models import Dialogue, Response, Study
from tests import factories

pytestmark = pytest.mark.django_db
TABLE = {"key": "shares", "title": "People against models", "note": "N.", "columns": ["A"], "rows": [["1"]]}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Assumptions]:
    """What sheets were asked for; none is computed."""
    found: list[Assumptions] = []

    def sheet_of(assumptions: Assumptions) -> list[dict[str, Any]]:
        found.append(assumptions)
        return [TABLE]

    monkeypatch.setattr(sizing, "sheet_of", sheet_of)
    return found


def page_of(study: Study, **sent: Any) -> str:
    client = Client()
    client.force_login(User.objects.filter(username="researcher").first() or factories.make_staff())
    answer = client.get(reverse("admin:studies_study_planning", args=[study.pk]), sent)
    assert answer.status_code == 200
    return answer.content.decode()


def as_sent(assumptions: Assumptions) -> dict[str, Any]:
    values = asdict(assumptions)
    del values["seed"]
    if not values["models_too"]:
        del values["models_too"]
    return values


def test_a_plan_starts_from_the_studys_own_design() -> None:
    study = factories.make_study(
        dialogues=12, asking="two_pass", training_pairs=2, repeats_percent=25, pairs_per_rater=8
    )
    Response.objects.filter(dialogue__external_id="d1", system__name="counsellor").update(writer="w2")
    for dialogue in Dialogue.objects.all()[:3]:
        dialogue.tags = ["adversarial"]
        dialogue.save()
    factories.add_dialogue(study, "unpaired")
    found = sizing.assumptions_for(study)

    assert found == Assumptions(
        dialogues=12,
        models=2,
        ratings_per_pair=2,
        pairs_per_rater=8,
        writers=2,
        adversarial=3,
        models_too=False,
        other_pairs=4,
        seconds_per_pair=80.0,
        seed=7,
    )
    factories.pair_up(study)
    assert sizing.assumptions_for(study).models_too


def test_an_empty_study_starts_from_hearts_size_and_a_forced_choice_has_no_ties() -> None:
    found = sizing.assumptions_for(factories.make_study(dialogues=0, scale=4))

    assert (found.dialogues, found.models, found.writers, found.tie_percent) == (300, 3, 12, 0.0)


def test_the_form_has_a_field_for_every_assumption_but_the_seed() -> None:
    assert set(SizingForm.base_fields) == {field.name for field in fields(Assumptions)} - {"seed"}


def test_the_page_computes_only_what_was_sent(asked: list[Assumptions]) -> None:
    study = factories.make_study(dialogues=12)
    assert 'name="dialogues" value="12"' in page_of(study)
    assert asked == []

    wanted = replace(sizing.assumptions_for(study), dialogues=200)
    shown = page_of(study, **as_sent(wanted))
    assert asked == [wanted]
    assert "People against models" in shown


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"dialogues": 9}, "greater than or equal to 10"),
        ({"adversarial": 13}, "More than there are dialogues."),
        (
            {"dialogues": 20_000, "ratings_per_pair": 10},
            "400,000 ratings of people against models are too many",
        ),
    ],
)
def test_what_cannot_be_planned_is_said_beside_the_field(
    changed: dict[str, Any], told: str, asked: list[Assumptions]
) -> None:
    study = factories.make_study(dialogues=12)
    shown = page_of(study, **as_sent(replace(sizing.assumptions_for(study), **changed)))

    assert told in shown
    assert asked == []


def test_a_sheet_comes_from_a_process_of_its_own() -> None:
    small = replace(sizing.assumptions_for(factories.make_study(dialogues=12)), dialogues=10)

    assert [table["key"] for table in sizing.sheet_of(small)] == ["size", "shares", "slices", "agreement"]
    with pytest.raises(sizing.CannotPlan, match="no room for chance"):
        sizing.sheet_of(replace(small, dialogue_points=45.0, pair_points=45.0))


def test_a_sheet_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "LONGEST_SECONDS", 0.001)
    study = factories.make_study(dialogues=12)

    assert "Nothing was computed: it took more than" in page_of(
        study, **as_sent(sizing.assumptions_for(study))
    )


def test_the_page_is_for_staff_who_may_see_studies() -> None:
    study = factories.make_study()
    client = Client()
    client.force_login(factories.make_staff(may=()))

    assert client.get(reverse("admin:studies_study_planning", args=[study.pk])).status_code == 403


def test_the_command_prints_the_same_sheet(asked: list[Assumptions]) -> None:
    study = factories.make_study(dialogues=12)
    out = StringIO()
    call_command("plan_sample", study.slug, "--dialogues", "250", "--tie-percent", "10", stdout=out)

    assert asked == [replace(sizing.assumptions_for(study), dialogues=250, tie_percent=10.0)]
    assert out.getvalue() == "People against models\nA\n1\nN.\n"
    out = StringIO()
    call_command("plan_sample", study.slug, "--models-too", "--json", stdout=out)
    assert json.loads(out.getvalue())["assumptions"]["models_too"] is True
    with pytest.raises(CommandError, match="dialogues"):
        call_command("plan_sample", study.slug, "--dialogues", "3")


def test_no_web_process_loads_the_numerical_libraries() -> None:
    code = "import sys, django; django.setup(); import heartsite.urls, heartsite.wsgi; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )

    assert {"numpy", "scipy", "pyarrow"}.isdisjoint(done.stdout.split())
