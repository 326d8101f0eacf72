"""Which pairs were drawn for raters, from pairs.csv."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studies.analysis.agreement.pairs import in_part
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.reading import CannotRead, Coded
from studies.analysis.replacing.assisted import FEWEST_SHARED, Drawn
from studies.analysis.verdicts import MAIN, Verdicts, joined
from studies.analysis.votes import Votes

PAIRS = "pairs.csv"
NOT_DRAWN = (
    "Judge-assisted estimates are not shown: they stand on raters' pairs having been drawn by seed from "
    "all pairs that judges answered, with the probability of each in the column p_rated of pairs.csv, "
    "above 0 and under 1. There is no such column."
)

Floats = NDArray[np.float64]


def probabilities(evidence: Evidence) -> Floats | None:
    """How likely each pair of the verdicts was drawn for raters; not a number where pairs.csv has no main
    pair of that name. None where the plan drew nothing. Raises CannotRead for what is no probability.
    """
    if evidence.verdicts is None or PAIRS not in evidence.tables:
        return None
    table = evidence.tables[PAIRS]
    if "p_rated" not in table or "dialogue" not in table:
        return None
    main = table["kind"].equals(MAIN) if "kind" in table else np.ones(table.rows, dtype=bool)
    drawn = main & ~table["p_rated"].equals("")
    if not drawn.any():
        return None
    shares = np.array([_number(label) for label in table["p_rated"].labels])[table["p_rated"].codes]
    if not np.all((shares[drawn] > 0) & (shares[drawn] < 1)):
        raise CannotRead("pairs.csv: p_rated must be above 0 and under 1, or empty")
    return _at_verdicts(evidence.verdicts, joined(table["dialogue"], table["pair"], "/"), shares, drawn)


def drawn_pairs(evidence: Evidence, judge: Votes, dimension: str, chances: Floats) -> Drawn | str:
    """Votes and the judge's answers on pairs of a person's and a model's reply that had a chance to be drawn;
    or the sentence why there are too few. Pairs that the judge did not answer are not estimated, nor models
    of which raters answered none.
    """
    if evidence.raters is None:
        return "There are no raters' votes to put the judge right."
    known = np.isfinite(chances)
    votes, answers = (
        _of_people(evidence, in_part(evidence, each, dimension, EVERYTHING), known)
        for each in (evidence.raters, judge)
    )
    votes = votes.take(np.isin(votes.pair, answers.pair))
    answers = answers.take(np.isin(answers.b, votes.b))
    pairs, first, place = np.unique(answers.pair, return_index=True, return_inverse=True)
    judged = np.bincount(place, answers.score) / np.bincount(place) if len(answers) else np.zeros(0)
    shared = len(np.unique(votes.pair))
    if shared < FEWEST_SHARED:
        return f"{FEWEST_SHARED} pairs that raters and judge answered are needed; there are {shared}."
    return Drawn(
        votes.score,
        np.searchsorted(pairs, votes.pair),
        votes.source,
        judged,
        chances[pairs],
        answers.dialogue[first],
        answers.writer[first],
        answers.b[first],
    )


def _of_people(evidence: Evidence, votes: Votes, known: NDArray[np.bool_]) -> Votes:
    """The votes on pairs of one person's reply and one model's."""
    humans = evidence.verdicts.humans if evidence.verdicts is not None else 0
    return votes.take((votes.a < humans) & (votes.b >= humans) & known[votes.pair])


def _number(label: str) -> float:
    if label == "":
        return float("nan")
    try:
        return float(label)
    except ValueError:
        raise CannotRead(f"pairs.csv: p_rated is {label!r}, no number") from None


def _at_verdicts(verdicts: Verdicts, pair: Coded, shares: Floats, drawn: NDArray[np.bool_]) -> Floats:
    by_label = dict(zip(pair.take(drawn).texts(), shares[drawn].tolist(), strict=True))
    return np.array([by_label.get(label, np.nan) for label in verdicts.pair.labels], dtype=float)
