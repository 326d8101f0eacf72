"""How the two replies of a pair differ in writing: length, formatting marks, question marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import numpy as np

from studies import normalising
from studies.analysis.evidence import Evidence
from studies.analysis.ranking.counting import Floats
from studies.analysis.reading import TextTable
from studies.analysis.verdicts import Verdicts
from studies.analysis.votes import Votes

RESPONSES: Final = "responses.csv"
#: Keys of the covariates and what a reader is told about each.
COVARIATES: Final[Mapping[str, str]] = {
    "length": "Length (words)",
    "formatting": "Formatting marks",
    "questions": "Question marks",
}
#: Headings, list items, bold or italic stretches, links.
_FORMATTING: Final = re.compile(
    r"^[ \t]*(?:#{1,6}|[-*\u2022]|\d{1,3}[.)])[ \t]+(?=\S)"
    r"|(?<![\w*])\*{1,3}[^\s*][^*\n]*\*{1,3}|(?<![\w_])_{1,3}[^\s_][^_\n]*_{1,3}"
    r"|\[[^\[\]\n]+\]\([^\s()]+\)",
    re.MULTILINE,
)
#: Plain, full width, Arabic, Greek (a semicolon's look-alike is left out).
_QUESTIONS: Final = re.compile("[?\uff1f\u061f]")


def missing(evidence: Evidence) -> str:
    """The sentence why there is no style-adjusted ranking; empty where there can be one."""
    if evidence.verdicts is None:
        return "There is no table of verdicts."
    if RESPONSES not in evidence.tables or "text" not in evidence.tables[RESPONSES]:
        return "responses.csv with the replies' texts is missing: with it, writing style can be held equal."
    if not (evidence.verdicts.says("response_first") and evidence.verdicts.says("response_second")):
        return "The verdicts do not say which replies were shown (response_first, response_second)."
    return ""


def style_of_pairs(evidence: Evidence, verdicts: Verdicts) -> Floats:
    """Counts of words, formatting marks and question marks (pairs × 2 replies × 3), a's reply first.

    Texts are counted as they were shown, by the protocol's profile. NaN where a pair's reply is not known.
    """
    table = evidence.tables[RESPONSES]
    profile = evidence.protocol.design.shown_profile if evidence.protocol else "none"
    counted = {
        name: _counted(text, profile)
        for name, text in zip(table["response"].texts(), table["text"].texts(), strict=True)
    }
    found = np.full((len(verdicts.pair.labels), 2, len(COVARIATES)), np.nan)
    for column, shown_first in (("response_first", True), ("response_second", False)):
        by_label = _by_label(verdicts.table, column, counted)
        is_a = verdicts.a_first == shown_first
        for side, rows in ((0, is_a), (1, ~is_a)):
            found[verdicts.pair.codes[rows], side] = by_label[verdicts.table[column].codes[rows]]
    return found


def differences(votes: Votes, style: Floats) -> Floats:
    """What speaks for a's reply, each between −1 and 1 (votes × 3); NaN where a reply is not known.

    Length: tanh of the difference in words over its root mean square, as in length-controlled AlpacaEval
    (Dubois et al. 2024, arXiv 2404.04475). Marks: (a − b) / (a + b), 0 where neither has any, as in the style
    control of Chatbot Arena (Li, Angelopoulos & Chiang 2024).
    """
    a, b = style[votes.pair, 0], style[votes.pair, 1]
    gap, total = a - b, a + b
    shares = np.divide(gap, total, out=np.where(np.isnan(gap), np.nan, 0.0), where=total > 0)
    known = np.isfinite(gap[:, 0])
    deviation = float(np.sqrt(np.mean(gap[known, 0] ** 2))) if known.any() else 0.0
    shares[:, 0] = np.tanh(gap[:, 0] / deviation) if deviation > 0 else gap[:, 0]
    return np.asarray(shares)


def _counted(text: str, profile: str) -> tuple[float, float, float]:
    text = normalising.shown(text, profile)
    return len(text.split()), len(_FORMATTING.findall(text)), len(_QUESTIONS.findall(text))


def _by_label(table: TextTable, column: str, counted: Mapping[str, tuple[float, float, float]]) -> Floats:
    nothing = (np.nan,) * len(COVARIATES)
    rows = [counted.get(label, nothing) for label in table[column].labels]
    return np.array(rows).reshape(-1, len(COVARIATES))
