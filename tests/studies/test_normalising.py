"""Only typography changes: exact examples, and properties over any text."""

# ruff: noqa: RUF001  # marks that look alike are what this is about

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studies.normalising import PROFILES, Change, Piece, UnknownProfile, diff, kinds_of, pieces, shown

#: Texts made of what the rules look for, so that marks meet each other in every way.
MARKS = "*_`~#>-—–…“”‘’ \n\t\u00a0\u200b\u2028[](). 1aÉ!?\"':•https://x.y"
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from(MARKS), max_size=40),
    st.lists(
        st.sampled_from(["**", "*", "_", "--", "—", "\n", " ", "a", "B2", "> ", "- ", "[a](https://b)"])
    ).map("".join),
)


def plain(text: str) -> str:
    return shown(text, "plain-1")


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        ("I’m here. “Take your time,” she said…", 'I\'m here. "Take your time," she said...'),
        ("That’s hard—really hard.", "That's hard - really hard."),
        ("That is hard — really hard.", "That is hard - really hard."),
        ("That is hard -- really hard--so hard.", "That is hard - really hard - so hard."),
        ("I just—", "I just -"),
        ("You what—?", "You what -?"),
        ("“I just—” she said", '"I just -" she said'),
        ("9–5, a co‑worker, −3", "9-5, a co-worker, -3"),
        ("wait – no", "wait - no"),
        ("**You** matter, _really_, ***so*** much", "You matter, really, so much"),
        ("__This__ `matters` ~~not~~", "This matters not"),
        ("## First\n\n\n\n- breathe  in\n* out\n1. rest", "First\n\nbreathe in\nout\n1. rest"),
        ("> you said so\n\n---\n\nYes.", "you said so\n\nYes."),
        ("See [this page](https://example.org/a) now", "See this page (https://example.org/a) now"),
        ("```\nslow down\n```", "slow down"),
        ("one\u00a0two\u2009three\r\nfour\u2028five", "one two three\nfour\nfive"),
        ("\ufeffhello \u200b there ", "hello there"),
        ("> # - **a *b* c**", "a b c"),
    ],
)
def test_typography_is_evened_out(raw: str, after: str) -> None:
    assert plain(raw) == after


@pytest.mark.parametrize(
    "text",
    [
        *("i dont know what too say...", "NO WAY!!!", "so so sorry :( <3", "2*3*4 = 24", "snake_case_name"),
        *("well-known", "#1 in my book", "*sigh", "a _ b", "-5 degrees", "un*believ*able", "🫂 you got this"),
        *("one\n\ntwo", "«Bonjour»", "co\u00adop", "क्षमा करें", "wait....."),
    ],
)
def test_what_was_written_stays(text: str) -> None:
    assert plain(text) == text


def test_none_shows_the_raw_text() -> None:
    raw = " **“a”** — \n\n\n b "
    assert shown(raw, "none") == raw
    assert diff(raw, "none") == []


def test_a_profile_of_another_name_is_refused() -> None:
    with pytest.raises(UnknownProfile, match="unknown profile 'plain-9'; known are: none, plain-1"):
        shown("a", "plain-9")


def test_the_preview_names_each_change_and_its_place() -> None:
    assert diff("**Yes** — it’s “late”…", "plain-1") == [
        Change(0, "**", ""),
        Change(5, "** —", " -"),
        Change(12, "’", "'"),
        Change(15, "“", '"'),
        Change(20, "”…", '"...'),
    ]


@given(TEXTS)
@example("*\u2014*a*")
def test_letters_and_digits_are_never_touched(text: str) -> None:
    for profile in PROFILES:
        kept = [one for one in shown(text, profile) if one.isalnum()]
        assert kept == [one for one in text if one.isalnum()]


@given(TEXTS)
def test_words_are_neither_joined_nor_split(text: str) -> None:
    assert re.findall(r"[^\W_]+", plain(text)) == re.findall(r"[^\W_]+", text)


@given(TEXTS)
def test_showing_twice_is_showing_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(TEXTS)
def test_the_changes_lead_from_the_raw_text_to_the_shown_one(text: str) -> None:
    told = text
    for change in reversed(diff(text, "plain-1")):
        assert told[change.at : change.at + len(change.before)] == change.before
        told = told[: change.at] + change.after + told[change.at + len(change.before) :]
    assert told == plain(text)


def test_a_text_is_cut_at_its_changes() -> None:
    assert pieces("It’s **hard**", "plain-1") == [
        Piece("It", "’", "'"),
        Piece("s ", "**"),
        Piece("hard", "**"),
        Piece(""),
    ]
    assert pieces("It’s **hard**", "none") == [Piece("It’s **hard**")]


@given(TEXTS)
def test_the_pieces_give_both_texts(text: str) -> None:
    cut = pieces(text, "plain-1")

    assert "".join(piece.kept + piece.before for piece in cut) == text
    assert "".join(piece.kept + piece.after for piece in cut) == plain(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("It's hard - really...", set()),
        ("“It’s hard”", {"quotes"}),
        ("hard — really", {"dashes"}),
        ("hard -- really", {"dashes"}),
        ("hard--really", {"dashes"}),
        ("hard…", {"ellipses"}),
        ("- breathe\n- rest", {"markdown"}),
        ("One\n\n---\n\nTwo", {"markdown"}),
        ("**hard**", {"markdown"}),
        ("hard  here ", {"spaces"}),
        ("ha\u00adrd \u200b", {"spaces"}),
        ("**hard** — it’s\u00a0so…", {"markdown", "dashes", "quotes", "spaces", "ellipses"}),
    ],
)
def test_changes_are_told_by_kind(text: str, kinds: set[str]) -> None:
    assert kinds_of(text, "plain-1") == kinds
    assert kinds_of(text, "none") == set()


@given(TEXTS)
def test_what_differs_has_a_kind(text: str) -> None:
    assert bool(kinds_of(text, "plain-1")) is (plain(text) != text)
