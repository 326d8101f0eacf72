"""The tables of what machines were asked and answered, but for the calls: one row type each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from raters.export.call_table import CALLS, models_of, without_key_names
from raters.export.tables import CHUNK, Table, as_json
from raters.verdicts import iso_utc
from studies.judging.planning import judge_as_asked
from studies.models import Generation, Judgment, Run, Study
from studies.selectors import response_key


class RunRow(NamedTuple):
    """Money is in millionths of `currency`."""

    run: int
    kind: str
    state: str
    protocol_hash: str
    design_sha256: str
    design: str
    plan: str
    created_at: str
    priced_at: str
    currency: str
    cap_calls: int | None
    cap_tokens: int | None
    cap_micros: int | None
    calls: int
    spent_tokens: int
    spent_micros: int
    started_at: str
    paused_at: str
    pause_reason: str
    finished_at: str
    cancelled_at: str
    has_pilot: bool
    gate: str
    gate_decided_at: str
    gate_passed: bool | None
    gate_waived_at: str
    gate_waiver: str


class JudgeRow(NamedTuple):
    judge: str
    family: str
    provider: str
    api: str
    host: str
    model_id: str
    variant: str
    prompt_version: str
    settings: str
    longest_text: int | None
    for_trial: bool
    is_own: bool


class JudgmentRow(NamedTuple):
    """`call` and what follows from it are those of the accepted answer; "first" is the reply shown first."""

    judge: str
    dialogue: str
    pair: str
    order: str
    replicate: int
    role: str
    same_family: bool
    pilot: bool
    variant: str
    protocol_hash: str
    run: int
    status: str
    outcome: str
    error_kind: str
    error: str
    attempts: int
    samples: int
    slot_first: str | None
    slot_second: str | None
    model_requested: str
    model_returned: str
    other_model: bool | None
    evidence_first: str
    evidence_second: str
    reason: str
    reasons: str
    finished_at: str
    call: int | None


class GenerationRow(NamedTuple):
    """`response` is empty where the answer is no reply; `call` as above."""

    dialogue: str
    system: str
    replicate: int
    run: int
    status: str
    outcome: str
    error_kind: str
    error: str
    attempts: int
    samples: int
    text: str
    flags: str
    response: str
    model_requested: str
    model_returned: str
    other_model: bool | None
    finished_at: str
    call: int | None


def run_rows(study: Study) -> Iterator[RunRow]:
    """Nobody's name: who planned or waived is in the database only."""
    for row in study.runs.select_related("protocol").defer("protocol__canonical").order_by("number"):
        yield RunRow(
            run=row.number,
            kind=row.kind,
            state=row.state,
            protocol_hash=row.protocol.sha256 if row.protocol else "",
            design_sha256=row.design_sha256,
            design=as_json(row.design),
            plan=as_json(_without_keys(row)),
            created_at=iso_utc(row.created_at),
            priced_at=iso_utc(row.priced_at),
            currency=row.currency,
            cap_calls=row.cap_calls,
            cap_tokens=row.cap_tokens,
            cap_micros=row.cap_micros,
            calls=row.calls,
            spent_tokens=row.spent_tokens,
            spent_micros=row.spent_micros,
            started_at=iso_utc(row.started_at),
            paused_at=iso_utc(row.paused_at),
            pause_reason=without_key_names(row.pause_reason),
            finished_at=iso_utc(row.finished_at),
            cancelled_at=iso_utc(row.cancelled_at),
            has_pilot=row.has_pilot,
            gate=as_json(row.gate),
            gate_decided_at=iso_utc(row.gate_decided_at),
            gate_passed=row.gate_passed,
            gate_waived_at=iso_utc(row.gate_waived_at),
            gate_waiver=row.gate_waiver,
        )


def _without_keys(run: Run) -> dict[str, Any]:
    """The plan, its providers by name only: their numbers are this database's own."""
    loads = [
        {name: value for name, value in load.items() if name != "provider"}
        for load in run.plan.get("loads", [])
    ]
    return {name: value for name, value in run.plan.items() if name != "providers"} | {"loads": loads}


def judge_rows(study: Study) -> Iterator[JudgeRow]:
    for row in study.judges.select_related("provider").order_by("pk"):
        asked = judge_as_asked(row)
        yield JudgeRow(
            judge=row.name,
            family=row.family,
            provider=row.provider.name,
            api=asked["api"],
            host=asked["host"],
            model_id=row.model_id,
            variant=row.variant,
            prompt_version=row.prompt_version,
            settings=as_json(asked["settings"]),
            longest_text=row.longest_text,
            for_trial=row.provider.for_trial,
            is_own=row.provider.is_own,
        )


def judgment_rows(study: Study) -> Iterator[JudgmentRow]:
    """Whatever came of them, in the order in which they were planned."""
    place = JudgmentRow._fields.index("error")
    rows = Judgment.objects.filter(run__study=study).order_by("pk")
    selected = rows.values_list(
        "judge__name",
        "pair__dialogue__external_id",
        "pair__key",
        "order",
        "replicate",
        "role",
        "same_family",
        "is_pilot",
        "judge__variant",
        "protocol__sha256",
        "run__number",
        "status",
        "outcome",
        "error_kind",
        "error",
        "attempts",
        "samples",
        "call__slot_first",
        "call__slot_second",
        "call__model_requested",
        "call__model_returned",
        "evidence",
        "reason",
        "reasons",
        "finished_at",
        "call_id",
    )
    for *facts, asked, returned, evidence, reason, reasons, at, call in selected.iterator(chunk_size=CHUNK):
        facts[place] = without_key_names(facts[place])
        models = models_of(asked, returned)
        said = (*(evidence or ("", "")), reason, as_json(reasons))
        yield JudgmentRow._make((*facts, *models, *said, iso_utc(at), call))


def generation_rows(study: Study) -> Iterator[GenerationRow]:
    """Whatever came of them, in the order in which they were planned."""
    place = GenerationRow._fields.index("error")
    rows = Generation.objects.filter(run__study=study).order_by("pk")
    selected = rows.values_list(
        "dialogue__external_id",
        "system__name",
        "replicate",
        "run__number",
        "status",
        "outcome",
        "error_kind",
        "error",
        "attempts",
        "samples",
        "text",
        "flags",
        "response_id",
        "call__model_requested",
        "call__model_returned",
        "finished_at",
        "call_id",
    )
    for *facts, flags, response, asked, returned, at, call in selected.iterator(chunk_size=CHUNK):
        dialogue, system, replicate = facts[:3]
        key = "" if response is None else response_key(dialogue, system, replicate)
        facts[place] = without_key_names(facts[place])
        models = models_of(asked, returned)
        yield GenerationRow._make((*facts, "|".join(flags), key, *models, iso_utc(at), call))


MACHINE_TABLES: Final = (
    Table("runs.csv", RunRow._fields, run_rows),
    Table("judges.csv", JudgeRow._fields, judge_rows),
    Table("judgments.csv", JudgmentRow._fields, judgment_rows),
    Table("generations.csv", GenerationRow._fields, generation_rows),
    CALLS,
)
