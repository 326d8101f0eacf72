"""Tables and figure of ratings against one kind of fact: size, or speed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.clustering import estimate
from studies.analysis.evidence import Evidence
from studies.analysis.results import Cell, Column, Estimate, Figure, Table, undefined
from studies.analysis.scale.association import FEWEST
from studies.analysis.scale.facts import Known, families
from studies.analysis.scale.measuring import DESCRIPTIVE_BELOW, Measured, measured
from studies.analysis.scale.ratings import ELO, PREFERENCE, Ratings, ratings_of
from studies.comparison import OVERALL

EYES: Final = Column("eyes", "Who answered")
DIMENSION: Final = Column("dimension", "Dimension")
_NOISE: Final = (
    "The interval of rho is of the true scores of these systems, what endless answers would rate them by, "
    "from {draws} draws of them (Fay & Herriot 1979). Noise weakens a rank correlation, so that rho of the "
    "ratings may lie to 0's side of it. The first interval of the slope redoes it on draws of all ratings "
    "from their covariance (clustered by dialogue, rater and writer). Both say nothing of other systems than "
    "these. The second interval of the slope takes these systems as a sample of systems (Sen 1968, exact). "
    "p: two-sided permutation test of rho, over all orderings up to 9 systems, else 100,000 seeded draws; "
    "exploratory, and not corrected for how many there are."
)
_WITHIN: Final = (
    "Only systems of one family are compared: ranks are centred within families, slopes are of couples of a "
    "family, orderings go through each family alone. All families: those with {fewest} or more systems "
    "together. "
)


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of fact is called: `key` begins the keys of its tables."""

    key: str
    fact: Column
    step: str
    title: str
    axis: str
    axis_unit: float


def tables(evidence: Evidence, known: Sequence[Known], words: Words) -> tuple[Table | Figure, ...]:
    """What is read first (raters and jury, overall), the picture, and everything else folded."""
    everything = ratings_of(evidence)
    first = first_read(everything)
    parts: list[Table | Figure] = []
    for measure in (ELO, PREFERENCE):
        parts += _table(evidence, _of(first, measure), known, words, measure, "")
    parts += figures(evidence, _of(first, ELO), known, words)
    parts += _families(evidence, _of(first, ELO), known, words)
    for measure in (ELO, PREFERENCE):
        parts += _table(evidence, _of(everything, measure), known, words, measure, "_full")
    return tuple(parts)


def first_read(everything: list[Ratings]) -> list[Ratings]:
    """Overall, or the first dimension without it, by raters and jury; by everybody without them."""
    dimensions = [one.dimension for one in everything]
    chosen = OVERALL if OVERALL in dimensions else dimensions[0] if dimensions else OVERALL
    overall = [one for one in everything if one.dimension == chosen]
    return [one for one in overall if one.eyes.kind != "judge"] or overall


def most(evidence: Evidence, known: Sequence[Known]) -> int:
    """The most systems that any rating and fact have in common."""
    return max(
        (measured(evidence, ratings, fact).n for ratings in ratings_of(evidence) for fact in known), default=0
    )


def remark(n: int) -> str:
    """The word that stands beside what rests on few systems."""
    return f"descriptive: fewer than {DESCRIPTIVE_BELOW} systems" if n < DESCRIPTIVE_BELOW else ""


def _of(ratings: list[Ratings], measure: str) -> list[Ratings]:
    return [one for one in ratings if one.measure == measure]


def _table(
    evidence: Evidence, ratings: list[Ratings], known: Sequence[Known], words: Words, measure: str, end: str
) -> list[Table]:
    rows = [
        (one.eyes.title, one.dimension, fact.name, *cells_of(found), remark(found.n))
        for one in ratings
        for fact in known
        for found in [measured(evidence, one, fact)]
    ]
    if not rows:
        return []
    key = words.key + ("" if measure == ELO else "_share") + end
    what = "Elo" if measure == ELO else "Share of preference against people"
    title = f"{what} and {words.title}" + (", every judge and dimension" if end else "")
    note = _NOISE.format(draws=evidence.options.resamples)
    return [Table(key, title, _columns(words, measure), rows, note)]


