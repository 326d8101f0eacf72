"""Planning a generation run: which replies are missing, and what it takes to fetch them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from studies import selectors
from studies.calling import designing, estimating, runs
from studies.calling.designing import Load, PlanError
from studies.generation import prompts
from studies.generation.prompts import LengthPolicy
from studies.llm.port import CallRequest
from studies.models import Dialogue, Generation, Response, Run, Study, System

CHUNK: Final = 500


@transaction.atomic
def plan_replies(
    *,
    study: Study,
    systems: Sequence[System],
    now: datetime,
    replicates: int = 1,
    created_by: AbstractBaseUser | None = None,
) -> Run:
    """A run that fetches the replies which these systems do not have yet. Raises PlanError.

    Every dialogue of the study gets `replicates` replies by each system; what was imported or fetched
    before is not asked for again.
    """
    study = _unfrozen(study)
    if replicates < 1:
        raise PlanError("at least one reply to each dialogue must be asked for")
    systems = sorted((_ready(system) for system in systems), key=lambda one: one.name)
    if not systems:
        raise PlanError("no system is chosen: add one with a provider and a model id")
    policy = policy_of(study)
    design = {
        "study": study.slug,
        "kind": Run.Kind.GENERATE.value,
        "systems": [system_as_asked(system) for system in systems],
        "replicates": replicates,
        "policy": asdict(policy),
        "templates": {name: prompts.TEMPLATES[name].sha256 for name in _versions(systems)},
    }
    run = designing.make_run(
        study=study,
        kind=Run.Kind.GENERATE,
        protocol=None,
        design=design,
        created_by=created_by,
        now=now,
    )
    _fill(run, systems, replicates, policy, now)
    return run


@transaction.atomic
def extend(*, run: Run, now: datetime) -> int:
    """Adds what is missing since the run was planned, such as newly imported dialogues; how many rows."""
    study = _unfrozen(run.study)
    names = [row["name"] for row in run.design["systems"]]
    systems = list(study.systems.filter(name__in=names).select_related("provider").order_by("name"))
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state == "cancelled":
        raise PlanError("this run was cancelled: plan a new one")
    added = _fill(locked, systems, run.design["replicates"], LengthPolicy(**run.design["policy"]), now)
    if locked.finished_at is not None:
        Run.objects.filter(pk=run.pk).update(finished_at=None)
    return added


def policy_of(study: Study) -> LengthPolicy:
    return LengthPolicy(study.max_words, study.max_sentences)


def system_as_asked(system: System) -> dict[str, Any]:
    counts = {"params_total": system.params_total, "params_active": system.params_active}
    return designing.as_asked(system) | counts


def _unfrozen(study: Study) -> Study:
    """The locked study: freezing locks it too, so no reply can be planned into a frozen one."""
    locked = Study.objects.select_for_update().get(pk=study.pk)
    if locked.is_frozen():
        raise PlanError("the study is frozen: its replies can no longer change")
    return locked


def _ready(system: System) -> System:
    """A system that can be asked, its prompt version noted."""
    if system.kind != System.Kind.LLM:
        raise PlanError(f"{system.name} is no language model")
    designing.provider_of(system)
    if not system.family.strip():
        raise PlanError(f"say of which family {system.name} is: judges of its own family must not judge it")
    if not system.prompt_version:
        system.prompt_version = prompts.CURRENT.version
        system.save(update_fields=["prompt_version"])
    if system.prompt_version not in prompts.TEMPLATES:
        known = ", ".join(prompts.TEMPLATES)
        raise PlanError(f"{system.name} names the prompt {system.prompt_version!r}; known are: {known}")
    return system


def _versions(systems: Sequence[System]) -> list[str]:
    return sorted({system.prompt_version for system in systems})


def _fill(run: Run, systems: Sequence[System], replicates: int, policy: LengthPolicy, now: datetime) -> int:
    """Rows for what is missing, and what they come to. Raises PlanError where nothing is."""
    loads = {system.pk: designing.load_of(system) for system in systems}
    rows = 0
    chunk: list[Generation] = []
    for generation in _missing(run, systems, replicates, policy, loads, now):
        chunk.append(generation)
        if len(chunk) == CHUNK:
            rows += len(Generation.objects.bulk_create(chunk))
            chunk.clear()
    rows += len(Generation.objects.bulk_create(chunk))
    rows += _take_over(run, systems, replicates, policy, loads, now)
    if not rows:
        raise PlanError("nothing is missing: every dialogue has these replies, or there are no dialogues")
    designing.note_plan(run, loads.values())
    return rows


def _missing(
    run: Run,
    systems: Sequence[System],
    replicates: int,
    policy: LengthPolicy,
    loads: dict[int, Load],
    now: datetime,
) -> Iterator[Generation]:
    known = _known(systems)
    dialogues = Dialogue.objects.filter(study=run.study).only("turns").order_by("pk")
    for dialogue in dialogues.iterator(chunk_size=CHUNK):
        if not dialogue.turns:
            continue
        for system in systems:
            for replicate in range(1, replicates + 1):
                if (dialogue.pk, system.pk, replicate) in known:
                    continue
                _add(loads[system.pk], system, dialogue, policy)
                yield Generation(
                    run=run,
                    provider_id=loads[system.pk].provider,
                    dialogue=dialogue,
                    system=system,
                    replicate=replicate,
                    not_before=now,
                )


def _add(load: Load, system: System, dialogue: Dialogue, policy: LengthPolicy) -> None:
    request = _request(system, dialogue, policy)
    load.add(
        told=estimating.likely_input_tokens(request),
        wrote=min(estimating.likely_reply_tokens(policy.max_words), system.max_tokens),
        most_told=estimating.most_input_tokens(request),
        most_wrote=system.max_tokens,
    )


def _take_over(
    run: Run,
    systems: Sequence[System],
    replicates: int,
    policy: LengthPolicy,
    loads: dict[int, Load],
    now: datetime,
) -> int:
    """Rows that cancelled runs left without an answer; how many."""
    taken = 0
    for system in systems:
        left = runs.left_behind(Generation.objects.filter(system=system, replicate__lte=replicates))
        left = left.exclude(Exists(_imported_meanwhile()))
        for row in left.select_related("dialogue"):
            _add(loads[system.pk], system, row.dialogue, policy)
        provider = loads[system.pk].provider
        taken += runs.take_over(run=run, rows=left, provider=provider, now=now)
    return taken


def _imported_meanwhile() -> QuerySet[Response]:
    place = {name: OuterRef(name) for name in ("dialogue_id", "system_id", "replicate")}
    return Response.objects.filter(**place)


def _known(systems: Sequence[System]) -> set[tuple[int, int, int]]:
    places = ("dialogue_id", "system_id", "replicate")
    return {
        place
        for rows in (Response.objects, Generation.objects)
        for place in rows.filter(system__in=systems).values_list(*places)
    }


def _request(system: System, dialogue: Dialogue, policy: LengthPolicy) -> CallRequest:
    template = prompts.TEMPLATES[system.prompt_version]
    messages = prompts.messages_for(selectors.shown_turns(dialogue), policy=policy, template=template)
    return CallRequest(
        endpoint=designing.provider_of(system).endpoint,
        model=system.model_id,
        messages=messages,
        settings=system.call_settings(),
    )
