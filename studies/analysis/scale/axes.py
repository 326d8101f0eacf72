"""Support beside other capabilities: correlations with benchmarks, among them, and with size held equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.results import Cell, Column, Estimate, Table, undefined
from studies.analysis.scale.association import FEWEST, associated
from studies.analysis.scale.facts import Known, sizes
from studies.analysis.scale.measuring import measured, nulls
from studies.analysis.scale.partial import FEWEST as FEWEST_PARTIAL
from studies.analysis.scale.partial import FEWEST_TESTED, Partial
from studies.analysis.scale.ratings import ELO, Ratings, models_in, ratings_of
from studies.analysis.scale.tables import DIMENSION, EYES, first_read, remark

_RHO: Final = Column("rho", "Spearman's rho, of true scores", "number")
_P: Final = Column("p", "p", "p")
_SYSTEMS: Final = Column("systems", "Systems", "count")
_REMARK: Final = Column("remark", "Remark")
_NO_ERROR: Final = "Scores on benchmarks came without an error: there is no noise to carry through."
_ALIKE: Final = "All of these systems have the same score."
_FEW_SYSTEMS: Final = "A mean of correlations of the same few systems: it has no interval."
_BOTH_SIGNS: Final = (
    "Some of these correlations are above 0 and some below, as where less is better on one benchmark: their "
    "mean would hide both."
)
_NOTHING_LEFT: Final = "What is held equal leaves nothing of one of the two."
_NOTE: Final = (
    "Support is the Elo rating. Intervals are of these systems' true scores, as under Score against size; p "
    "is the permutation test of it. An axis of its own would show as correlations with benchmarks well below "
    "those that benchmarks have among themselves (the last table), whatever their sign: it turns round where "
    "less is better on a benchmark."
)
_PARTIAL_NOTE: Final = (
    "Spearman's partial correlation: the correlation of what the third leaves of both ranks. p: orderings of "
    "what is left of the rating (Freedman & Lane 1983), all up to 9 systems, else 100,000 seeded draws; none "
    f"under {FEWEST_TESTED} systems, where it would reject too often, as it does where the third tells "
    "nearly all of both. Intervals are of these systems' true scores."
)
_AMONG_NOTE: Final = (
    "Over the models of the study that have both scores. The baseline is the mean over all couples of "
    "benchmarks; beside it stands the mean of support with each benchmark. Where signs differ there is no "
    "mean: read the couples, and each by its size."
)


def axes_tables(evidence: Evidence, known: Sequence[Known]) -> tuple[Table, ...]:
    """Support with each benchmark; partial correlations; benchmarks among themselves; the rest folded."""
    everything = [one for one in ratings_of(evidence) if one.measure == ELO]
    first = first_read(everything)
    held = list(_partials(evidence, first, known))
    columns = (EYES, DIMENSION, Column("benchmark", "Benchmark"), _SYSTEMS, _RHO, _P, _REMARK)
    title = "Support and other benchmarks"
    parts = [Table("axis", title, columns, list(_rows(evidence, first, known)), _NOTE)]
    if held:
        parts.append(_partial_table(held))
    parts += [
        _among(evidence, first, known),
        Table(
            "axis_full", f"{title}, every judge and dimension", columns,
            list(_rows(evidence, everything, known)), _NOTE,
        ),
    ]  # fmt: skip
    return tuple(parts)


def _rows(evidence: Evidence, ratings: list[Ratings], known: Sequence[Known]) -> Iterator[tuple[Cell, ...]]:
    for one in ratings:
        for fact in known:
            found = measured(evidence, one, fact)
            yield one.eyes.title, one.dimension, fact.name, found.n, found.rho, found.p, remark(found.n)


def _partial_table(rows: list[tuple[Cell, ...]]) -> Table:
    columns = (
        EYES, Column("of", "Support and"), Column("given", "With this held equal"), _SYSTEMS, _RHO, _P,
        _REMARK,
    )  # fmt: skip
    return Table("axis_partial", "Support, size and benchmarks held equal", columns, rows, _PARTIAL_NOTE)


def _partials(
    evidence: Evidence, ratings: list[Ratings], known: Sequence[Known]
) -> Iterator[tuple[Cell, ...]]:
    for one in ratings:
        for size in [fact for fact in sizes(evidence) if fact.log]:
            named = Known(f"size ({size.name})", size.log)
            for score in known:
                for of, given in ((named, score), (score, named)):
                    n, rho, p = _partial(evidence, one, of, given)
                    yield one.eyes.title, of.name, given.name, n, rho, p, remark(n)


def _partial(
    evidence: Evidence, ratings: Ratings, of: Known, given: Known
) -> tuple[int, Estimate, float | None]:
    both = Known(of.name, {name: x for name, x in of.log.items() if name in given.log})
    found = measured(evidence, ratings, both)
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    held = np.array([given.log[systems[place]] for place in found.ratings.systems])
    if found.n < FEWEST_PARTIAL:
        why = f"A partial correlation needs {FEWEST_PARTIAL} systems; {found.n} have all three numbers."
        return found.n, undefined(why, n=found.n), None
    partial = Partial(found.x, found.ratings.values, held)
    if not np.isfinite(partial.rho):
        return found.n, undefined(_NOTHING_LEFT, n=found.n), None
    rho = found.of_true_scores(partial.rho, partial.rhos, (given.name, held))
    return found.n, rho, partial.p(evidence.rng) if found.n >= FEWEST_TESTED else None


def _among(evidence: Evidence, ratings: list[Ratings], known: Sequence[Known]) -> Table:
    """Each couple of benchmarks, their mean, and the mean of support with each."""
    rows: list[tuple[Cell, ...]] = []
    told = []
    for one, other in combinations(known, 2):
        n, rho, p = _couple(evidence, one.log, other.log)
        told.append(rho.value)
        rows.append((one.name, other.name, n, rho, p))
    rows.append(_mean("all benchmarks", "all others", told))
    for rating in ratings:
        with_each = [measured(evidence, rating, fact).rho.value for fact in known]
        rows.append(_mean(f"support ({rating.eyes.title})", "all benchmarks", with_each))
    columns = (
        Column("one", "One"), Column("other", "Other"), _SYSTEMS,
        Column("rho", "Spearman's rho", "number"), _P,
    )  # fmt: skip
    return Table("axis_among", "Benchmarks among themselves", columns, rows, _AMONG_NOTE)


def _couple(
    evidence: Evidence, one: Mapping[str, float], other: Mapping[str, float]
) -> tuple[int, Estimate, float | None]:
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    mine = {systems[place] for place in models_in(evidence)}
    names = sorted(one.keys() & other.keys() & mine)
    if len(names) < FEWEST:
        why = f"A rank correlation needs {FEWEST} systems; {len(names)} have both scores."
        return len(names), undefined(why, n=len(names)), None
    found = associated(np.array([one[name] for name in names]), np.array([other[name] for name in names]))
    if not np.isfinite(found.rho):
        return len(names), undefined(_ALIKE, n=len(names)), None
    return len(names), undefined(_NO_ERROR, n=len(names), value=found.rho), found.p(nulls(evidence))


def _mean(one: str, other: str, told: Sequence[float | None]) -> tuple[Cell, ...]:
    """`n` of the mean counts its correlations."""
    values = [value for value in told if value is not None]
    n = len(values)
    if not values:
        mean = undefined("There is no correlation to take the mean of.")
    elif min(values) < 0 < max(values):
        mean = undefined(_BOTH_SIGNS, n=n)
    else:
        mean = undefined(_FEW_SYSTEMS, n=n, value=float(np.mean(values)))
    return f"{one}: mean of {n}", other, None, mean, None
