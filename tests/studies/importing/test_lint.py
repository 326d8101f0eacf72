"""Each kind of finding: what triggers it, and what does not."""

from collections.abc import Sequence
from typing import Any

import pytest

from studies.importing.lint.kinds import TABLE, Kind, Severity, kinds_from
from studies.importing.lint.likeness import Said, are_near
from studies.importing.lint.shape import control_character
from studies.importing.lint.tally import KEPT, Names
from studies.importing.records import Refused, ReplyRecord
from tests.studies.importing.material import (
    TURNS,
    cells,
    counts,
    dialogue,
    findings,
    linted,
    reply,
)


def test_sound_material_has_no_findings() -> None:
    assert counts(linted(dialogue("a"), dialogue("b"))) == {}


def test_errors_and_warnings_by_the_table() -> None:
    errors = {kind.value for kind, about in TABLE.items() if about.severity is Severity.ERROR}
    assert errors == {"placeholder", "human-equals-model", "contradictory-kind"}
    assert set(TABLE) == set(Kind)


def test_a_placeholder_is_named_with_its_place_and_text() -> None:
    broken = dialogue(replies=[reply("a", "\n"), reply("b", "Hm, tell me more?", replicate=2)])
    (found,) = findings(linted(broken), Kind.PLACEHOLDER)
    assert (found.dialogue, found.system, found.replicate) == ("d1", "a", 1)
    assert found.excerpt == r"'\n'"


SAME = "I hear how tired you are."


def test_a_human_cell_that_equals_a_models_reply() -> None:
    people = reply("people", SAME, kind="human")
    model = reply("model", f" {SAME}\n")
    here = dialogue("a", replies=[people, model])
    there = dialogue("b", replies=[{**people, "replicate": 2}])
    found = findings(linted(here, there), Kind.HUMAN_EQUALS_MODEL)
    assert [(one.dialogue, one.replicate, one.message) for one in found] == [
        ("a", 1, "equals the reply of model"),
        ("b", 2, "equals the reply of model to dialogue a"),
    ]
    assert counts(linted(here, there)) == {"human-equals-model": 2, "missing-cell": 1}


def test_a_short_text_may_be_shared_by_chance() -> None:
    replies = [reply("people", "I see. Go on.", kind="human"), reply("model", "I see. Go on.")]
    assert "human-equals-model" in counts(linted(dialogue(replies=replies)))
    replies = [reply("people", "I see.", kind="human"), reply("model", "I see.")]
    assert counts(linted(dialogue(replies=replies))) == {"identical-across-systems": 2}


def test_identical_replies_within_and_across_dialogues() -> None:
    one = dialogue("a", replies=[reply("m1", SAME), reply("m2", SAME)])
    two = dialogue("b", replies=[reply("m1", SAME), reply("m2", "Something else entirely, you know.")])
    examination = linted(one, two)
    assert cells(findings(examination, Kind.IDENTICAL_ACROSS_SYSTEMS)) == [
        ("a", "m1", 1),
        ("a", "m2", 1),
    ]
    across = findings(examination, Kind.IDENTICAL_ACROSS_DIALOGUES)
    assert cells(across) == [("a", "m1", 1), ("a", "m2", 1), ("b", "m1", 1)]
    assert across[2].message == "equals m1 to dialogue a"


def test_nearly_identical_replies_name_the_human_one() -> None:
    base = "It sounds as if the move left a hole, and the cups are one small sign of it."
    replies = [
        reply("model", base),
        reply("people", base.replace("small", "tiny"), kind="human"),
        reply("other", "Would you like to tell me what the two of you talked about at that table?"),
    ]
    found = findings(linted(dialogue(replies=replies)), Kind.NEAR_IDENTICAL)
    assert [(one.system, one.message) for one in found] == [("people", "differs little from model")]


def said(words: Sequence[str]) -> Said:
    text = " ".join(words)
    return Said(0, ReplyRecord("a", 1, text, "", "llm"), text, text, list(words), frozenset(words))


def test_what_counts_as_near() -> None:
    base = [f"w{n}" for n in range(20)]
    for other, near in [
        ([*base[:19], "x"], True),  # 38 of 40 words in common
        ([*base[:17], "x", "y", "z"], False),  # 34 of 40
        (base, False),
        (base[::-1], False),
    ]:
        assert are_near(said(base), said(other)) is near
    assert not are_near(said(["a", "b", "c"]), said(["a", "b", "c", "d"]))


def test_a_reply_that_repeats_a_turn() -> None:
    replies = [reply("a", TURNS[1]["text"] + " "), reply("b", "Two cups, every day?")]
    (found,) = findings(linted(dialogue(replies=replies)), Kind.REPEATS_A_TURN)
    assert (found.system, found.message) == ("a", "repeats a turn of the supporter")


def test_over_length_only_with_a_cap() -> None:
    replies = [reply("a", "word " * 41), reply("b", "other " * 40)]
    assert "over-length" not in counts(linted(dialogue(replies=replies)))
    (found,) = findings(linted(dialogue(replies=replies), max_words=40), Kind.OVER_LENGTH)
    assert (found.system, found.message) == ("a", "41 words, cap 40")


