"""Score against size, against speed, and whether support is an axis of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.results import Column, Section
from studies.analysis.scale.association import FEWEST
from studies.analysis.scale.axes import axes_tables
from studies.analysis.scale.facts import (
    BENCHMARKS,
    CALLS,
    SIZES,
    SPEEDS,
    SYSTEMS,
    Known,
    benchmarks,
    sizes,
    speeds,
)
from studies.analysis.scale.measuring import DESCRIPTIVE_BELOW
from studies.analysis.scale.ratings import models_in, ratings_of, unbounded
from studies.analysis.scale.tables import Words, most, tables

_SIZE: Final = ("scale_size", "Score against size")
_SPEED: Final = ("scale_speed", "Score against speed")
_AXIS: Final = ("scale_axis", "Is support an axis of its own?")
_NO_ANSWERS: Final = (
    "No answers to rate systems by: verdicts.csv is missing, or has no main pair that is analysed."
)
_NO_SIZES: Final = (
    f"No model has a published number of parameters: {SYSTEMS} is missing, or has none in the columns "
    f"{' and '.join(SIZES)}."
)
_NO_SPEEDS: Final = (
    f"No speed is known: {CALLS} is missing, or has no answered call that fetched a reply and tells its "
    "time. Imported replies have none."
)
_NO_SCORES: Final = (
    f"No scores elsewhere: a table {BENCHMARKS} with the columns system, benchmark, score and source brings "
    "them (docs/methods.md)."
)
_SIZE_WORDS: Final = Words(
    "size", Column("parameters", "Parameters"), "tenfold size", "size",
    "Parameters, in billions", 1e9,
)  # fmt: skip
_SPEED_WORDS: Final = Words("speed", Column("time", "Time"), "tenfold time", "speed", "Seconds, median", 1.0)
_TIMES: Final = (
    "Times are medians of the answered calls that fetched replies. The first token is told only by "
    "providers whose answers were streamed; whole answers have rows of their own and stand in for nothing."
)


def size(evidence: Evidence) -> Section:
    """Ratings of models against the logarithm of their number of parameters."""
    known = [fact for fact in sizes(evidence) if fact.log]
    if not ratings_of(evidence):
        return Section(*_SIZE, absent=_NO_ANSWERS)
    if not known:
        return Section(*_SIZE, absent=_NO_SIZES)
    lead = _lead(evidence, known, "published number of parameters")
    return Section(*_SIZE, lead, tables(evidence, known, _SIZE_WORDS))


def speed(evidence: Evidence) -> Section:
    """The same against the time that their answers took."""
    known = [fact for fact in speeds(evidence) if fact.log]
    if not ratings_of(evidence):
        return Section(*_SPEED, absent=_NO_ANSWERS)
    if not known:
        return Section(*_SPEED, absent=_NO_SPEEDS)
    lead = (*_lead(evidence, known, f"known time to the {' or '.join(SPEEDS.values())}"), _TIMES)
    return Section(*_SPEED, lead, tables(evidence, known, _SPEED_WORDS))


def axis(evidence: Evidence) -> Section:
    """Ratings beside scores on other benchmarks, and both with size."""
    known = benchmarks(evidence)
    if not ratings_of(evidence):
        return Section(*_AXIS, absent=_NO_ANSWERS)
    if not known:
        return Section(*_AXIS, absent=_NO_SCORES)
    lead = _lead(evidence, known, "score on any benchmark")
    unknown = _strangers(evidence, known)
    if unknown:
        lead = (*lead, f"{BENCHMARKS} names systems that the study does not have: {', '.join(unknown)}.")
    return Section(*_AXIS, lead, axes_tables(evidence, known))


def _lead(evidence: Evidence, known: Sequence[Known], what: str) -> tuple[str, ...]:
    """How many systems it rests on, and who is left out."""
    n = most(evidence, known)
    said = []
    if n < FEWEST:
        said.append(f"{n} rated models have a {what}: a rank correlation needs {FEWEST}.")
    elif n < DESCRIPTIVE_BELOW:
        said.append(
            f"Descriptive: {n} models have a rating and a {what}. Under {DESCRIPTIVE_BELOW} systems, what "
            "follows describes these and is no evidence about others."
        )
    else:
        said.append(f"{n} models have a rating and a {what}.")
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    told = {name for fact in known for name in fact.log}
    groups = {
        "people's systems": list(systems[: evidence.verdicts.humans if evidence.verdicts else 0]),
        f"without a {what}": [systems[place] for place in models_in(evidence) if systems[place] not in told],
        "whose strength has no bound in some ranking, there": unbounded(evidence),
    }
    named = "; ".join(f"{word}: {', '.join(names)}" for word, names in groups.items() if names)
    return (*said, *([f"Left out are {named}."] if named else []))


def _strangers(evidence: Evidence, known: Sequence[Known]) -> list[str]:
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    names = set(systems) | set(evidence.kinds)
    return sorted({name for fact in known for name in fact.log} - names)


SECTIONS: Final[tuple[SectionOf, ...]] = (size, speed, axis)
