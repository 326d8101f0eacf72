"""What lint sees in a single text or name."""

import pytest

from studies.importing.lint.coverage import alike
from studies.importing.lint.shape import formatting, is_placeholder
from studies.importing.lint.voice import seeker_voice, self_identification


def words(text: str) -> frozenset[str]:
    return frozenset("".join(one if one.isalnum() else " " for one in text.lower()).split())


@pytest.mark.parametrize(
    "text",
    [
        *("", " \n", "(your response)", "(missing response)", r"\n", r" \n\n ", "[Your reply here]"),
        *("{response}", "<insert reply>", "N/A", "null", "None", "nan", "...", "…", "-", "—", "TODO"),
        *("No response", "Lorem ipsum dolor sit amet", '""', "(nananananananananananananananana)"[:0]),
    ],
)
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        *("No.", "Hm.", "I see", "(sighs)", "(hugs you)", "ok", "None of this is your fault.", "<3"),
        *("No reply from her yet?", "[" * 79, "(" + "na" * 39, ":)", "42", "Null and void, he said."),
    ],
)
def test_short_replies_are_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry for snapping. I'm just so overwhelmed.",
        "sorry, i snapped at you unfairly",
        "I'm sorry, that was unfair of me.",
        "I'm taking it out on you and I know it.",
        "I just need someone to listen right now.",
        "I need to feel heard, that is all.",
        "I feel really frustrated and hopeless right now.",
        "I'm feeling so alone.",
        "I don't know what to do anymore.",
        "I know you're trying; I'm just worn out.",
    ],
)
def test_the_seekers_voice(text: str) -> None:
    assert seeker_voice(text.lower(), words(text))


@pytest.mark.parametrize(
    "text",
    [
        "I'm so sorry for what happened to you.",
        "I'm sorry for asking what you already told me.",
        "It sounds like you feel frustrated and alone.",
        "I feel sad that you are so overwhelmed.",
        "When I feel overwhelmed, I take a slow breath.",
        "I was stuck once, too. What helped you before?",
        "Do you need someone to talk to?",
        "That sounds frustrating.",
        "I hear you. I'm here to listen.",
    ],
)
def test_the_supporters_voice(text: str) -> None:
    assert seeker_voice(text.lower(), words(text)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "As an AI, I cannot feel that.",
        "I'm just a language model, but I am listening.",
        "I am ChatGPT.",
        "I'm Claude, and I am here for you.",
        "Ask GPT-4o about it.",
        "I was made by OpenAI.",
        "That is beyond my programming.",
    ],
)
def test_self_identification(text: str) -> None:
    assert self_identification(text.lower(), words(text))


@pytest.mark.parametrize(
    "text",
    [
        "My friend Claude moved away, too.",
        "The washing machine broke? Oh no.",
        "Are you a Gemini?",
        "Learning a language is hard.",
        "Do you see a virtual therapist?",
        "The training was long, I bet.",
    ],
)
def test_words_that_only_look_like_it(text: str) -> None:
    assert self_identification(text.lower(), words(text)) == ""


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("plain, 3 * 4 # not - markdown", []),
        ("**bold** words", ["markdown"]),
        ("Steps:\n1. rest\n2. eat", ["markdown"]),
        ("- rest", ["markdown"]),
        ("# Title", ["markdown"]),
        ("so — there", ["em dash"]),
        ("take care 🫶", ["emoji"]),
        ("**a** — ❤️", ["markdown", "em dash", "emoji"]),
    ],
)
def test_formatting(text: str, features: list[str]) -> None:
    assert formatting(text) == features


def test_white_space_by_the_megabyte_is_read_in_no_time() -> None:
    assert formatting("\n" * 1_000_000) == []


@pytest.mark.parametrize(
    ("one", "two", "same", "prefix"),
    [
        ("gpto3", "gpto3_completion", True, False),
        ("kimik2", "Kimi-K2", True, False),
        ("gpt-4.1", "gpt41_response", True, False),
        ("gemini3", "gemini3pro", False, True),
        ("gpt4", "gpt41", False, False),
        ("gpt5", "gemini3", False, False),
        ("_completion", "gpt5", False, False),
    ],
)
def test_names_that_look_alike(one: str, two: str, same: bool, prefix: bool) -> None:
    assert alike(one, two) == alike(two, one) == (same, prefix)
