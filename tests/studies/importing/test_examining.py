"""The first look at a whole file."""

import pytest

from studies.importing.examining import Request
from studies.importing.lint.kinds import Kind
from studies.importing.records import Options, Refused
from tests.studies.importing.material import dialogue, examined, lines


def test_an_id_that_stands_twice_is_named_with_both_places() -> None:
    examination = examined(lines(dialogue("a"), dialogue("b"), dialogue("a")))
    (problem,) = examination.problems.values()
    assert problem.why == "dialogue 'a' stands in the file twice (first at line 1)"
    assert problem.places == ["line 3"]
    assert examination.is_blocked


def test_reasons_are_counted_together() -> None:
    examination = examined("{}\n" * 30)
    (problem,) = examination.problems.values()
    assert (problem.count, len(problem.places), examination.bad) == (30, 25, 30)


def test_a_file_of_another_format_is_given_up_soon() -> None:
    examination = examined("".join(f'{{"key{n}": 1}}\n' for n in range(200)))
    assert examination.bad == 50


def test_a_file_without_dialogues_is_blocked() -> None:
    examination = examined("[]", "heart")
    assert [problem.why for problem in examination.problems.values()] == ["it holds no dialogue"]


@pytest.mark.parametrize("name", ["heart", "esconv", "csv", "jsonl"])
@pytest.mark.parametrize("content", ['{"a": 1}', "hello", "1", '"x"', "[1]", "a,b\n1,2\n", "<xml/>"])
def test_every_format_refuses_other_contents_readably(name: str, content: str) -> None:
    examination = examined(content, name)
    assert examination.is_blocked
    assert all(problem.why and problem.places for problem in examination.problems.values())


def test_a_dialogue_of_ten_thousand_turns() -> None:
    turns = [
        {"speaker": "seeker" if n % 2 == 0 else "supporter", "text": f"turn {n} " * 20} for n in range(10_001)
    ]
    examination = examined(lines(dialogue(turns=turns)))
    assert (examination.bad, examination.turns) == (0, 10_001)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"format": "xml"}, "unknown format 'xml'"),
        ({"format": "jsonl", "options": Options(cut=2)}, "--cut belongs to the format esconv"),
        ({"format": "esconv", "options": Options(cut=0)}, "--cut counts from 1"),
        ({"format": "jsonl", "max_words": -1}, "--max-words cannot be negative"),
    ],
)
def test_requests_that_make_no_sense(arguments: dict[str, object], why: str) -> None:
    with pytest.raises(Refused, match=why):
        Request(**arguments)  # type: ignore[arg-type]  # that is the point


def test_the_word_cap_comes_from_the_format_unless_told() -> None:
    assert Request("heart").word_cap == 40
    assert Request("heart", max_words=0).word_cap is None
    assert Request("jsonl").word_cap is None
    assert Request("jsonl", max_words=25).word_cap == 25


def test_what_is_asked_is_recorded() -> None:
    asked = Request("heart", Options("supporter", True), None, frozenset({Kind.PLACEHOLDER}))
    assert asked.as_json() == {
        "first_speaker": "supporter",
        "merge_turns": True,
        "cut": None,
        "max_words": 40,
        "exclude": ["placeholder"],
    }
