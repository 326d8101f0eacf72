"""The ranking's headings in the report: the ranking, style held equal, and HEART's soft scores."""

from __future__ import annotations

from typing import Final

from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.ranking.entries import WEIGHS_ANSWERS, Entry, entries_of, first_read, said_of, whole
from studies.analysis.ranking.model_tables import models_of, models_table, parameters_table
from studies.analysis.ranking.soft_scores import soft_by_couple
from studies.analysis.ranking.style import missing
from studies.analysis.ranking.style_tables import coefficients_table, style_table, styled_of
from studies.analysis.ranking.tables import EYES, forest, full_table, links_table, ranking_table
from studies.analysis.results import Cell, Column, Section, Table

_NO_ANSWERS: Final = (
    "No answers to rank systems by: verdicts.csv is missing, or has no main pair that is analysed."
)
_RANKING: Final = ("ranking", "Ranking")
_STYLE: Final = ("ranking_style", "Ranking with writing style held equal")
_SOFT: Final = ("soft_scores", "Soft scores as in HEART")


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
            full_table(entries, systems),
            models_table("ranking_models_full", told, systems),
            parameters_table(told),
            links_table(entries, systems),
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


def soft(evidence: Evidence) -> Section:
    """HEART's soft scores, to set beside its figures."""
    verdicts = evidence.verdicts
    if verdicts is None or not evidence.eyes:
        return Section(*_SOFT, absent=_NO_ANSWERS)
    rows: list[tuple[Cell, ...]] = []
    code = evidence.dimension_code("overall")
    for eyes in evidence.eyes:
        votes = eyes.votes.take(eyes.votes.dimension == code)
        for a, b, mean in soft_by_couple(votes, len(verdicts.systems)):
            rows.append((eyes.key, verdicts.systems[a], verdicts.systems[b], mean))
    if not rows:
        return Section(*_SOFT, absent="No answer is on the dimension overall.")
    columns = (
        EYES, Column("system", "System"), Column("against", "Against"),
        Column("soft_score", "Mean soft score", "share"),
    )  # fmt: skip
    return Section(*_SOFT, lead=(_SOFT_LEAD,), parts=(Table("soft_scores_full", _SOFT[1], columns, rows),))


def _lead(first: list[Entry], systems: tuple[str, ...]) -> tuple[str, ...]:
    people = [entry for entry in first if entry.standing.connection.by_people]
    anchor = (
        "Strengths are Elo points: 1500 is the human baseline, and 400 more are odds of ten to one.",
        WEIGHS_ANSWERS,
    )
    said = (f"{entry.eyes.title}: {sentence}" for entry in first for sentence in said_of(entry, systems))
    return (*(anchor if people else ()), *said)


_SOFT_LEAD: Final = (
    "HEART's judge gave one to five plus signs, counted .55, .65, .75, .85, .95 for the better reply. Here "
    "much better counts .85, a little better .65, no difference .5; where there is one grade only, better "
    "counts .75. They are no probabilities and rank nothing: they are here to be set beside HEART's own."
)

SECTIONS: Final[tuple[SectionOf, ...]] = (ranking, style, soft)
