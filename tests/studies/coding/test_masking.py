"""Masking by a table of hand-written sentences, and by properties of any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies import normalising
from studies.coding.masking import LABELS, PROFILE, masked
from studies.judging.prompts import COUPLES

pytestmark = pytest.mark.no_database
SLOTS = ("R7", "K2")
#: Seeds of which the one calls the reply shown first [one reply], the other [the other reply].
STRAIGHT, SWAPPED = "x", "1"
#: What is written, and what coders read: 1 and 2 stand for the labels of the replies shown first and second.
SENTENCES = (
    ("A is warm.B is cold", "{1} is warm.{2} is cold"),
    ("the 'B' answer", "the '{2}' answer"),
    ("A clearly wins. A gently names it.", "{1} clearly wins. {1} gently names it."),
    ("A family means a lot. A lovely thing.", "A family means a lot. A lovely thing."),
    ("First was warm. Second felt rushed.", "{1} was warm. {2} felt rushed."),
    ("First is that it asks. Second, it stays.", "First is that it asks. Second, it stays."),
    ("A reply no one asked for. Reply no 2, response nr 1.", "A reply no one asked for. {2}, {1}."),
    ("Erstere fragt nach, letztere nicht.", "{1} fragt nach, {2} nicht."),
    ("Mir gefällt die linke besser, die untere klingt kalt.", "Mir gefällt {1} besser, {2} klingt kalt."),
    ("Reply A listens, response B lectures.", "{1} listens, {2} lectures."),
    ("A is warmer than B.", "{1} is warmer than {2}."),
    ("I prefer A because it asks.", "I prefer {1} because it asks."),
    ("Reply-A asks, response-2 tells.", "{1} asks, {2} tells."),
    ("1st is better than 2nd.", "{1} is better than {2}."),
    ("Links ist besser.", "{1} ist besser."),
    ("A nice answer, but cold.", "A nice answer, but cold."),
    ("A bit too long. B is short.", "A bit too long. {2} is short."),
    ("A asks first and B jumps to advice.", "{1} asks first and {2} jumps to advice."),
    ("A understands her.", "{1} understands her."),
    ("A empathetic reply would be nicer.", "A empathetic reply would be nicer."),
    ("At first I liked it, but the second one is right.", "At first I liked it, but {2} is right."),
    ("The first one feels human; the second sounds off.", "{1} feels human; {2} sounds off."),
    ("The right thing is said on the left.", "The right thing is said on {1}."),
    ("The left one is kind, the right one is not.", "{1} is kind, {2} is not."),
    ("That was the right answer.", "That was the right answer."),
    ("1 thing it does well is to listen.", "1 thing it does well is to listen."),
    ("I chose 2 because it is kind. 1 is cold.", "I chose {2} because it is kind. {1} is cold."),
    ("R7 listens and K2 does not; r-7 asks.", "{1} listens and {2} does not; {1} asks."),
    ('Reply "R7"\'s tone is cold; (K2) is warm.', "{1}'s tone is cold; {2} is warm."),
    ("R7_much_better", "{1} much better"),
    ("As an impartial judge, I find that R7 shows task_following.", "I find that {1} shows task following."),
    ("As a mother, I feel that A gets it.", "As a mother, I feel that {1} gets it."),
    ('{"reason": "Reply R7 is warmer."}', "{1} is warmer."),
    ("<<0123456789ab reply K2>> It asks.", "It asks."),
    ("Antwort A ist wärmer, Antwort B klingt kalt.", "{1} ist wärmer, {2} klingt kalt."),
    ("Die erste fragt nach, die zweite nicht.", "{1} fragt nach, {2} nicht."),
    ("Die erste Antwort ist besser als die zweite Antwort.", "{1} ist besser als {2}."),
    ("Das erste Mal, dass jemand fragt.", "Das erste Mal, dass jemand fragt."),
    ("Bei B fühle ich mich verstanden, bei A nicht.", "Bei {2} fühle ich mich verstanden, bei {1} nicht."),
    ("The former asks, the latter tells.", "{1} asks, {2} tells."),
    ("B tells and A asks. I liked the latter.", "{2} tells and {1} asks. I liked the latter."),
    ("Her first response was to cry.", "Her first response was to cry."),
    ("Plan B was mentioned, and vitamin B too.", "Plan B was mentioned, and vitamin B too."),
    ("From A to B it is a long way. I give it an A.", "From A to B it is a long way. I give it an A."),
    ("I like it b/c it listens.", "I like it b/c it listens."),
    ("a is better than b", "{1} is better than {2}"),
    ("i prefer a", "i prefer {1}"),
    ("I liked reply a more; a reply one would expect.", "I liked {1} more; a reply one would expect."),
    ("Replies A and B both fail. Answers 1 and 2.", "Replies {1} and {2} both fail. Answers {1} and {2}."),
    ("A/B: no difference", "{1}/{2}: no difference"),
    ("A \u2014 because it\u2019s \u201cwarm\u201d\u2026", '{1} - because it\'s "warm"...'),
    ("The first sentence of the second reply.", "The first sentence of {2}."),
    ("A friend would not say so.", "A friend would not say so."),
    ("A focused on the loss, B focused on fixes.", "{1} focused on the loss, {2} focused on fixes."),
    ("The reply on the right is warm.", "{2} is warm."),
    ("It put her on the right track.", "It put her on the right track."),
    ("First, it names the feeling. Second, it asks.", "First, it names the feeling. Second, it asks."),
    ("The first and second reply are alike.", "{1} and {2} are alike."),
    ("She speaks in the first person.", "She speaks in the first person."),
    ("Reply one is good, the one below is not.", "{1} is good, {2} is not."),
    ("THIS IS A BETTER ANSWER", "THIS IS A BETTER ANSWER"),
    ("B's tone is off. A's isn't.", "{2}'s tone is off. {1}'s isn't."),
    ("A really good reply. A few words that help.", "A really good reply. A few words that help."),
    ("My first choice: A. Response #2; Option no. 1.", "My first choice: {1}. {2}; {1}."),
    ("One reply is cold, the other is warm.", "One reply is cold, the other is warm."),
    (
        "In a 60-second version the top one or two things.",
        "In a 60-second version the top one or two things.",
    ),
    ('It is like a "broken" record.', 'It is like a "broken" record.'),
    ("A just listens. A more natural than B.", "{1} just listens. {1} more natural than {2}."),
    ("A more human tone helps; a just cause.", "A more human tone helps; a just cause."),
    ("Definitely B! I went with A.", "Definitely {2}! I went with {1}."),
    ("  \n", ""),
    ("Reply one lists more, reply two sticks to it.", "{1} lists more, {2} sticks to it."),
    ("It is the answer one hopes for, or the kind of reply one needs.",) * 2,
    ("It answers 2 questions. She got a reply two days later. Give a person two options.",) * 2,
    (
        "The first cites her fear, the second clearly degraded it.",
        "{1} cites her fear, {2} clearly degraded it.",
    ),
    ("The first mentioned problem, the second related point, the first words her mother said.",) * 2,
    (
        "I like the first message more; in the second text she says so.",
        "I like {1} more; in the second text she says so.",
    ),
    ("The one at the top is warm, the right-hand response is not.", "{1} is warm, {2} is not."),
    ("A bit over the top. The top is warm, the bottom isn't.", "A bit over the top. {1} is warm, {2} isn't."),
    ("B is the right answer.", "{2} is the right answer."),
    ("R1 asks, R2 tells. R2 > R1", "{1} asks, {2} tells. {2} > {1}"),
    (
        "#2 cites more. \u2116 1 is kind. Look at #1, not #12.",
        "{2} cites more. {1} is kind. Look at {1}, not #12.",
    ),
    (
        "Both ask, but 2 gives no advice and 1 ends badly.",
        "Both ask, but {2} gives no advice and {1} ends badly.",
    ),
    ("2 people, and 1 related problem.", "2 people, and 1 related problem."),
    ("A more human, B more robotic.", "{1} more human, {2} more robotic."),
    ("A focused reply. A provided more.", "A focused reply. {1} provided more."),
    (
        "Both A and B; either (A) or (B). Outputs (a) and (b).",
        "Both {1} and {2}; either ({1}) or ({2}). Outputs ({1}) and ({2}).",
    ),
    ("It is a must, with a widely used phrase. Gives the person a more hopeful view.",) * 2,
    ("replyA, Option1, Speaker two, Person B, Assistant 1.", "{1}, {1}, {2}, {2}, {1}."),
    ("Version 2.0 of https://x.org/?q=A%20B", "Version 2.0 of https://x.org/?q=A%20B"),
    ("Antwort zwei klingt kalt. A nennt das Gef\u00fchl.", "{2} klingt kalt. {1} nennt das Gef\u00fchl."),
    ("Die Antwort oben ist besser als unten, Nummer 2 nicht.", "{1} ist besser als {2}, {2} nicht."),
    ("The reply links it to her loss.", "The reply links it to her loss."),
    # Letters of other widths are names too, and stay as they are elsewhere.
    ("\uff21 is \uff57arm, reply \uff22 at \u2460 is not.", "{1} is \uff57arm, {2} at \u2460 is not."),
    ("As a judge, as an AI, I prefer A.", "I prefer {1}."),
    ('{"reason": "{"reason": "A is warm."}"}', "{1} is warm."),
    ('<<0123456789ab reply K2>>{"reason": "It asks."}', "It asks."),
)


@pytest.mark.parametrize(("written", "read"), SENTENCES)
def test_a_sentence_is_read_as(written: str, read: str) -> None:
    for seed, labels in ((STRAIGHT, LABELS), (SWAPPED, LABELS[::-1])):
        expected = read.replace("{1}", labels[0]).replace("{2}", labels[1])
        assert masked(written, slots=SLOTS, seed=seed) == expected
        assert masked(expected, slots=SLOTS, seed=seed) == expected


def test_labels_tell_no_position_over_many_passages() -> None:
    straight = sum(masked("A", seed=str(number)) == LABELS[0] for number in range(2000))

    assert 940 <= straight <= 1060


@pytest.mark.parametrize("couple", COUPLES)
def test_no_slot_of_any_prompt_remains(couple: tuple[str, str]) -> None:
    first, second = couple
    said = (
        f"Reply {first} is warm, {second.lower()} isn't. {first}'s end; reply '{second}'; "
        f"{first}_a_little_better; ({second}) **{first}** {first[0]}-{first[1:]} {second[0]} {second[1:]}"
    )

    read = masked(said, slots=couple, seed="any")

    assert not re.search(
        rf"{first}|{second}|{first[0]}\W?{first[1:]}\b|{second[0]}\W?{second[1:]}\b", read, re.I
    )
    assert read.count("reply]") == 9


#: What makes a pattern try long, and how often: long gaps and runs, and names without end.
HOSTILE = (
    ("x", 100_000, "x" * 100_000),
    ("(", 100_000, "(" * 100_000),
    ("_", 100_000, ""),
    ('{"reason": "', 8_334, '{"reason":'),
    ('{"reason": "' + " " * 100_000, 1, ""),
    (" " * 100_000 + "{" * 100_000, 1, "{" * 100_000),
    ("As a judge, ", 8_334, "As a judge,"),
    ("<<0123456789ab", 7_143, "<<0123456789ab" * 7_143),
    ("<<0123456789ab" * 1_000 + ">>" * 1_000, 1, ""),
    ("A ", 5_000, "A " * 4_999 + "{1}"),
    ("B, ", 3_334, "{2}, " * 3_333 + "{2},"),
    ("the first ", 1_000, "the first " * 999 + "{1}"),
)


@pytest.mark.parametrize(("piece", "times", "read"), HOSTILE)
def test_a_hostile_text_is_read_in_time_that_grows_with_its_length(piece: str, times: int, read: str) -> None:
    expected = read.replace("{1}", LABELS[0]).replace("{2}", LABELS[1])

    assert masked(piece * times, slots=SLOTS, seed=STRAIGHT) == expected


PIECES = (
    "A B a b R7 K2 the The first second left right one reply Reply response is was better than and I prefer "
    "answer , . ; ' \" ( ) 1 2 die erste zweite Antwort former latter on it asks listens "
    "one two # R1 top message a more number \uff21 than oben used things ist"
)
WORDS = st.sampled_from([*PIECES.split(" "), "\n"])


@given(st.lists(WORDS, max_size=30), st.text(max_size=4))
def test_masking_again_changes_nothing_and_no_slot_is_left(words: list[str], seed: str) -> None:
    read = masked(" ".join(words), slots=SLOTS, seed=seed)

    assert masked(read, slots=SLOTS, seed=seed) == read
    assert "R7" not in read
    assert "K2" not in read
    assert not re.search(r"\b[Rr]e(?:ply|sponse) [AB]\b", read)


@given(st.lists(WORDS, max_size=30))
def test_all_that_names_no_reply_stays_in_its_order(words: list[str]) -> None:
    text = normalising.shown(" ".join(words), PROFILE)
    at = 0
    for kept in re.split(r"\[(?:one|the other) reply\]", masked(text, seed="any")):
        found = text.find(kept, at)
        assert found >= at
        at = found + len(kept)


@given(st.lists(WORDS, max_size=30))
def test_the_seed_swaps_the_labels_and_nothing_else(words: list[str]) -> None:
    text = " ".join(words)
    one, other = LABELS
    swapped = masked(text, slots=SLOTS, seed=SWAPPED)
    back = swapped.replace(one, "\0").replace(other, one).replace("\0", other)

    assert masked(text, slots=SLOTS, seed=STRAIGHT) == back


@given(st.text(alphabet=st.characters(exclude_characters="AaBb12_<{[\"'"), max_size=60))
def test_a_text_without_names_is_only_set_evenly(text: str) -> None:
    if not re.search(r"(?i)\b(?:reply|response|first|second|left|right|erste|former|latter)", text):
        assert masked(text, seed="any") == normalising.shown(text, PROFILE)
