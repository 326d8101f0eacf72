"""The flow of raters: who came, who consented, who ended how, who is analysed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from studies.analysis.evidence import Evidence
from studies.analysis.recording.members import REASONS, column, named, reasons, source_of
from studies.analysis.recording.nested import Flow, Level, chained, fresh

TITLE: Final = "Raters"
NO_SESSIONS: Final = (
    "Raters who gave no answer are not known: sessions.csv, which tells how each visit ended, is not there."
)
#: How a visit ended, as docs/codebook.md has it, in words.
OUTCOMES: Final[Mapping[str, str]] = {
    "withdrawn": "withdrew",
    "returned": "gave the place back",
    "completed": "completed",
    "stopped_early": "stopped early",
    "turned_away": "turned away at the comprehension check",
    "timed_out": "ran out of time",
    "rating": "still at work",
}


def raters_flow(evidence: Evidence) -> Flow:
    """From those who opened the link to those whose answers are analysed; no rows where nothing is known."""
    levels = [*_visits(evidence), *_answers(evidence)]
    said = () if "sessions.csv" in evidence.tables else (NO_SESSIONS,)
    if not levels:
        return Flow(TITLE, (), said)
    flow = chained(TITLE, levels)
    return Flow(TITLE, flow.rows, (*said, *flow.said))


def _visits(evidence: Evidence) -> list[Level]:
    sessions = evidence.tables.get("sessions.csv")
    if sessions is None:
        return []
    outcomes = {
        rater: OUTCOMES.get(outcome, outcome or "not told")
        for rater, outcome in zip(sessions["rater"].texts(), column(sessions, "outcome"), strict=True)
    }
    consented = Level(
        "Consented",
        frozenset(outcomes),
        lambda rater: f"no main pair rated, {outcomes[rater]}",
        lambda rater: outcomes[rater],
    )
    arrived = _arrived(evidence.manifest, len(outcomes))
    if arrived is None:
        return [consented]
    visits = fresh("visit", arrived - len(outcomes))
    return [Level("Opened the link", consented.members | visits, lambda _visit: "did not consent"), consented]


def _arrived(manifest: Mapping[str, Any], consented: int) -> int | None:
    """Of the manifest, if that counts the same raters with consent as sessions.csv."""
    fieldwork = manifest.get("fieldwork")
    if not isinstance(fieldwork, dict) or fieldwork.get("consented") != consented:
        return None
    arrived = fieldwork.get("arrived")
    return arrived if isinstance(arrived, int) and arrived >= consented else None


def _answers(evidence: Evidence) -> list[Level]:
    if evidence.verdicts is None or not (
        evidence.verdicts.by_rater.any() or "sessions.csv" in evidence.tables
    ):
        return []
    why = reasons(evidence, source_of) | _whole(evidence)
    return [
        Level(
            "Rated a main pair",
            named(evidence, evidence.raters_with_excluded, source_of),
            lambda rater: why.get(rater, REASONS[""]),
        ),
        Level("Analysed", named(evidence, evidence.raters, source_of)),
    ]


def _whole(evidence: Evidence) -> dict[str, str]:
    """The reason for which all of a rater's answers are left out, of sessions.csv."""
    sessions = evidence.tables.get("sessions.csv")
    if sessions is None:
        return {}
    given = zip(sessions["rater"].texts(), column(sessions, "exclusion_reason"), strict=True)
    return {rater: REASONS.get(reason, reason) for rater, reason in given if reason}
