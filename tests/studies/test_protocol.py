from __future__ import annotations

import json
from dataclasses import replace

import pytest

from studies.comparison import Order, canonical
from studies.protocol import canonical_json, read
from tests.studies.judging import material


def test_a_schema_of_another_time_is_refused() -> None:
    with pytest.raises(ValueError, match="protocol schema 99 is not readable here"):
        read('{"schema": 99}')


def test_a_protocol_is_read_as_it_was_written() -> None:
    document = material.protocol()
    design = replace(document.design, shown_profile="plain-1", max_words=40, max_sentences=3)
    written = replace(document, design=design)

    assert written.schema == 2
    assert read(canonical_json(written)) == written


def test_a_protocol_of_the_first_schema_showed_replies_as_they_came_and_had_no_limits() -> None:
    document = material.protocol()
    raw = json.loads(canonical_json(document)) | {"schema": 1}
    for name in ("shown_profile", "max_words", "max_sentences"):
        del raw["design"][name]

    first = read(json.dumps(raw))

    assert (first.design.shown_profile, first.design.max_words, first.design.max_sentences) == (
        "none",
        None,
        None,
    )
    assert replace(first, schema=2) == document


@pytest.mark.parametrize(
    ("shown", "order", "stored"), [(-2, Order.AB, -2), (-2, Order.BA, 2), (0, Order.BA, 0), (1, Order.BA, -1)]
)
def test_an_answer_is_turned_to_the_stored_order(shown: int, order: Order, stored: int) -> None:
    assert canonical(shown, order) == stored
