"""An answer is the codes asked for, whole, or it is missing: never repaired, never "none applies"."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.calling.strict_json import Kind, Unparseable
from studies.coding.parsing import Parsed, parse
from studies.coding.schema import Layout
from tests.studies.coding.material import CODES

pytestmark = pytest.mark.no_database
LAYOUT = Layout(CODES)
GIVEN = {"attunement": True, "other": False, "reframe": True}


def answer(codes: Any = None, note: Any = " small things ", **more: Any) -> str:
    return json.dumps({"note": note, "codes": GIVEN if codes is None else codes, **more})


def test_codes_that_apply_are_read_whatever_their_order() -> None:
    told = Parsed(frozenset({"attunement", "reframe"}), "small things", fenced=False)
    assert parse(answer(), layout=LAYOUT) == told
    assert parse(answer(), layout=Layout(tuple(reversed(CODES)))) == told
    assert parse(f"```json\n{answer()}\n```", layout=LAYOUT).fenced
    assert parse(answer(dict.fromkeys(GIVEN, False)), layout=LAYOUT).codes == frozenset()


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("", Kind.EMPTY, "the answer is empty"),
        ("attunement", Kind.INVALID_JSON, "no JSON"),
        (f"{answer()} done", Kind.TRAILING, "followed by"),
        (f"Here: {answer()}", Kind.INVALID_JSON, "no JSON"),
        (answer(GIVEN | {"warmth": True}), Kind.SCHEMA, "not asked for: 'warmth'"),
        (answer({"attunement": True, "other": False}), Kind.SCHEMA, "codes lacks reframe"),
        (answer(GIVEN | {"other": "false"}), Kind.SCHEMA, "other is neither true nor false"),
        (answer(GIVEN | {"other": 0}), Kind.SCHEMA, "other is neither true nor false"),
        (answer(GIVEN | {"other": None}), Kind.SCHEMA, "other is neither true nor false"),
        (answer(["attunement"]), Kind.SCHEMA, "codes is no object"),
        (answer(note=3), Kind.SCHEMA, "the note is no text"),
        (answer(note="a\0b"), Kind.SCHEMA, "NUL"),
        (answer(sure=1), Kind.SCHEMA, "not asked for: 'sure'"),
        ('{"note": "", "codes": {"other": true, "other": false}}', Kind.SCHEMA, "stands there twice"),
        ("[" * 100_000, Kind.INVALID_JSON, ""),
    ],
)
def test_everything_else_is_missing(text: str, kind: Kind, detail: str) -> None:
    with pytest.raises(Unparseable) as refused:
        parse(text, layout=LAYOUT)
    assert refused.value.kind is kind
    assert detail in refused.value.detail


@given(st.text() | st.recursive(st.booleans() | st.text(), lambda inner: st.lists(inner)).map(json.dumps))
def test_no_text_raises_anything_else(text: str) -> None:
    with pytest.raises(Unparseable):
        parse(text, layout=LAYOUT)
