"""The ranking's headings in the report: the ranking, and the same with style held equal."""

from __future__ import annotations

from typing import Final

from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.ranking.entries import WEIGHS_ANSWERS, Entry, entries_of, first_read, said_of, whole
from studies.analysis.ranking.model_tables import models_of, models_table, parameters_table
from studies.analysis.ranking.soft_scores import soft_table
from studies.analysis.ranking.style import missing
from studies.analysis.ranking.style_tables import coefficients_table, style_table, styled_of
from studies.analysis.ranking.tables import exclusions_table, forest, full_table, links_table, ranking_table
from studies.analysis.results import Section

_NO_ANSWERS: Final = (
    "No answers to rank systems by: verdicts.csv is missing, or has no main pair that is analysed."
)
_RANKING: Final = ("ranking", "Ranking")
_STYLE: Final = ("ranking_style", "Ranking with writing style held equal")


def ranking(evidence: Evidence) -> Section:
    """Strengths on the Elo scale with intervals, ranks as intervals, and other models beside them."""
    verdicts = evidence.verdicts
    if verdicts is None or not evidence.eyes:
        return Section(*_RANKING, absent=_NO_ANSWERS)
    entries, systems = entries_of(evidence, verdicts), verdicts.systems
    first = first_read(entries)
    told = [(entry, models_of(entry)) for entry in whole(entries)]
    shown = [(entry, models) for entry, models in told if entry in first]
    return Section(
        *_RANKING,
        lead=_lead(first, systems),
        parts=(
            ranking_table(evidence, first, systems),
            *(forest(entry, systems) for entry in first),
            models_table("ranking_models", shown, systems),
            *exclusions_table(evidence, entries, systems),
            full_table(entries, systems),
            models_table("ranking_models_full", told, systems),
            parameters_table(told),
            links_table(entries, systems),
            *soft_table(evidence, systems),
        ),
    )


def style(evidence: Evidence) -> Section:
    """The same with length, formatting and question marks held equal."""
    why = _NO_ANSWERS if not evidence.eyes else missing(evidence)
    if why or evidence.verdicts is None:
        return Section(*_STYLE, absent=why or _NO_ANSWERS)
    entries = whole(entries_of(evidence, evidence.verdicts))
    styled = styled_of(evidence, evidence.verdicts, entries)
    if not any(one.adjusted for one in styled):
        return Section(
            *_STYLE, absent="Style cannot be told from systems here: no reply differs but by its system."
        )
    first = first_read(entries)
    shown = [one for one in styled if one.entry in first]
    systems = evidence.verdicts.systems
    return Section(
        *_STYLE,
        parts=(
            style_table("style_ranking", shown, systems),
            style_table("style_ranking_full", styled, systems),
            coefficients_table(styled),
        ),
    )


def _lead(first: list[Entry], systems: tuple[str, ...]) -> tuple[str, ...]:
    people = [entry for entry in first if entry.standing.connection.by_people]
    anchor = (
        "Strengths are Elo points: 1500 is the human baseline, and 400 more are odds of ten to one.",
        WEIGHS_ANSWERS,
    )
    said = (f"{entry.eyes.title}: {sentence}" for entry in first for sentence in said_of(entry, systems))
    return (*(anchor if people else ()), *said)


SECTIONS: Final[tuple[SectionOf, ...]] = (ranking, style)
