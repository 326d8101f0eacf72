"""Our own format: what it yields, and what it refuses."""

import json
from typing import Any

import pytest

from studies.importing.records import ReplyRecord, TurnRecord
from tests.studies.importing.material import TURNS, bad, dialogue, good, lines, reply


def test_a_line_becomes_a_dialogue_with_its_replies() -> None:
    replies = [
        reply("people", "I would miss her too.", replicate=2, writer="w7"),
        reply("model-a", "That is hard."),
        reply("old", "Hm.", kind="human"),
    ]
    (record,) = good(
        "jsonl", lines(dialogue(tags=["a", "b", "a"], meta={"n": [1, 2.5, None]}, replies=replies))
    )
    assert record.external_id == "d1"
    assert record.turns[1] == TurnRecord("supporter", "That sounds like a big change.")
    assert record.tags == ("a", "b")
    assert record.meta == {"n": [1, 2.5, None]}
    assert record.where == "line 1"
    assert record.replies == (
        ReplyRecord("people", 2, "I would miss her too.", "w7", "human"),
        ReplyRecord("model-a", 1, "That is hard.", "", "llm"),
        ReplyRecord("old", 1, "Hm.", "", "human"),
    )


def test_blank_lines_and_windows_line_ends_are_skipped() -> None:
    content = "\r\n" + json.dumps(dialogue("a")) + "\r\n\n" + json.dumps(dialogue("b"))
    assert [record.where for record in good("jsonl", content)] == ["line 2", "line 4"]


def test_a_line_separator_inside_a_text_does_not_end_the_line() -> None:
    turns = [{"speaker": "seeker", "text": "one\u2028two\x85three"}]
    (record,) = good("jsonl", lines(dialogue(turns=turns)))
    assert record.turns[0].text == "one\u2028two\x85three"


def test_hostile_text_arrives_unchanged() -> None:
    texts = [
        "<script>alert(1)</script>",
        "=HYPERLINK(1)",
        "\u202eright to left",
        "שלום",
        "x" * 300_000,
        "🫶🏽",
    ]
    replies = [reply(f"s{n}", text) for n, text in enumerate(texts)]
    (record,) = good("jsonl", lines(dialogue(replies=replies)))
    assert [one.text for one in record.replies] == texts


def test_a_whole_number_serves_as_an_id() -> None:
    (record,) = good("jsonl", lines({"id": 12, "turns": TURNS}))
    assert (record.external_id, record.replies) == ("12", ())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": None}, "the id must be text, not null"),
        ({"id": "  "}, "the id is empty"),
        ({"id": True}, "the id must be text, not true or false"),
        ({"id": "x" * 201}, "the id is longer than 200 characters"),
        ({"reply": []}, "the dialogue has the unknown key 'reply'"),
        ({"turns": []}, "turns must be a list of at least one turn"),
        ({"turns": "hello"}, "turns must be a list of at least one turn"),
        ({"turns": ["hello"]}, "every turn must be an object with speaker and text"),
        ({"turns": [{"speaker": "seeker"}]}, "a turn's text must be text, not null"),
        ({"turns": [{"speaker": "seeker", "text": 5}]}, "a turn's text must be text, not a number"),
        (
            {"turns": [{"speaker": "seeker", "text": "a", "time": 1}]},
            "a turn has the unknown key 'time'",
        ),
        ({"turns": [{"role": "seeker", "text": "a"}]}, "a turn has the unknown key 'role'"),
        ({"turns": [{"speaker": ["seeker"], "text": "a"}]}, "a speaker must be text, not a list"),
        ({"tags": "adversarial"}, "tags must be a list of texts, not text"),
        ({"tags": [1]}, "a tag must be text, not a number"),
        ({"meta": []}, "meta must be an object, not a list"),
        ({"replies": {}}, "replies must be a list, not an object"),
        ({"replies": ["x"]}, "a reply must be an object, not text"),
        ({"replies": [{"text": "x"}]}, "a reply's system must be text, not null"),
        ({"replies": [reply("a", "x", name=1)]}, "a reply has the unknown key 'name'"),
        ({"replies": [{"system": "a", "text": None}]}, "a reply's text must be text, not null"),
        (
            {"replies": [reply("a", "x", replicate=0)]},
            "replicate must be a whole number from 1 to 999",
        ),
        (
            {"replies": [reply("a", "x", replicate="1")]},
            "replicate must be a whole number from 1 to 999",
        ),
        ({"replies": [reply("a", "x", kind="robot")]}, "kind must be human or llm, not 'robot'"),
        ({"replies": [reply("a", "x", writer=3)]}, "a reply's writer must be text, not a number"),
        (
            {"replies": [reply("a", "x"), reply("a", "y")]},
            "system 'a' has two replies with replicate 1",
        ),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], why: str) -> None:
    (record,) = bad("jsonl", lines(dialogue(**changes)))
    assert (record.where, record.why) == ("line 1", why)


def test_a_broken_line_is_named_with_its_reason_and_reading_goes_on() -> None:
    content = lines(*(dialogue(str(n)) for n in range(4710))) + '{"id": "x",\n' + '{"id" 1}\n'
    assert [(record.where, record.why) for record in bad("jsonl", content)] == [
        (
            "line 4711",
            "not valid JSON: Expecting property name enclosed in double quotes at column 12",
        ),
        ("line 4712", "not valid JSON: Expecting ':' delimiter at column 7"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[1, 2]", "the line begins a JSON list, but every line must be one object {…}"),
        ('"text"', "the line must be one object {…}, not text"),
        ("null", "the line must be one object {…}, not null"),
        ('{"id": NaN}', "NaN is not a JSON value"),
        ('{"meta": 1e999}', "the number 1e999 is out of range"),
        ("[" * 100_000, "the line begins a JSON list, but every line must be one object {…}"),
        ('{"a":' * 100_000, "the JSON is nested too deeply"),
    ],
)
def test_a_line_that_is_no_object(line: str, why: str) -> None:
    assert bad("jsonl", line)[0].why == why


def test_a_number_too_long_for_any_machine_is_refused() -> None:
    assert bad("jsonl", f'{{"id": {"9" * 5000}}}')[0].why.startswith("not valid JSON: Exceeds")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            '"\\ud83d"',
            "a turn's text holds half a character (the lone surrogate \\ud83d)",
        ),
        ('"a\\u0000b"', "a turn's text holds a NUL character (\\u0000)"),
    ],
)
def test_texts_that_no_database_holds(text: str, why: str) -> None:
    line = lines(dialogue(turns=[{"speaker": "seeker", "text": "TEXT"}])).replace('"TEXT"', text)
    assert bad("jsonl", line)[0].why == why


def test_surrogates_and_nul_are_found_in_every_place() -> None:
    whole = json.dumps(dialogue(tags=["TAG"], meta={"KEY": ["VALUE"]}))
    for place in ("d1", "TAG", "KEY", "VALUE", "alpha", "Two cups"):
        for broken in ("\\udc00", "\\u0000"):
            assert len(bad("jsonl", whole.replace(place, broken, 1))) == 1, (place, broken)


def test_a_whole_emoji_written_as_two_escapes_is_fine() -> None:
    line = '{"id": "d", "turns": [{"speaker": "seeker", "text": "\\ud83e\\udef6"}]}'
    assert good("jsonl", line)[0].turns[0].text == "🫶"


def test_metadata_too_deep_for_a_database_is_refused() -> None:
    meta: dict[str, Any] = {}
    for _ in range(30):
        meta = {"in": meta}
    assert bad("jsonl", lines(dialogue(meta=meta)))[0].why == ("meta is nested more than 20 levels deep")
