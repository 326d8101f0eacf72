"""The text of a registration: OSF's headings, the protocol's words, and open fields for the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pytest

from studies.analysis.recording.contrasts_in_words import decided_by, hypothesis
from studies.analysis.recording.registering import registered_text
from studies.protocol import Contrast, Exclusion
from tests.studies.judging import material

SHA256: Final = "a" * 64
PEOPLE: Final = Contrast("people", "human_vs_models", "raters", "", "", "overall", "", "two_sided", 0.0, 0.05)
PREFERRED: Final = "the share by which raters prefer people's replies to models'"
TAGGED: Final = "on dialogues tagged hard, minus the same on all other dialogues"
AGREES: Final = "how often the jury of language models agrees with a rater"
HEADINGS: Final = [
    "# Preregistration: Kind words",
    "## Study information", "### Title", "### Description", "### Hypotheses",
    "## Design plan", "### Study type", "### Blinding", "### Study design", "### Randomisation",
    "## Sampling plan", "### Existing data", "### Data collection procedures", "### Sample size",
    "### Sample size rationale", "### Stopping rule",
    "## Variables", "### Manipulated variables", "### Measured variables", "### Indices",
    "## Analysis plan", "### Statistical models", "### Transformations", "### Inference criteria",
    "### Data exclusion", "### Missing data", "### Exploratory analysis",
    "## Other",
    "## Appendix: what raters read", "### Consent", "### Content note", "### Instructions",
]  # fmt: skip


def part(text: str, heading: str) -> str:
    """What stands under a heading."""
    return text.partition(f"{heading}\n\n")[2].partition("\n\n#")[0]


def test_headings_are_those_of_the_template() -> None:
    text = registered_text(material.protocol(), SHA256)
    assert [line for line in text.splitlines() if line.startswith("#")] == HEADINGS
    assert text.count(SHA256) == 2


def test_an_exploratory_study_says_so() -> None:
    text = registered_text(material.protocol(), SHA256)
    assert part(text, "### Hypotheses") == (
        "The protocol names no confirmatory contrast. The study is exploratory: no hypothesis is tested."
    )
    assert part(text, "### Inference criteria") == "Nothing is tested to confirm it; intervals are 95 %."


@pytest.mark.parametrize(
    ("change", "claim", "test"),
    [
        (
            {},
            f"{PREFERRED}, minus one half (overall) differs from 0.",
            "two-sided test against 0, α = 0.05.",
        ),
        (
            {"slice": "hard", "sidedness": "greater"},
            f"{PREFERRED}, minus one half, on dialogues tagged hard (overall) is above 0.",
            "one-sided test, above 0, α = 0.05.",
        ),
        (
            {"estimand": "system_vs_system", "system": "m1", "against": "m2", "sidedness": "less"},
            "the share by which raters prefer m1 to m2, minus one half (overall) is below 0.",
            "one-sided test, below 0, α = 0.05.",
        ),
        (
            {"estimand": "slice_difference", "slice": "hard"},
            f"{PREFERRED} {TAGGED} (overall) differs from 0.",
            "two-sided test against 0, α = 0.05.",
        ),
        (
            {"estimand": "judge_agreement", "source": "jury", "sidedness": "equivalence", "margin": 0.05},
            f"{AGREES}, minus how often another rater does (overall) lies within ±5 points.",
            "two one-sided tests (Schuirmann, 1987) against ±5 points, α = 0.05.",
        ),
    ],
)
def test_a_contrast_is_a_hypothesis_in_words(change: dict[str, object], claim: str, test: str) -> None:
    contrast = replace(PEOPLE, **change)  # type: ignore[arg-type]
    assert hypothesis(contrast) == f"**people**: {claim}"
    assert decided_by(contrast) == f"**people**: {test}"
    text = registered_text(replace(material.protocol(), contrasts=(contrast,)), SHA256)
    assert part(text, "### Hypotheses") == f"1. **people**: {claim}"
    assert part(text, "### Inference criteria").endswith(f"1. **people**: {test}")


def test_each_dimension_stands_word_for_word_with_the_answers() -> None:
    assert part(registered_text(material.protocol(scale=3), SHA256), "### Measured variables") == (
        "Answers to each question: “A is better”, “No difference”, “B is better” (-1 A is better, 0 No "
        "difference, +1 B is better; below 0 the reply shown first is better).\n\n- **Overall "
        "preference** (`overall`): Which reply would help more?\n\n- **Human Alignment** "
        "(`human_alignment`): Which is more natural here? (stiff – natural)\n\n- **Attunement** "
        "(`attunement`): Which follows more closely? (general comfort – own details)\n\nA written "
        "reason is required."
    )


def test_plan_exclusions_and_stopping_rule_are_the_protocols() -> None:
    journey = replace(material.protocol().journey, decoys_per_rater=2, training_pairs=1, repeats_percent=10)
    document = replace(
        material.protocol(),
        journey=journey,
        exclusion_rules=(Exclusion("decoys_lost", 2), Exclusion("checks_failed", 1)),
        stopping_rule="Until every pair has two ratings.",
    )
    text = registered_text(document, SHA256)
    assert part(text, "### Study design") == (
        "Each pair is rated by 2 raters. A rater gets at most 4 main pairs, at most 1 pair of one "
        "dialogue, in at most 90 minutes. All questions on a pair stand on one page. Besides there are, "
        "for each rater, 1 training pair, 2 decoys and repeats of 10 % of the pairs. Replies are shown "
        "as they came."
    )
    assert part(text, "### Data exclusion").startswith(
        "Raters are left out for at least 2 lost decoys or at least 1 failed attention checks. Always "
        "left out are "
    )
    assert part(text, "### Stopping rule") == "Until every pair has two ratings."


def test_what_the_protocol_cannot_know_is_open_and_nothing_else_looks_so() -> None:
    text = registered_text(material.protocol(), SHA256)
    assert re.findall(r"\*\*\[to be completed: ([^\]]+)\]\*\*", text) == [
        "background and purpose of the study",
        "experiment or observational study, in the registry's words",
        "whether those who analyse the data are blinded",
        "whether any data exist, and who has seen them",
        "where and how raters are recruited, who may take part",
        "number of main pairs and of raters",
        "power or precision; see the planning sheet",
        "stopping rule",
        "the systems and how their replies were made",
        "anything else about missing data",
        "whether reasons or replies are coded: by which codebook, by whom, of which texts",
        "responsible",
        "contact",
        "retention",
        "board and number",
    ]


def test_what_raters_read_stands_word_for_word_whatever_is_in_it() -> None:
    consent = "# I agree\n\n```\n**freely** | and   gladly"
    texts = replace(
        material.protocol().texts, consent=consent, instructions="Read both.", reward="£5  in all"
    )
    text = registered_text(replace(material.protocol(), texts=texts), SHA256)
    assert f"### Consent\n\n````text\n{consent}\n````\n" in text
    assert part(text, "### Instructions") == "```text\nRead both.\n```\n"
    assert part(text, "### Content note") == "_None in the protocol._"
    assert "Reward as raters read it: £5 in all." in part(text, "### Data collection procedures")
