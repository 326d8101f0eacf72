from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.comparison import ShownTurn
from studies.generation.checks import Flag, flags_of, sentences_in
from studies.generation.prompts import LengthPolicy

TURNS = (
    ShownTurn("seeker", "Nobody has asked me how I am."),
    ShownTurn("supporter", "I am glad that you came here."),
    ShownTurn("seeker", "Thank you."),
)
NO_LIMITS = LengthPolicy()


def flags(text: str, policy: LengthPolicy = NO_LIMITS) -> set[str]:
    return {flag.value for flag in flags_of(text, policy=policy, turns=TURNS)}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "I'm so sorry. What was his name?",
            "Thank you.",
            "I am glad that you came here.",
            "Hm… take your time.",
        ),
        *("I felt lost too when my father died. How are you holding up?", "It is 3 * 4 * 5 to one.", "❤️"),
        *("Let me say it like this: you are not alone.", "The response: silence. That hurts, doesn't it?"),
        *("You could say: “I need you.”", "Maybe option 1: call her. What do you think?"),
    ],
)
def test_a_sound_reply_has_no_flag(text: str) -> None:
    assert flags(text, LengthPolicy(40, 3)) == set()


@pytest.mark.parametrize("text", ["", " \n", "...", "(your reply)", "[insert response]", "N/A", "null"])
def test_empty(text: str) -> None:
    assert flags(text, LengthPolicy(max_words=0)) == {"empty"}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Sorry for snapping at you earlier.", "wrong_role"),
        ("I don\u2019t know what to do anymore.", "wrong_role"),
        ("nobody has asked me how I am", "wrong_role"),
        ("That is **so** hard.", "markdown"),
        ("That is *so* hard.", "markdown"),
        ("Try this:\n- sleep\n- eat", "markdown"),
        ("# Hello", "markdown"),
        ("Supporter: That is hard.", "label_prefix"),
        ('"Supporter": That is hard.', "label_prefix"),
        ("The supporter's next reply: That is hard.", "label_prefix"),
        ("That is hard.\nSeeker: Yes.", "several_replies"),
        ("That is hard. Seeker: Yes. Supporter: I see.", "several_replies"),
        ("Option 1: That is hard.\nOption 2: I see.", "several_replies"),
        ("Reply A) That is hard.\nReply B) I see.", "several_replies"),
        ("As an AI, I have no dog.", "self_identification"),
        ("I'm just a language model, but I hear you.", "self_identification"),
    ],
)
def test_one_flag(text: str, flag: str) -> None:
    assert flags(text) == {flag}


def test_several_flags() -> None:
    assert flags(
        "**Seeker:** I'm sorry for snapping.\nSupporter: no harm done", LengthPolicy(max_words=3)
    ) == {
        *("wrong_role", "markdown", "label_prefix", "several_replies", "over_long"),
    }


@pytest.mark.parametrize(
    ("policy", "is_over"),
    [
        (LengthPolicy(max_words=7), False),
        (LengthPolicy(max_words=6), True),
        (LengthPolicy(max_sentences=2), False),
        (LengthPolicy(max_sentences=1), True),
        (LengthPolicy(7, 1), True),
        (NO_LIMITS, False),
    ],
)
def test_over_long(policy: LengthPolicy, is_over: bool) -> None:
    assert flags("That is hard. What happened to-day, then?", policy) == ({"over_long"} if is_over else set())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("No end mark", 1),
        ("One. Two! Three?", 3),
        ("Wait... what?! Really…", 2),
        ("I met Dr. Smith at 3 p.m. yesterday, e.g. then.", 1),
        ("He said “no.” Then he left.", 2),
        ("One\n\nTwo", 2),
        ("one line\nthe next", 1),
        ("It is 3.5 miles.", 1),
        ("Oh no. 😢", 1),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert sentences_in(text) == sentences


@given(st.text(max_size=200))
def test_any_text_can_be_checked(text: str) -> None:
    found = flags_of(text, policy=LengthPolicy(40, 3), turns=TURNS)
    assert Flag.EMPTY not in found or found == {Flag.EMPTY}
