from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from raters import fieldwork, planning
from raters.models import Recruitment
from studies import freezing, protocol, selectors
from studies.models import Pair, Protocol, Response, Study
from studies.models.journey import RISK_PHRASES
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_a_complete_study_has_no_problems() -> None:
    assert freezing.problems_of(factories.make_study()) == []
    assert fieldwork.problems_of(factories.make_study("another")) == []


@pytest.mark.parametrize("field", sorted(freezing.REQUIRED_TEXTS))
def test_each_missing_text_is_named(field: str) -> None:
    study = factories.make_study()
    setattr(study, field, None if field.endswith("_on") else "")
    study.save()

    (problem,) = fieldwork.problems_of(study)

    assert f"(field {field})" in problem
    assert freezing.problems_of(study) == []


def test_raters_must_be_adults() -> None:
    study = factories.make_study()
    study.adults_only = False

    assert fieldwork.problems_of(study) == ["raters must be adults: tick 'adults only' (field adults_only)"]


def test_raters_of_another_language_are_not_read_for_english_phrases() -> None:
    study = factories.make_study(language="de")

    assert fieldwork.problems_of(study) == [
        "the risk phrases are still the English ones: write them in the raters' language, or none"
    ]
    for own in ("", "nicht mehr leben", f"{RISK_PHRASES}\nnicht mehr leben"):
        study.risk_phrases = own
        assert fieldwork.problems_of(study) == []
    study.risk_phrases, study.language = RISK_PHRASES.replace("\n", "\r\n"), "en-gb"
    assert fieldwork.problems_of(study) == []
    study.language = "de"
    assert len(fieldwork.problems_of(study)) == 1


def test_the_rubric_must_ask_for_the_preference() -> None:
    study = factories.make_study()
    study.dimensions.filter(key="overall").delete()
    assert freezing.problems_of(study) == ["the rubric has no dimension with the key 'overall'"]

    study.dimensions.all().delete()
    assert freezing.problems_of(study) == ["the rubric is empty: add dimensions"]


def test_a_study_for_judges_only_is_frozen_without_texts_and_never_opened() -> None:
    study = factories.make_study(consent="")
    freezing.freeze(study=study, now=NOW)
    study.consent = "Too late: the protocol says otherwise."
    study.save()

    with pytest.raises(freezing.NotReady, match="the consent text"):
        fieldwork.open_study(study=study, now=NOW)


def test_a_study_changed_while_it_is_opened_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    study = factories.make_study()
    drawing = planning.draw

    def slow(**given: Any) -> Any:
        Study.objects.filter(pk=study.pk).update(consent="Edited in another window.")
        return drawing(**given)

    monkeypatch.setattr(planning, "draw", slow)
    with pytest.raises(fieldwork.CannotOpen, match="was changed"):
        fieldwork.open_study(study=study, now=NOW)
    assert not Protocol.objects.exists()


def test_a_platform_that_takes_raters_back_must_know_their_codes() -> None:
    study = factories.make_study()
    recruitment = Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY")

    assert fieldwork.problems_of(study) == [
        "missing: Prolific's code for stopping early (recruitment)",
        "missing: Prolific's maximum time in minutes (recruitment)",
    ]
    recruitment.stopped_code = "PART"
    recruitment.platform_minutes = 90
    recruitment.save()
    assert fieldwork.problems_of(study) == []


def test_the_time_limit_is_not_shorter_than_the_platforms() -> None:
    study = factories.make_study(session_minutes=90)
    recruitment = Recruitment.objects.create(study=study, channel="connect", platform_minutes=91)

    (problem,) = fieldwork.problems_of(study)
    assert problem == (
        "the time limit of 90 minutes is shorter than the platform's maximum of 91: "
        "pairs would be given away while their rater is still at work"
    )
    recruitment.platform_minutes = None
    recruitment.save()
    assert fieldwork.problems_of(study) == []


def test_the_rubric_is_frozen_in_an_order_no_database_decides() -> None:
    study = factories.make_study()
    study.dimensions.update(position=0)

    rubric = freezing.draft_document(study, version=1).rubric

    assert [row.key for row in rubric] == sorted(row.key for row in rubric)


