"""Speakers are data: mapped by name, never guessed."""

import pytest

from studies.importing.records import Options, Refused
from studies.importing.roles import NO_SPEAKERS, ROLES, role_of, tell


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("seeker", "seeker"),
        ("Help-Seeker", "seeker"),
        ("usr", "seeker"),
        ("USER", "seeker"),
        ("speaker", "seeker"),
        ("Patient:", "seeker"),
        ("sys", "supporter"),
        ("Assistant", "supporter"),
        ("listener", "supporter"),
        ("Agent", "supporter"),
    ],
)
def test_aliases(label: str, role: str) -> None:
    assert role_of(label) == role


@pytest.mark.parametrize("label", ["A", "B", "1", "human", "system", "speaker1", "", "narrator"])
def test_labels_that_could_be_either_are_refused(label: str) -> None:
    with pytest.raises(Refused) as caught:
        role_of(label)
    assert caught.value.why == f"unknown speaker {label!r}"
    assert all(known in caught.value.remedy for known in ROLES)


def test_mapped_labels_are_counted_and_the_roles_own_names_are_not() -> None:
    told = tell(["usr", "supporter", "usr", "sys"], list("abcd"), Options())
    assert [turn.speaker for turn in told.turns] == ["seeker", "supporter", "seeker", "supporter"]
    assert told.aliases == (("usr → seeker", 2), ("sys → supporter", 1))


def test_speakers_on_some_turns_only_are_refused_even_with_a_first_speaker() -> None:
    with pytest.raises(Refused, match="1 of 2 turns have no speaker"):
        tell(["seeker", None], ["a", "b"], Options(first_speaker="seeker"))


def test_without_speakers_nothing_is_guessed() -> None:
    with pytest.raises(Refused) as caught:
        tell([None, None], ["a", "b"], Options())
    assert caught.value.why == NO_SPEAKERS
    assert "--first-speaker supporter" in caught.value.remedy


def test_the_first_speaker_alternates_and_leaves_a_note() -> None:
    told = tell([None, "", None], list("abc"), Options(first_speaker="supporter"))
    assert [turn.speaker for turn in told.turns] == ["supporter", "seeker", "supporter"]
    assert told.meta({"x": 1}) == {"x": 1, "speakers_assumed": "alternating, supporter first"}


def test_the_first_speaker_changes_nothing_where_speakers_are_known() -> None:
    told = tell(["seeker"], ["a"], Options(first_speaker="supporter"))
    assert (told.turns[0].speaker, told.assumed, told.meta({})) == ("seeker", False, {})


def test_merging_is_a_choice() -> None:
    labels, texts = ["seeker", "seeker", "supporter", "seeker"], list("abcd")
    apart = tell(labels, texts, Options())
    joined = tell(labels, texts, Options(merge_turns=True))
    assert ([turn.text for turn in apart.turns], apart.merged) == (["a", "b", "c", "d"], 0)
    assert ([turn.text for turn in joined.turns], joined.merged) == (["a\nb", "c", "d"], 1)
