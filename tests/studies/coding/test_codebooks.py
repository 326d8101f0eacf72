"""The codebook: its default, its versions, and when it may change no more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from raters.models import CodingAssignment, CodingSession
from studies import codebook
from studies.coding import codebooks
from studies.coding.codebooks import CodebookError
from studies.coding.default_codebook import CODES, DIMENSIONS, STRATEGIES
from studies.models import Code, Codebook, Coder, Coding, Dialogue, Passage, Response, Run, Study
from tests import factories
from tests.factories import NOW
from tests.scripted_runs import make_provider

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
STRATEGY_KEYS = (
    "affirmation avoid_judgment clarification collaborative_planning emotional_validation normalize "
    "offer_hope self_care different_perspectives reflective_statements reframe share_information "
    "stress_management suggest_options chit_chat boundary_setting tension_naming adaptive_reframing "
    "tone_shift"
)


@pytest.fixture
def study() -> Study:
    return factories.make_study(dialogues=1)


def frozen(study: Study) -> Codebook:
    codebooks.add_default(study=study)
    return codebooks.freeze(study=study, now=NOW)


def edit(study: Study) -> None:
    study.codes.filter(key="other").update(definition="Anything else.")


def a_passage(study: Study) -> Passage:
    reply = Response.objects.of(study).order_by("pk")[0]
    dialogue = Dialogue.objects.get(study=study)
    values = {
        "key": "0" * 12,
        "kind": "reply",
        "source_kind": "system",
        "source": "x",
        "place": 1,
        "text": "Hi.",
    }
    return Passage.objects.create(study=study, dialogue=dialogue, response=reply, **values)


def invited(study: Study, book: Codebook) -> CodingAssignment:
    session = CodingSession.objects.create(study=study, codebook=book, invited_at=NOW)
    return CodingAssignment.objects.create(
        session=session, passage=a_passage(study), position=1, draft={"codes": ["other"]}
    )


def a_coding(study: Study, book: Codebook) -> Coding:
    provider = make_provider()
    coder = Coder.objects.create(study=study, name="coder", provider=provider, model_id="m", family="phi")
    run = Run.objects.create(study=study, kind=Run.Kind.CODE, number=3, created_at=NOW, design={}, plan={})
    return Coding.objects.create(
        run=run, coder=coder, codebook=book, passage=a_passage(study), provider=provider, not_before=NOW
    )


def test_the_default_holds_the_dimensions_and_strategies() -> None:
    assert [code.key for code in DIMENSIONS] == [
        "human_alignment",
        "empathic_responsiveness",
        "attunement",
        "resonance",
        "task_following",
        "other",
    ]
    assert [code.key for code in STRATEGIES] == STRATEGY_KEYS.split()
    assert all(re.fullmatch(codebook.KEY, code.key) for code in CODES)
    assert all(code.definition and code.example and code.counter_example for code in CODES)
    assert len({text for code in CODES for text in (code.name, code.definition, code.example)}) == 3 * len(
        CODES
    )


def test_codes_that_are_easily_confused_point_to_each_other() -> None:
    told = {code.key: f"{code.definition} {code.counter_example}" for code in CODES}

    assert "reframe" in told["different_perspectives"]
    assert "adaptive reframing" in told["reframe"]
    assert "reframe" in told["adaptive_reframing"]


def test_the_default_adds_only_what_is_missing(study: Study) -> None:
    Code.objects.create(
        study=study, key="reframe", kind="strategy", name="Mine", definition="Mine.", position=4
    )

    added = codebooks.add_default(study=study)

    assert len(added) == len(CODES) - 1 == 24
    assert study.codes.get(key="reframe").name == "Mine"
    assert [code.position for code in added] == list(range(5, 29))
    assert codebooks.add_default(study=study) == []


def test_freezing_keeps_what_stands_there_word_for_word(study: Study) -> None:
    book = frozen(study)

    assert (book.version, book.frozen_at) == (1, NOW)
    assert book.document().codes == CODES
    assert book.sha256 == codebook.sha256_of(book.canonical)
    assert codebooks.current(study) == book
    assert not codebooks.has_changed(study)


def test_freezing_again_makes_a_version_only_of_what_changed(study: Study) -> None:
    first = frozen(study)
    assert codebooks.freeze(study=study, now=LATER) == first

    edit(study)
    assert codebooks.has_changed(study)
    second = codebooks.freeze(study=study, now=LATER)

    assert (second.version, second.frozen_at, codebooks.current(study)) == (2, LATER, second)
    assert first.document().codes == CODES


def test_an_empty_codebook_is_not_frozen(study: Study) -> None:
    with pytest.raises(CodebookError, match="the codebook is empty"):
        codebooks.freeze(study=study, now=NOW)


def test_people_who_have_coded_nothing_go_on_with_the_new_version(study: Study) -> None:
    assignment = invited(study, frozen(study))
    edit(study)

    second = codebooks.freeze(study=study, now=LATER)

    assignment.refresh_from_db()
    assert (assignment.session.codebook, assignment.draft) == (second, {})


def test_once_a_person_has_coded_nothing_changes(study: Study) -> None:
    assignment = invited(study, frozen(study))
    assert not codebooks.is_fixed(study)
    # Without a mark: none of the codes applied, which is a coding too.
    CodingAssignment.objects.filter(pk=assignment.pk).update(coded_at=NOW)
    edit(study)

    assert codebooks.is_fixed(study)
    with pytest.raises(CodebookError, match="somebody has coded"):
        codebooks.freeze(study=study, now=LATER)
    with pytest.raises(CodebookError, match="somebody has coded"):
        codebooks.add_default(study=study)
    assert study.codebooks.count() == 1


def test_a_planned_run_keeps_its_version_until_it_is_cancelled(study: Study) -> None:
    coding = a_coding(study, frozen(study))
    edit(study)
    with pytest.raises(
        CodebookError, match="run 3 is planned with version 1 of the codebook: cancel it first"
    ):
        codebooks.freeze(study=study, now=LATER)

    Run.objects.filter(pk=coding.run_id).update(cancelled_at=NOW)

    assert codebooks.freeze(study=study, now=LATER).version == 2
