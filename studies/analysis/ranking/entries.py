"""The rankings that the section tells of: one for each pair of eyes, dimension and slice with votes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studies.analysis.evidence import EVERYTHING, Evidence, Eyes
from studies.analysis.ranking.elo import ANCHOR
from studies.analysis.ranking.ranks import Ranks, rank_intervals
from studies.analysis.ranking.standing import Standing, stand
from studies.analysis.reading import Mask
from studies.analysis.verdicts import Verdicts
from studies.comparison import OVERALL


@dataclass(frozen=True, eq=False)
class Entry:
    """One ranking, and whose votes on what it is."""

    eyes: Eyes
    dimension: str
    slice: str
    standing: Standing
    decoys: Mask
    rng: np.random.Generator

    @cached_property
    def ranks(self) -> Ranks:
        core = self.standing.connection.core
        return rank_intervals(self.standing.strength, self.standing.spread, core, self.rng)

    @property
    def order(self) -> list[int]:
        """Systems but decoys, the best first, equals in their own order; those without a rank at the end."""
        rank = np.where(self.ranks.rank > 0, self.ranks.rank, len(self.ranks.rank) + 1)
        return [int(system) for system in np.argsort(rank, kind="stable") if not self.decoys[system]]


def entries_of(evidence: Evidence, verdicts: Verdicts) -> list[Entry]:
    """All that have votes: eyes, then dimensions, then slices, each in the evidence's order."""
    return evidence.once("rankings", lambda it: _entries(it, verdicts))


def _entries(evidence: Evidence, verdicts: Verdicts) -> list[Entry]:
    found = []
    for eyes in evidence.eyes:
        for dimension in evidence.dimensions:
            on = eyes.votes.take(eyes.votes.dimension == evidence.dimension_code(dimension))
            for name, dialogues in evidence.slices.items():
                votes = on if name == EVERYTHING else on.take(dialogues[on.dialogue])
                if len(votes):
                    standing = stand(votes, len(verdicts.systems), verdicts.humans)
                    found.append(entry_of(evidence, eyes, dimension, name, standing))
    return found


def first_read(entries: list[Entry]) -> list[Entry]:
    """Overall, on all dialogues, by raters and the jury; by everybody where there are neither."""
    overall = [entry for entry in whole(entries) if entry.dimension == OVERALL] or whole(entries)[:1]
    headline = [entry for entry in overall if entry.eyes.kind != "judge"]
    return headline or overall


def whole(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.slice == EVERYTHING]


def said_of(entry: Entry, systems: tuple[str, ...]) -> Iterator[str]:
    """Sentences on the anchor, on what the votes do not link, on the prior, and on single clusters."""
    connection = entry.standing.connection
    names = [systems[system] for system in np.flatnonzero(connection.anchor)]
    if not connection.by_people:
        yield f"No person's system is ranked here: the mean of {_listed(names)} is {ANCHOR:.0f}."
    elif len(names) > 1:
        yield f"The mean of people's systems, {_listed(names)}, is {ANCHOR:.0f}."
    if connection.by_people and len(names) > 1 and _by_two_writers(entry):
        yield _TWO_WRITERS
    for word, sentence in _SENTENCES.items():
        group = [
            systems[system]
            for system, remark in connection.remarks.items()
            if remark == word and not entry.decoys[system]
        ]
        if group:
            yield sentence.format(_listed(group))
    if entry.standing.prior:
        yield (
            f"One-sided systems are placed by a normal prior around the anchor of precision "
            f"{entry.standing.prior:g} (ridge, in squared log odds); no prior touches the others."
        )
    if entry.standing.core_votes.value.any():
        for way, count in entry.standing.spread.clusters.items():
            if count == 1 and not (way == "rater" and entry.eyes.kind == "judge"):
                yield f"All answers are of one {way}: what is found holds for it alone."
    else:
        yield "Every answer is a tie: all systems are equal, and how sure that is cannot be told."


def _by_two_writers(entry: Entry) -> bool:
    votes, people = entry.standing.core_votes, entry.standing.connection.anchor > 0
    return bool(np.any(people[votes.a] & people[votes.b] & (votes.writer < 0)))


#: What the lead says of the baseline, whoever answered.
WEIGHS_ANSWERS = (
    "The ranking weighs answers, not writers, equally: its human baseline is the mix of people's replies as "
    "it was rated, where the shares of preference give every writer the same weight."
)
_TWO_WRITERS = (
    "Answers on two people's replies that are not known to be by one writer are clustered by dialogue and "
    "rater alone."
)
_SENTENCES = {
    "never lost": "{} never lost to, or tied with, the systems below: strength without upper bound.",
    "never won": "{} never won against, or tied with, the systems above: strength without lower bound.",
    "linked one way only": "{} won all answers against some systems and lost all against others: no bounds.",
    "not linked": "{} cannot be ranked: no chain of answers links the group with the anchor.",
    "no votes": "{} has no answers here.",
}


def _listed(names: list[str]) -> str:
    return ", ".join(names)


def entry_of(evidence: Evidence, eyes: Eyes, dimension: str, name: str, standing: Standing) -> Entry:
    """One ranking, with random numbers of its own."""
    rng = evidence.rng(f"ranks {eyes.key} {dimension} {name}")
    return Entry(eyes, dimension, name, standing, evidence.decoys, rng)
