"""Tables that set the models beside each other: ties modelled, grades used, sides held equal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from studies.analysis.ranking.adjusting import Adjusted, adjust
from studies.analysis.ranking.answer_fit import Fitted, fit_answers
from studies.analysis.ranking.answer_models import davidson, graded
from studies.analysis.ranking.elo import POINTS, points
from studies.analysis.ranking.entries import Entry
from studies.analysis.ranking.standing import Standing
from studies.analysis.ranking.tables import DIMENSION, EYES, SYSTEM
from studies.analysis.results import CONFIDENCE, Cell, Column, Estimate, Table, undefined

_MODELS: Final = (
    Column("bradley_terry", "Bradley–Terry (ties half)", "elo"),
    Column("davidson", "Davidson (ties modelled)", "elo"),
    Column("graded", "Graded (strength of preference)", "elo"),
    Column("side_equal", "Bradley–Terry, side held equal", "elo"),
)
_NOTES: Final = (
    "Davidson's model (1970) gives ties a rate of their own, ν; the graded one (Agresti 1992) uses how "
    "strong each preference was; the last column takes out what being shown first adds. All in Elo points "
    "against the same anchor; intervals cluster by dialogue, rater and writer."
)
_UNBOUNDED: Final = "Ties alone link systems here: the model has no finite strengths."


@dataclass(frozen=True, slots=True)
class Models:
    """What the further models make of one ranking; None, where `why` says so."""

    davidson: Fitted | None
    graded: Fitted | None
    side: Adjusted | None
    why: tuple[str, str, str]


def models_of(entry: Entry) -> Models:
    standing = entry.standing
    core = standing.connection.core
    if int(core.sum()) < 2:
        lonely = "No two systems are linked both ways."
        return Models(None, None, None, (lonely, lonely, lonely))
    answers = standing.counts.among(core).summed.sum(axis=0)
    ties, grades = davidson(answers), graded(answers)
    return Models(
        fit_answers(standing, ties) if ties else None,
        fit_answers(standing, grades) if grades else None,
        _side(entry),
        (
            _UNBOUNDED if ties else "Every answer is a tie.",
            _UNBOUNDED if grades else
            "The answers are of one grade." if answers[[0, 1, 3, 4]].any() else "Every answer is a tie.",
            "A jury's verdict has no side." if entry.eyes.kind == "jury" else
            "Sides cannot be told from systems here.",
        ),
    )  # fmt: skip


def models_table(key: str, told: list[tuple[Entry, Models]], systems: tuple[str, ...]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for entry, models in told:
        for system in entry.order:
            plain = entry.standing.elo(system)
            cells = [
                _strength(entry.standing, model, system, plain, why)
                for model, why in zip((models.davidson, models.graded, models.side), models.why, strict=True)
            ]
            rows.append((entry.eyes.title, entry.dimension, systems[system], plain, *cells))
    title = "Every ranking by each model" if key.endswith("_full") else "The ranking by each model"
    return Table(key, title, (EYES, DIMENSION, SYSTEM, *_MODELS), rows, _NOTES)


def parameters_table(told: list[tuple[Entry, Models]]) -> Table:
    """Ties, grades and sides: what the models say of the answers themselves."""
    columns = (
        EYES, DIMENSION, Column("tie_tendency", "Tie tendency ν", "number"),
        Column("ties_between_equals", "Ties between equals", "share"),
        Column("side_elo", "Elo points of being shown first", "number"),
    )  # fmt: skip
    rows = [
        (entry.eyes.title, entry.dimension, *_ties(entry, models), _side_points(entry, models))
        for entry, models in told
    ]
    note = (
        "ν of Davidson (1970); two equal systems tie in a share of ν/(2 + ν). Intervals of log ν, "
        "transformed. Side: what being shown first adds, systems held equal."
    )
    return Table("ranking_parameters_full", "Ties and sides", columns, rows, note)


def _side(entry: Entry) -> Adjusted | None:
    if entry.eyes.kind == "jury":
        return None
    first = np.where(entry.standing.core_votes.a_first, 1.0, -1.0)
    return adjust(entry.standing, first[:, None])


def _strength(
    standing: Standing, model: Fitted | Adjusted | None, system: int, plain: Estimate, why: str
) -> Estimate:
    if not standing.connection.core[system]:
        return undefined(plain.undefined, n=plain.n)
    if model is None:
        return undefined(why, n=plain.n)
    value = points(float(model.strength[system]))
    if standing.connection.anchor[system] == 1.0:
        return undefined(plain.undefined, n=plain.n, value=value)
    return model.spread.around(value, system, plain.n)


def _ties(entry: Entry, models: Models) -> tuple[Estimate, Estimate]:
    n = len(entry.standing.core_votes)
    fitted = models.davidson
    if fitted is None:
        why = undefined(f"{models.why[0]} The tie tendency has no bound.", n=n)
        return why, why
    if not len(fitted.shape):
        none = undefined("No answer is a tie: ν is 0, and has no interval.", n=n, value=0.0)
        return none, none
    log, at = float(fitted.shape[0]), len(fitted.strength)
    se = math.sqrt(fitted.spread.covariance[at, at])
    if fitted.spread.freedom < 1 or se == 0.0:
        why_not = fitted.spread.around(0.0, at, n).undefined
        return undefined(why_not, n=n, value=math.exp(log)), undefined(why_not, n=n, value=_share(log))
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2, fitted.spread.freedom)) * se
    clusters, low, high = fitted.spread.clusters, log - reach, log + reach
    tendency, share = math.exp(log), _share(log)
    return (
        Estimate(tendency, math.exp(low), math.exp(high), tendency * se, n, clusters),
        Estimate(share, _share(low), _share(high), share * (1 - share) * se, n, clusters),
    )


def _share(log: float) -> float:
    """The share of ties between equals."""
    return math.exp(log) / (2.0 + math.exp(log))


def _side_points(entry: Entry, models: Models) -> Estimate:
    n = len(entry.standing.core_votes)
    if models.side is None:
        return undefined(models.why[2], n=n)
    at = len(models.side.strength)
    return models.side.spread.around(POINTS * float(models.side.coefficients[0]), at, n)
