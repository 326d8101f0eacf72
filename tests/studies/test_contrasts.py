"""Contrasts: read into the protocol, checked against the material, proposed, told."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from studies import contrasts, freezing
from studies.models import Contrast, Dialogue, Judge, Provider, Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
KEYS = "attunement, empathic_responsiveness, human_alignment, overall, resonance, task_following"


def add(study: Study, **fields: Any) -> Contrast:
    return Contrast.objects.create(study=study, **{"name": "c", **fields})


def add_judge(study: Study, name: str, **fields: Any) -> Judge:
    provider, _new = Provider.objects.get_or_create(
        name="scripted", defaults={"api": "scripted", "for_trial": True}
    )
    return Judge.objects.create(
        study=study, name=name, provider=provider, model_id=name, family=name, **fields
    )


def tag(study: Study, count: int) -> None:
    for dialogue in Dialogue.objects.filter(study=study).order_by("external_id")[:count]:
        dialogue.tags = ["adversarial"]
        dialogue.save()


def test_contrasts_and_the_analysis_plan_are_frozen() -> None:
    study = factories.make_study(epsilon=0.15, agreement_margin=0.04, stopping_rule="After 40 raters.")
    add(study, name="second", position=2)
    add(
        study,
        name="first",
        position=1,
        estimand="system_vs_system",
        system="model-a",
        against="counsellor",
        sidedness="equivalence",
        margin=0.1,
        alpha=0.01,
    )
    document = freezing.freeze(study=study, now=NOW).document()
    Contrast.objects.update(alpha=0.5)

    assert [row.name for row in document.contrasts] == ["first", "second"]
    first = document.contrasts[0]
    assert (first.system, first.against, first.margin, first.alpha) == ("model-a", "counsellor", 0.1, 0.01)
    assert not document.is_exploratory
    assert (document.analysis.epsilon, document.analysis.agreement_margin) == (0.15, 0.04)
    assert document.analysis.seed == study.seed
    assert document.stopping_rule == "After 40 raters."


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"source": "claude"},
            "there is no judge 'claude' (judges: none yet): add it, or write raters, jury or its name",
        ),
        ({"source": "jury"}, "a jury needs two judges at least: add judges, or remove the contrast"),
        (
            {"dimension": "warmth"},
            f"the rubric has no dimension 'warmth' (it has: {KEYS}): choose one of these",
        ),
        (
            {"slice": "grief"},
            "no dialogue with pairs has the tag 'grief' (tags: everyday): choose one, or remove it",
        ),
        (
            {"estimand": "slice_difference", "slice": "everyday"},
            "every dialogue has the tag 'everyday', and nothing is left to compare with",
        ),
        (
            {"estimand": "system_vs_system", "system": "model-a", "against": "gpt"},
            "there is no system 'gpt' (systems: counsellor, model-a, model-b): write its name as it stands",
        ),
        (
            {"estimand": "system_vs_system", "system": "model-a", "against": "model-b"},
            "no pair is of 'model-a' and 'model-b': make pairs of all systems, or remove it",
        ),
    ],
)
def test_what_can_never_be_computed_is_named_before_freezing(fields: dict[str, Any], told: str) -> None:
    study = factories.make_study()
    add(study, **fields)

    assert freezing.problems_of(study) == [f"contrast 'c': {told}"]
    with pytest.raises(freezing.NotReady):
        freezing.freeze(study=study, now=NOW)


def test_without_people_there_is_nothing_to_set_against_models() -> None:
    study = factories.make_study()
    study.systems.filter(name="counsellor").update(kind="llm")
    add(study)

    (problem,) = freezing.problems_of(study)
    assert problem.startswith("contrast 'c': no pair is of a person's reply and a model's")


def test_nobody_answers_the_rubric_where_it_is_not_asked() -> None:
    study = factories.make_study(asking="preference")
    add_judge(study, "plain", variant="no_rubric")
    add(study, name="raters", dimension="attunement")
    add(study, name="judge", dimension="attunement", source="plain")

    problems = freezing.problems_of(study)
    assert problems == [
        "contrast 'judge': this judge is asked for the preference only, never 'attunement': choose 'overall'",
        "contrast 'raters': raters are asked for the preference only, never 'attunement': choose 'overall'",
    ]


def test_a_study_proposes_what_it_can_answer_and_nothing_twice() -> None:
    study = factories.make_study()
    assert [row.name for row in contrasts.propose(study=study)] == ["people against models"]
    tag(study, 2)
    add_judge(study, "one")
    add_judge(study, "two")

    assert [row.estimand for row in contrasts.propose(study=study)] == ["slice_difference", "judge_agreement"]
    assert contrasts.propose(study=study) == []
    assert freezing.problems_of(study) == []
    assert [row.position for row in study.contrasts.all()] == [0, 1, 2]
    agreement = study.contrasts.get(estimand="judge_agreement")
    assert (agreement.source, agreement.sidedness, agreement.margin) == ("jury", "equivalence", 0.05)


def test_nothing_is_proposed_to_a_frozen_study() -> None:
    study = factories.make_study()
    freezing.freeze(study=study, now=NOW)

    assert contrasts.propose(study=study) == []
    assert not study.contrasts.exists()


WORDS: list[tuple[dict[str, Any], str]] = [
    (
        {},
        "how far the share by which raters prefer people to models is from one half (overall) differs from 0",
    ),
    (
        {"estimand": "system_vs_system", "system": "a", "against": "b", "source": "jury", "slice": "grief"},
        (
            "how far the share by which the jury prefer a to b is from one half, on grief dialogues (overall)"
            " differs from 0"
        ),
    ),
    (
        {"estimand": "slice_difference", "slice": "grief", "sidedness": "greater"},
        (
            "the share by which raters prefer people to models, on grief dialogues minus all others (overall)"
            " is above 0"
        ),
    ),
    (
        {"estimand": "judge_agreement", "source": "j", "sidedness": "equivalence", "margin": 0.05},
        (
            "how often j agrees with a rater, minus how often another rater does (overall)"
            " lies within ±5 points"
        ),
    ),
]


@pytest.mark.parametrize(("fields", "words"), WORDS)
def test_a_contrast_in_words(fields: dict[str, Any], words: str) -> None:
    study = factories.make_study()
    add(study, **fields)

    (contrast,) = contrasts.contrasts_of(study)
    assert contrasts.in_words(contrast) == words


def test_the_command_proposes_until_the_study_is_frozen() -> None:
    study = factories.make_study()
    out = StringIO()
    call_command("propose_contrasts", study.slug, "--json", stdout=out)
    assert json.loads(out.getvalue())["added"] == ["people against models"]
    freezing.freeze(study=study, now=NOW)

    with pytest.raises(CommandError, match="is frozen"):
        call_command("propose_contrasts", study.slug)


def test_the_desk_proposes_contrasts_and_lists_them_in_words() -> None:
    study = factories.make_study()
    client = Client()
    client.force_login(factories.make_staff())
    desk = reverse("admin:raters_study_desk", args=[study.pk])
    assert "No confirmatory contrasts" in client.get(desk).content.decode()

    told = client.post(desk, {"action": "contrasts"}, follow=True).content.decode()
    assert "1 proposed: people against models." in told
    assert "differs from 0" in told
    assert "Nothing to propose" in client.post(desk, {"action": "contrasts"}, follow=True).content.decode()
    freezing.freeze(study=study, now=NOW)
    study.contrasts.all().delete()
    frozen = client.get(desk).content.decode()
    assert "differs from 0" in frozen
    assert "Exploratory" not in frozen
    assert "Propose contrasts" not in frozen
