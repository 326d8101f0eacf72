"""The flow of raters, material, judges and codings through the study, in the manner of CONSORT.

Schulz, Altman & Moher (2010, BMJ 340:c332): every participant is accounted for, from arrival to analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.recording.items_flow import dialogues_flow, pairs_flow, ratings_flow, replies_flow
from studies.analysis.recording.machines_flow import codings_flow, judgments_flow, passages_flow
from studies.analysis.recording.nested import Flow
from studies.analysis.recording.raters_flow import raters_flow
from studies.analysis.results import Column, Figure, Section, Table

KEY: Final = "flow"
TITLE: Final = "Flow of raters and pairs"
NOTHING: Final = (
    "There is nothing to follow: neither answers nor the tables of an export that tell of raters, pairs "
    "and judgments."
)
_COLUMNS: Final = (
    Column("what", "Step"),
    Column("n", "Number", "count"),
    Column("role", "What the row is"),
    Column("flow", "Of what"),
)
_NOTE: Final = (
    "A step is what is still there. Parts (of which) add up to the step above them; what is left out "
    "adds up to the difference to the next step."
)
_HOW: Final = (
    "Everybody and everything is followed from the beginning to the analysis; at each step the parts "
    "add up to the whole. Raters' steps count main pairs on their first occasion."
)
_VISITS: Final = (
    "Visits that ended before consent are forgotten after two days, so that those who opened the link "
    "are counted short where fieldwork lasted longer."
)


def flow(evidence: Evidence) -> Section:
    """The section; absent only where no chain has a step."""
    raters = raters_flow(evidence)
    drawn = [
        _figure("flow_raters", "Raters from arrival to analysis", [raters]),
        _figure("flow_material", "Dialogues and replies", [dialogues_flow(evidence), replies_flow(evidence)]),
        _figure("flow_pairs", "Pairs and ratings", [pairs_flow(evidence), ratings_flow(evidence)]),
        _figure("flow_judgments", "Judgments by language models", [judgments_flow(evidence)]),
        _figure(
            "flow_codings", "Passages and their codings", [passages_flow(evidence), codings_flow(evidence)]
        ),
    ]
    parts = tuple(figure for figure, _said in drawn if figure.table.rows)
    if not parts:
        return Section(KEY, TITLE, absent=NOTHING)
    said = [sentence for _figure_, sentences in drawn for sentence in sentences]
    visits = [_VISITS] if any(row.what == "Opened the link" for row in raters.rows) else []
    return Section(KEY, TITLE, (_HOW, *visits, *said), parts)


def _figure(key: str, title: str, flows: Sequence[Flow]) -> tuple[Figure, list[str]]:
    rows = [(row.what, row.n, row.role, one.title) for one in flows for row in one.rows]
    said = [sentence for one in flows for sentence in one.said]
    return Figure(key, title, "flow", Table(key, title, _COLUMNS, rows, _NOTE)), said


SECTIONS: Final[tuple[SectionOf, ...]] = (flow,)
