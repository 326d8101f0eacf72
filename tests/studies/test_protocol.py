from __future__ import annotations

import json
from dataclasses import replace

import pytest

from studies.comparison import Order, canonical
from studies.protocol import Asked, canonical_json, read
from tests.protocols import in_schema_1
from tests.studies.judging import material


def test_a_schema_of_another_time_is_refused() -> None:
    with pytest.raises(ValueError, match="protocol schema 99 is not readable here"):
        read('{"schema": 99}')


def test_a_protocol_is_read_as_it_was_written() -> None:
    document = material.protocol()
    design = replace(document.design, shown_profile="plain-1", max_words=40, max_sentences=3)
    written = replace(document, design=design)

    assert written.schema == 5
    assert written.froze_analysis
    assert not replace(written, schema=3).froze_analysis
    assert read(canonical_json(written)) == written


def test_a_protocol_of_the_first_schema_showed_replies_as_they_came_and_had_no_limits() -> None:
    document = material.protocol()
    first = read(json.dumps(in_schema_1(json.loads(canonical_json(document)))))

    assert (first.design.shown_profile, first.design.max_words, first.design.max_sentences) == (
        "none",
        None,
        None,
    )
    assert replace(first, schema=5) == document


def test_before_the_third_schema_pairs_stood_on_one_page_with_nothing_around_them() -> None:
    raw = in_schema_1(json.loads(canonical_json(material.protocol())))
    design = {**raw["design"], "shown_profile": "plain-1", "max_words": 40, "max_sentences": None}

    second = read(json.dumps({**raw, "schema": 2, "design": design}))

    assert (second.design.shown_profile, second.design.max_words) == ("plain-1", 40)
    assert second.asked_in("main") == second.rubric
    assert second.asked_in("rubric") == ()
    assert (second.journey.comprehension, second.journey.survey, second.journey.themes) == ((), (), ())
    assert second.texts.language == "en-gb"


@pytest.mark.parametrize(
    ("asking", "phases", "main", "rubric"),
    [
        ("one_page", ("main",), ["overall", "warmth"], []),
        ("preference", ("main",), ["overall"], []),
        ("two_pass", ("main", "rubric"), ["overall"], ["warmth"]),
    ],
)
def test_which_rows_are_asked_in_which_pass(
    asking: str, phases: tuple[str, ...], main: list[str], rubric: list[str]
) -> None:
    rows = tuple(Asked(key, key, "Which?", "", "") for key in ("overall", "warmth"))
    plain = material.protocol(rubric=rows)
    document = replace(plain, journey=replace(plain.journey, asking=asking), phases=phases)

    assert [row.key for row in document.asked_in("main")] == main
    assert [row.key for row in document.asked_in("rubric")] == rubric


@pytest.mark.parametrize(
    ("shown", "order", "stored"), [(-2, Order.AB, -2), (-2, Order.BA, 2), (0, Order.BA, 0), (1, Order.BA, -1)]
)
def test_an_answer_is_turned_to_the_stored_order(shown: int, order: Order, stored: int) -> None:
    assert canonical(shown, order) == stored