def test_there_must_be_something_to_compare() -> None:
    (problem,) = freezing.problems_of(factories.make_study(dialogues=0))

    assert problem.startswith("there is nothing to compare")


def test_opening_an_incomplete_study_leaves_nothing_behind() -> None:
    study = factories.make_study()
    study.consent = ""
    study.save()

    with pytest.raises(freezing.NotReady) as told:
        fieldwork.open_study(study=study, now=NOW)

    assert told.value.problems == ["missing: the consent text (field consent)"]
    study.refresh_from_db()
    assert study.opened_at is None
    assert not Protocol.objects.exists()


def test_a_preview_reads_the_draft_but_for_its_material() -> None:
    study = factories.make_study(shown_profile="plain-1")
    draft = freezing.draft_document(study, version=1)

    assert replace(freezing.preview_document(study), material=draft.material) == draft


def test_freezing_writes_canonical_json_with_its_hash() -> None:
    frozen = freezing.freeze(study=factories.make_study(), now=NOW)

    assert frozen.sha256 == protocol.sha256_of(frozen.canonical)
    assert json.loads(frozen.canonical)["texts"]["consent"] == "You take part of your own free will."
    assert protocol.canonical_json(frozen.document()) == frozen.canonical


def test_freezing_twice_is_freezing_once() -> None:
    study = factories.make_study()

    assert freezing.freeze(study=study, now=NOW) == freezing.freeze(study=study, now=NOW)


def test_later_edits_do_not_reach_the_protocol() -> None:
    study = factories.make_study()
    frozen = freezing.freeze(study=study, now=NOW)
    study.consent = "Something else"
    study.save()

    assert frozen.document().texts.consent == "You take part of your own free will."


def test_a_study_without_contrasts_is_exploratory() -> None:
    assert freezing.draft_document(factories.make_study(), version=1).is_exploratory


def test_the_material_hash_covers_every_shown_text() -> None:
    study = factories.make_study()
    before = freezing.draft_document(study, version=1).material

    pair = Pair.objects.of(study).first()
    assert pair is not None
    Response.objects.filter(pk=pair.first_id).update(text="changed")
    after = freezing.draft_document(study, version=1).material

    assert (before.dialogues, before.responses, before.pairs) == (4, 12, 8)
    assert before.sha256 != after.sha256


def test_how_replies_are_shown_and_how_long_they_may_be_is_frozen() -> None:
    study = factories.make_study(shown_profile="plain-1", max_words=40, max_sentences=3)
    frozen = freezing.freeze(study=study, now=NOW)
    Study.objects.update(shown_profile="none", max_words=None)

    design = frozen.document().design
    assert (design.shown_profile, design.max_words, design.max_sentences) == ("plain-1", 40, 3)


@pytest.mark.parametrize(("text", "differs"), [("Take **care**.", True), ("Take care.", False)])
def test_the_material_hash_is_of_what_is_shown(text: str, differs: bool) -> None:
    study = factories.make_study()
    Response.objects.filter(system__name="model-a").update(text=text)
    raw = selectors.material_of(study)
    study.shown_profile = "plain-1"

    assert (selectors.material_of(study) != raw) is differs
    Response.objects.filter(system__name="model-a").update(text="Take care.")
    plain = selectors.material_of(study)
    Response.objects.filter(system__name="model-a").update(text=text)
    assert selectors.material_of(study) == plain


def test_the_protocol_hash_is_the_same_on_every_database() -> None:
    """Runs on SQLite and on PostgreSQL; both must give this very hash."""
    frozen = freezing.freeze(
        study=factories.make_study(systems=("ö-human", "Zeta", "alpha"), dialogues=11), now=NOW
    )

    assert frozen.sha256[:16] == "084a2ec0f83d1a3f"


@pytest.mark.parametrize("scale", [2, 3, 4, 5])
def test_answers_are_worded_alike_on_both_sides(scale: int) -> None:
    answers = {answer.value: answer.label for answer in freezing.answers_for(scale, "en-gb")}

    for value, label in answers.items():
        assert answers[-value] == label.translate(str.maketrans("AB", "BA")) or value == 0