def test_control_characters_in_replies_and_turns() -> None:
    assert control_character("a\tb\r\nc") == ""
    assert control_character("zero\u200dwidth 👩\u200d🚀 שלום") == ""
    assert control_character("a\x07") == "U+0007"
    assert control_character("\u202egnp.exe") == "U+202E"
    turns = [{"speaker": "seeker", "text": "bell\x07"}]
    replies = [reply("a", "over\u202eride here")]
    found = findings(linted(dialogue(turns=turns, replies=replies)), Kind.CONTROL_CHARACTERS)
    assert [(one.system, one.message) for one in found] == [
        ("", "U+0007 in a turn"),
        ("a", "U+202E in the reply"),
    ]


def test_a_system_whose_formatting_stands_out() -> None:
    dialogues = [
        dialogue(
            str(n),
            replies=[
                reply("plain", f"Two cups, I hear that {n}."),
                reply("other", f"What would you tell her {n}?"),
                reply("dashes", f"Two cups — what {'a' if n < 3 else '—'} sign {n}."),
            ],
        )
        for n in range(10)
    ]
    (found,) = findings(linted(*dialogues), Kind.FORMATTING_ASYMMETRY)
    assert (found.system, found.message) == (
        "dashes",
        "em dash in 100% of its replies, the others' median is 0%",
    )


def test_missing_cells_by_system_and_dialogue() -> None:
    full = dialogue("a")
    half = dialogue("b", replies=[reply("alpha", "A reply of its own, to this.")])
    none = dialogue("c", replies=[])
    examination = linted(full, half, none)
    assert cells(findings(examination, Kind.MISSING_CELL)) == [("b", "beta", 0)]
    assert examination.linter.coverage.gaps() == [("b", ["beta"])]


def test_twins_by_name_or_by_name_and_gaps() -> None:
    def covered(n: int, *systems: str) -> dict[str, Any]:
        return dialogue(str(n), replies=[reply(name, f"{name} says this to number {n}") for name in systems])

    examination = linted(
        covered(1, "m3", "x", "x_completion", "gpt4", "gpt4o"), covered(2, "m3pro", "x", "gpt4", "gpt4o")
    )
    assert [one.message for one in findings(examination, Kind.TWIN_SYSTEMS)] == [
        "m3 (1 dialogues) and m3pro (1) may be one system; 0 dialogues have both",
        "x (2 dialogues) and x_completion (1) may be one system; 1 dialogues have both",
    ]


def test_turns_that_look_wrong() -> None:
    turns = [*TURNS, {"speaker": "supporter", "text": " "}]
    assert counts(linted(dialogue(turns=turns))) == {"ends-on-supporter": 1, "blank-turn": 1}


def test_one_system_of_two_kinds() -> None:
    examination = linted(
        dialogue("a", replies=[reply("x", "Go on, I am listening.", kind="human")]),
        dialogue("b", replies=[reply("x", "What else is on your mind?")]),
    )
    (found,) = findings(examination, Kind.CONTRADICTORY_KIND)
    assert (found.dialogue, found.system) == ("b", "x")


def test_a_reply_left_out_counts_no_more_for_other_kinds() -> None:
    replies = [reply("a", "x " * 50 + "as an AI"), reply("b", "as an AI I say no.")]
    examination = linted(dialogue(replies=replies), max_words=10, exclude=frozenset({Kind.OVER_LENGTH}))
    assert counts(examination) == {"over-length": 1, "self-identification": 2}
    assert examination.warnings() == {Kind.SELF_IDENTIFICATION: 1}
    assert list(examination.left_out.values()) == [[Kind.OVER_LENGTH]]


def test_findings_beyond_the_kept_ones_are_counted() -> None:
    dialogues = [dialogue(str(n), replies=[reply("a", "")]) for n in range(KEPT + 5)]
    examination = linted(*dialogues)
    assert counts(examination) == {"placeholder": KEPT + 5}
    assert len(findings(examination, Kind.PLACEHOLDER)) == KEPT


def test_only_kinds_that_flag_replies_can_be_left_out() -> None:
    assert kinds_from(["placeholder", " over-length ", ""]) == {Kind.PLACEHOLDER, Kind.OVER_LENGTH}
    with pytest.raises(Refused, match="'missing-cell': it does not flag single replies"):
        kinds_from(["missing-cell"])
    with pytest.raises(Refused, match="'typo': it is no kind of finding"):
        kinds_from(["typo"])


def test_keys_of_replies_lead_back_to_them() -> None:
    names = Names()
    for n in range(3):
        names.dialogue(f"d{n}")
    keys = [names.key(n, system, 999) for n in range(3) for system in ("a", "b")]
    assert [names.place(key) for key in keys] == [
        (f"d{n}", system, 999) for n in range(3) for system in ("a", "b")
    ]


def test_more_systems_than_any_study_has_are_refused() -> None:
    names = Names()
    for n in range(4096):
        names.system(str(n))
    with pytest.raises(Refused, match="more than 4,095 systems"):
        names.system("one more")
