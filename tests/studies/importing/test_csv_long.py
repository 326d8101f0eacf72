"""Long CSV: one row a turn or a reply."""

import pytest

from studies.importing.records import Refused, ReplyRecord
from tests.studies.importing.material import bad, good, read

HEADER = "dialogue,kind,speaker,system,replicate,writer,text,tags,system_kind\n"
ROWS = (
    'd1,turn,seeker,,,,"Hello, you",adversarial; x,\n'
    "d1,turn,supporter,,,,Hi,,\n"
    'd1,turn,seeker,,,,"I am\nsad ""today""",,\n'
    "d1,reply,,people,2,w1,Oh dear.,,\n"
    "d1,reply,,model,,,I hear you.,,llm\n"
    "d2,turn,seeker,,,,=SUM(1),,\n"
)


def test_rows_become_dialogues() -> None:
    first, second = good("csv", HEADER + ROWS)
    assert [turn.text for turn in first.turns] == ["Hello, you", "Hi", 'I am\nsad "today"']
    assert first.tags == ("adversarial", "x")
    assert first.replies == (
        ReplyRecord("people", 2, "Oh dear.", "w1", "human"),
        ReplyRecord("model", 1, "I hear you.", "", "llm"),
    )
    assert (first.where, second.where) == ("line 2", "line 8")
    assert second.turns[0].text == "=SUM(1)"


def test_the_optional_columns_may_be_absent_and_the_order_is_free() -> None:
    (record,) = good("csv", "text,kind,dialogue,system,speaker\nHi,turn,d,,usr\nYo,reply,d,m,\n")
    assert record.replies == (ReplyRecord("m", 1, "Yo", "", "llm"),)
    assert record.aliases == (("usr → seeker", 1),)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("dialogue,kind,speaker,text", "the column 'system' is missing"),
        ("dialogue,kind,speaker,system,text,colour", "the column 'colour' is not known"),
        ("dialogue,kind,speaker,system,text,text", "the column 'text' stands twice"),
        ("dialogue;kind;speaker;system;text", "the columns are not separated by commas"),
    ],
)
def test_columns_are_refused_by_name(header: str, why: str) -> None:
    with pytest.raises(Refused) as caught:
        read("csv", header + "\nd,turn,seeker,,Hi\n")
    assert caught.value.why == why


def test_a_dialogue_in_two_places_is_refused() -> None:
    rows = "d1,turn,seeker,,Hi\nd2,turn,seeker,,Hi\nd1,turn,supporter,,Hello\n"
    (record,) = bad("csv", "dialogue,kind,speaker,system,text\n" + rows)
    assert record.where == "line 4"
    assert record.why == "the rows of dialogue 'd1' are not together (it began at line 2)"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("d,turn,seeker,,,,Hi,", "the row has 8 cells, the header 9"),
        ("d,note,seeker,,,,Hi,,", "kind must be turn or reply, not 'note'"),
        ("d,turn,seeker,gpt,,,Hi,,", "a turn has no system"),
        ("d,reply,,,,,Hi,,", "a reply's system is empty"),
        ("d,reply,,m,x,,Hi,,", "replicate must be a whole number from 1 to 999"),
        ("d,reply,,m,0,,Hi,,", "replicate must be a whole number from 1 to 999"),
        ("d,reply,,m,,,Hi,,robot", "kind must be human or llm, not 'robot'"),
        ("d,reply,,m,,,Hi,,", "dialogue 'd' has no turns"),
        (",turn,seeker,,,,Hi,,", "the id is empty"),
        ("d,turn,,,,,Hi,,", "the dialogue has no speakers"),
        ("d,turn,narrator,,,,Hi,,", "unknown speaker 'narrator'"),
        ('d,turn,seeker,,,,"Hi,,\n', "not valid CSV: unexpected end of data"),
        ('d,turn,seeker,,,,"H"i,,', "not valid CSV: ',' expected after '\"'"),
    ],
)
def test_rows_are_refused_with_their_line(row: str, why: str) -> None:
    records = bad("csv", HEADER + row)
    assert [(record.where, record.why) for record in records] == [("line 2", why)]


def test_a_broken_row_spoils_its_whole_dialogue_and_no_other() -> None:
    rows = "d1,turn,seeker,,,,Hi,,\nd1,note,,,,,x,,\nd2,turn,seeker,,,,Hi,,\n"
    assert [getattr(record, "why", "") for record in read("csv", HEADER + rows)] == [
        "kind must be turn or reply, not 'note'",
        "",
    ]
