"""JSON arrays of any size, with places that can be found."""

import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.importing import json_stream
from studies.importing.json_stream import Item, json_array
from studies.importing.records import BadRecord, Refused

pytestmark = pytest.mark.no_database


def told(content: str) -> list[tuple[str, object]]:
    """Places with values or reasons."""
    return [
        (found.where, found.why if isinstance(found, BadRecord) else found.value)
        for found in json_array(io.StringIO(content))
    ]


def test_items_with_their_lines() -> None:
    assert told('\n[\n{"a": 1},\n\n {"b": "]"}]\n') == [
        ("item 1 (line 3)", {"a": 1}),
        ("item 2 (line 5)", {"b": "]"}),
    ]
    assert told("[]") == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(items=st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4)), window=st.integers(1, 40))
def test_any_array_comes_through_any_window(items: list[dict[str, object]], window: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "WINDOW", window)
        found = told(json.dumps(items, ensure_ascii=False, indent=1))
    assert [value for _, value in found] == items


@pytest.mark.parametrize("window", [7, 1 << 20])
@pytest.mark.parametrize(
    ("content", "place", "why"),
    [
        ("[", "line 1", "expected a comma or the closing bracket of the array, found the end of the file"),
        ('[{"a": 1}\n{"b": 2}]', "line 2", "expected a comma or the closing bracket of the array, found '{'"),
        (
            '[{"a": 1}',
            "line 1",
            "expected a comma or the closing bracket of the array, found the end of the file",
        ),
        ('[{"a": 1}] x', "line 1", "expected nothing more after the closing bracket of the array, found 'x'"),
        ('[{"a": 1},]', "item 2 (line 1)", "not valid JSON: Expecting value at line 1, column 11"),
        (
            '[{"a": 1},\n{"b": 2, "c" 3, "d": "some more text behind it"}]',
            "item 2 (line 2)",
            "not valid JSON: Expecting ':' delimiter at line 2, column 14",
        ),
        (
            '[{"a": "never closed}]',
            "item 1 (line 1)",
            "not valid JSON: Unterminated string at line 1, column 8",
        ),
        ('[{"a": 1, "a": 2}]', "item 1 (line 1)", "the key 'a' stands twice in one object"),
        ('[{"a": NaN}]', "item 1 (line 1)", "NaN is not a JSON value"),
    ],
)
def test_the_first_broken_place_is_the_last_record(
    content: str, place: str, why: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "WINDOW", window)
    found = told(content)
    if content == "[":
        assert found[-1][0] == "item 1 (line 1)"
    else:
        assert found[-1] == (place, why)


def test_items_that_are_no_objects_are_each_named() -> None:
    assert told('[1, "x", {"a": 1}]') == [
        ("item 1 (line 1)", "every item must be an object, not a number"),
        ("item 2 (line 1)", "every item must be an object, not text"),
        ("item 3 (line 1)", {"a": 1}),
    ]


@pytest.mark.parametrize("content", ['{"a": 1}', '{"a": 1}\n{"b": 2}', "text", '"x"'])
def test_json_that_is_no_array_is_refused(content: str) -> None:
    with pytest.raises(Refused, match=r"must hold one JSON array"):
        told(content)


def test_lone_surrogates_are_not_replaced() -> None:
    assert told('[{"a": "\\ud83d"}]') == [("item 1 (line 1)", {"a": "\ud83d"})]


class Endless(io.TextIOBase):
    """An array of `count` items that exists only while it is read."""

    def __init__(self, count: int) -> None:
        item = json.dumps({"text": "x" * 1000})
        self._parts: Iterator[str] = (("[" if n == 0 else ",") + item for n in range(count))
        self._rest = ""

    def read(self, size: int | None = -1) -> str:
        assert size is not None
        while len(self._rest) < size and (part := next(self._parts, "")):
            self._rest += part
        if not self._rest:
            return ""
        out, self._rest = self._rest[:size], self._rest[size:]
        return out


def test_memory_stays_flat_on_a_large_array() -> None:
    tracemalloc.start()
    count = sum(isinstance(found, Item) for found in json_array(Endless(20_000)))  # type: ignore[arg-type]  # reads like one
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 12_000_000


def test_one_endless_item_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "LONGEST", 1000)
    monkeypatch.setattr(json_stream, "WINDOW", 500)
    assert told('[{"a": "' + "x" * 5000)[-1][1] == "one item is longer than 1,000 characters"