def _columns(words: Words, measure: str) -> tuple[Column, ...]:
    named = f"{'Elo points' if measure == ELO else 'Share'} per {words.step}"
    kind: Column = Column("slope", named, "number" if measure == ELO else "points")
    over = Column("slope_systems", f"{named}, over systems", kind.kind)
    return (
        EYES, DIMENSION, words.fact, Column("systems", "Systems", "count"),
        Column("rho", "Spearman's rho, of true scores", "number"), Column("p", "p", "p"),
        kind, over, Column("remark", "Remark"),
    )  # fmt: skip


def cells_of(found: Measured) -> tuple[Cell, ...]:
    """Systems, rho, p, and the slope with either interval."""
    return found.n, found.rho, found.p, found.slope, found.slope_over_systems


def figures(evidence: Evidence, ratings: list[Ratings], known: Sequence[Known], words: Words) -> list[Figure]:
    """Elo against the first fact that enough systems have, by eyes, families told apart."""
    drawn = []
    for one in ratings:
        told = [(fact.name, measured(evidence, one, fact)) for fact in known]
        drawn += [_figure(evidence, found, name, words) for name, found in told if found.n >= FEWEST][:1]
    return drawn


def _figure(evidence: Evidence, found: Measured, fact: str, words: Words) -> Figure:
    systems, family = evidence.verdicts.systems if evidence.verdicts else (), families(evidence)
    names = [systems[place] for place in found.ratings.systems]
    rows = [
        (name, float(10.0**x / words.axis_unit), rated, family.get(name, ""))
        for name, x, rated in zip(names, found.x, _rated(found.ratings), strict=True)
    ]
    eyes = found.ratings.eyes
    key = f"{words.key}_figure_{eyes.kind}" + (f"_{eyes.name}" if eyes.name else "")
    columns = (
        Column("system", "System"), Column("x", words.axis, "number"), Column("elo", "Elo", "elo"),
        Column("family", "Family"),
    )  # fmt: skip
    title = f"Elo and {words.title} ({fact}): {eyes.title}"
    table = Table(key, title, columns, rows, "Intervals are of the difference to the anchor, 1500.")
    return Figure(key, title, "scatter", table, words.axis, "Elo points", x_log=True)


def _rated(ratings: Ratings) -> list[Estimate]:
    """Each system's rating with its own interval."""
    return [
        estimate(float(value), float(variance), ratings.freedom, n=ratings.n, clusters=ratings.clusters)
        if ratings.freedom
        else undefined("Nothing varies.", n=ratings.n, value=float(value))
        for value, variance in zip(ratings.values, np.diag(ratings.covariance), strict=True)
    ]


def _families(
    evidence: Evidence, ratings: list[Ratings], known: Sequence[Known], words: Words
) -> list[Table]:
    """Within families of FEWEST systems and more, together and each alone; none where there is none."""
    rows: list[tuple[Cell, ...]] = []
    for one in ratings:
        for fact in known:
            family = _large(evidence, one, fact)
            if not family:
                continue
            groups: list[tuple[str, Mapping[str, str]]] = [("all families", family)]
            for name in sorted(set(family.values())):
                groups.append((name, {system: of for system, of in family.items() if of == name}))
            for name, chosen in groups if len(groups) > 2 else groups[1:]:
                found = measured(evidence, one, fact, chosen)
                rows.append(
                    (
                        one.eyes.title,
                        fact.name,
                        name,
                        found.n,
                        found.rho,
                        found.p,
                        found.slope,
                        remark(found.n),
                    )
                )
    if not rows:
        return []
    columns = (
        EYES, words.fact, Column("family", "Family"), Column("systems", "Systems", "count"),
        Column("rho", "Spearman's rho, of true scores", "number"), Column("p", "p", "p"),
        Column("slope", f"Elo points per {words.step}", "number"), Column("remark", "Remark"),
    )  # fmt: skip
    note = _WITHIN.format(fewest=FEWEST) + _NOISE.format(draws=evidence.options.resamples)
    title = f"Elo and {words.title} within families"
    return [Table(f"{words.key}_families", title, columns, rows, note)]


def _large(evidence: Evidence, ratings: Ratings, fact: Known) -> dict[str, str]:
    """The systems with rating and fact, by family, of families with FEWEST of them and more."""
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    family = families(evidence)
    names = [systems[place] for place in ratings.systems if systems[place] in fact.log]
    mine = {name: family[name] for name in names if name in family}
    sizes = list(mine.values())
    return {name: of for name, of in mine.items() if sizes.count(of) >= FEWEST}
