"""Verdicts of judges: judgments with what was judged. A judgment without verdicts has none: never a tie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Final, NamedTuple

from django.db.models import QuerySet

from raters.verdicts.verdict import (
    CHUNK,
    Frozen,
    Once,
    Side,
    Verdict,
    answered,
    compared,
    iso_utc,
    protocols_of,
    side_columns,
)
from studies.models import Judge, Judgment, JudgmentScore, Study

#: How a judge's verdicts are told from one another where raters have phases.
PHASES: Final = {Judge.Variant.RUBRIC.value: "main", Judge.Variant.NO_RUBRIC.value: "no_rubric"}


def verdicts_by_judgment(study: Study) -> Iterator[list[Verdict]]:
    """The verdicts of each judgment together, in the order of planning. Memory does not grow with them."""
    keys = judgments_of(study).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    protocols = protocols_of(study)
    while chunk := list(islice(keys, CHUNK)):
        yield from _unblinded(chunk, protocols)


def verdicts_for_judgments(study: Study, judgments: Sequence[int]) -> list[Verdict]:
    """The verdicts of some of the study's judgments, by primary key, in the order of the keys."""
    return list(chain.from_iterable(_unblinded(judgments, protocols_of(study))))


def judgments_of(study: Study) -> QuerySet[Judgment]:
    """Those that brought verdicts."""
    return Judgment.objects.filter(run__study=study, outcome=Judgment.Outcome.OK)


def has_trial_verdicts(study: Study) -> bool:
    """Whether a model that is for trying out only has judged."""
    return judgments_of(study).filter(provider__for_trial=True).exists()


class _Row(NamedTuple):
    """A judgment with what was judged, selected as below. `first` and `second` as stored."""

    judgment: int
    protocol: int
    dialogue: str
    tags: list[str]
    pair: str
    order: str
    kind: str
    judge: str
    variant: str
    replicate: int
    role: str
    is_for_trial: bool
    finished_at: datetime
    reason: str
    first: Side
    second: Side


_SELECTED: Final = (
    "pk",
    "protocol_id",
    "pair__dialogue__external_id",
    "pair__dialogue__tags",
    "pair__key",
    "order",
    "pair__kind",
    "judge__name",
    "judge__variant",
    "replicate",
    "role",
    # Of the provider that was asked, whatever the judge is set to since.
    "provider__for_trial",
    "finished_at",
    "reason",
)


def _unblinded(keys: Sequence[int], protocols: dict[int, Frozen]) -> Iterator[list[Verdict]]:
    """Two queries: the judgments and their answers."""
    rows = _rows(keys)
    answers = _answers_to(keys)
    for key in keys:
        row = rows[key]
        protocol = protocols[row.protocol]
        shared = _shared(row, protocol)
        yield answered(shared, protocol.rubric, answers[key], Once(row.reason))


def _rows(keys: Sequence[int]) -> dict[int, _Row]:
    selected = Judgment.objects.filter(pk__in=keys).values_list(*_SELECTED, *side_columns("pair"))
    return {
        values[0]: _Row._make((*values[: len(_SELECTED)], Side(*values[-6:-3]), Side(*values[-3:])))
        for values in selected
    }


def _answers_to(keys: Sequence[int]) -> dict[int, dict[str, int]]:
    """Values as shown, by judgment and dimension."""
    answers: dict[int, dict[str, int]] = defaultdict(dict)
    scores = JudgmentScore.objects.filter(judgment_id__in=keys)
    for judgment, dimension, value in scores.values_list("judgment_id", "dimension__key", "value"):
        answers[judgment][dimension] = value
    return answers


def _shared(row: _Row, protocol: Frozen) -> Verdict:
    """What all verdicts of a judgment have in common; what only raters have is empty."""
    excluded = _exclusion_reason(row)
    return compared(
        protocol,
        dialogue=row.dialogue,
        tags=row.tags,
        pair=row.pair,
        order=row.order,
        first=row.first,
        second=row.second,
    )._replace(
        source_kind="judge",
        source=row.judge,
        occasion=row.replicate,
        kind=row.kind,
        phase=PHASES[row.variant],
        rated_at=iso_utc(row.finished_at),
        rater_group=row.role,
        excluded=bool(excluded),
        exclusion_reason=excluded,
    )


def _exclusion_reason(row: _Row) -> str:
    """Why a verdict is not in the headline, the weightiest first; empty for the jury's."""
    if row.is_for_trial:
        return "trial"
    return "" if row.role == Judgment.Role.JURY else row.role
