"""Every pair of systems: raw wins, ties and losses, and the share of preference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.clusters import Clusters
from studies.analysis.evidence import EVERYTHING, Evidence, Eyes
from studies.analysis.preference.comparing import Shares
from studies.analysis.preference.outcomes import SHARE, outcomes
from studies.analysis.preference.rows import N, Row
from studies.analysis.preference.telling import intervals, left_out
from studies.analysis.reading import Mask
from studies.analysis.results import Column, Estimate, Figure, Section, Table
from studies.analysis.votes import Votes

_KEY, _TITLE = "systems_compared", "Every system against every other"
PLACE: Final = (Column("eyes", "Who answered"), Column("dimension", "Dimension"), Column("slice", "Slice"))
PAIR: Final = (Column("system", "System"), Column("against", "Against"))
COUNTS: Final = (
    Column("wins", "Wins", "count"),
    Column("ties", "Ties", "count"),
    Column("losses", "Losses", "count"),
)
SHARE_OF: Final = Column("share", "Share of preference (ties half)", "share")
_LEAD: Final = "How often the system of the row is preferred to that of the column."
_NOTE: Final = (
    "Wins, ties and losses are counted as they came; a judge's two orders of one pair share one count. The "
    "share counts ties half and, on pairs of a person's and a model's reply, each known writer the same."
)
_TWO_PEOPLE: Final = "Pairs of two people's replies do not cluster by writer: they have two."


class Meetings:
    """One kind of eyes' votes by dimension and pair of systems: a group for each that occurs."""

    def __init__(self, votes: Votes, systems: int) -> None:
        self.votes = votes
        key = (votes.dimension.astype(np.int64) * systems + votes.a) * systems + votes.b
        found, groups = np.unique(key, return_inverse=True)
        self.groups = groups.astype(np.int64)
        self.dimension, pair = np.divmod(found, systems**2)
        self.a, self.b = np.divmod(pair, systems)
        self.count = len(found)
        self._clusters = Clusters(votes.ways, self.groups, self.count)

    def counts(self, rows: Mask) -> Floats:
        """Raw wins, ties and losses of a (groups × 3), by the votes' weights."""
        weight = np.where(rows, self.votes.weight, 0.0)
        signs = np.sign(self.votes.value)
        return np.stack(
            [
                np.bincount(self.groups, weights=weight * (signs == sign), minlength=self.count)
                for sign in (-1, 0, 1)
            ],
            axis=1,
        )

    def shares(self, rows: Mask) -> Shares:
        """The share of preference for a."""
        found = outcomes(self.votes, rows, self.groups, np.arange(self.count), self.count)
        spread = self._clusters.spread(found.influence[:, : SHARE + 1], rows)
        return Shares(found, spread, columns=(SHARE,))


def systems_compared(evidence: Evidence) -> Section:
    """The raw win matrix of each kind of eyes, and every pair's share."""
    if evidence.verdicts is None or not evidence.eyes:
        return Section(_KEY, _TITLE, absent="There are no answers: verdicts.csv would bring them.")
    told = [(eyes, votes) for eyes in evidence.eyes if len(votes := without_decoys(evidence, eyes.votes))]
    rows = [row for eyes, votes in told for row in _rows(evidence, eyes, votes)]
    if not rows:
        return Section(
            _KEY, _TITLE, absent="There are no answers on pairs of two systems that are no decoys."
        )
    note = _note(evidence, told)
    columns = (*PLACE, *PAIR, *COUNTS, N, SHARE_OF)
    return Section(
        _KEY,
        _TITLE,
        lead=(_LEAD, *left_out(told, ("dialogue", "rater"))),
        parts=(
            *_figures(evidence, rows, note),
            Table("systems_compared_full", "Every pair of systems", columns, rows, note),
        ),
    )


def without_decoys(evidence: Evidence, votes: Votes) -> Votes:
    made = evidence.decoys
    return votes.take(~made[votes.a] & ~made[votes.b])


def _note(evidence: Evidence, told: Sequence[tuple[Eyes, Votes]]) -> str:
    humans = evidence.verdicts.humans if evidence.verdicts else 0
    mixed = [(eyes, votes.take((votes.a < humans) & (votes.b >= humans))) for eyes, votes in told]
    # Writers that are not known matter where they could be: on pairs of a person and a model.
    note = f"{_NOTE} {intervals(mixed if any(len(votes) for _eyes, votes in mixed) else told)}"
    return f"{note} {_TWO_PEOPLE}" if any(np.any(votes.b < humans) for _eyes, votes in told) else note


def turned(estimate: Estimate) -> Estimate:
    """The same share seen from the other system."""
    value, low, high = (None if x is None else 1.0 - x for x in (estimate.value, estimate.high, estimate.low))
    return Estimate(
        value, low, high, estimate.se, n=estimate.n, clusters=estimate.clusters, undefined=estimate.undefined
    )


def _rows(evidence: Evidence, eyes: Eyes, votes: Votes) -> Iterator[Row]:
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    meetings = Meetings(votes, len(systems))
    order = {evidence.dimension_code(key): key for key in evidence.dimensions}
    for name, dialogues in evidence.slices.items():
        inside = dialogues[votes.dialogue]
        counts, shares = meetings.counts(inside), meetings.shares(inside)
        for dimension, key in order.items():
            for group in np.flatnonzero(meetings.dimension == dimension):
                pair = (systems[meetings.a[group]], systems[meetings.b[group]])
                raw = (float(count) for count in counts[group])
                share = shares.estimate(int(group))
                yield (eyes.title, key, name, *pair, *raw, shares.n(int(group)), share)


def _figures(evidence: Evidence, rows: list[Row], note: str) -> Iterator[Figure]:
    """A matrix for each kind of eyes: first dimension, all dialogues, each pair in both directions."""
    key = evidence.dimensions[0]
    for number, eyes in enumerate(evidence.eyes):
        seen = [row for row in rows if row[:3] == (eyes.title, key, EVERYTHING)]
        if not seen or set.intersection(*({row[3], row[4]} for row in seen)):
            continue  # one system is in every pair: People's replies and models' has drawn that
        both = [
            cells
            for row in seen
            for cells in (
                (row[3], row[4], row[9], row[5], row[6], row[7]),
                (row[4], row[3], turned(_estimate(row[9])), row[7], row[6], row[5]),
            )
        ]
        if both:
            name = f"systems_compared_{number + 1}_{eyes.kind}"
            title = f"{eyes.title}: share by which the row is preferred to the column ({key})"
            table = Table(name, title, (*PAIR, SHARE_OF, *COUNTS), sorted(both, key=_names), note)
            yield Figure(f"{name}_figure", title, "matrix", table, x_title="Against", y_title="System")


def _estimate(cell: object) -> Estimate:
    if not isinstance(cell, Estimate):
        raise TypeError("no estimate")
    return cell


def _names(row: Row) -> tuple[str, str]:
    return str(row[0]), str(row[1])
