"""Planning a judging run: the jury plan of `jury`, drawn from the study, as rows to be done."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from studies import selectors
from studies.calling import designing, estimating, runs
from studies.calling.designing import Load, PlanError
from studies.comparison import Order
from studies.judging import jury, prompts
from studies.judging.jury import Authors, JudgeSpec, JuryDesign, PlannedJudgment
from studies.llm.port import CallRequest
from studies.models import Judge, Judgment, Pair, Protocol, Run, Study, System
from studies.protocol import ProtocolDocument

CHUNK: Final = 1000
#: Pairs that are named in a plan; the rest is counted.
NAMED: Final = 20
#: Pairs of the pilot unless set otherwise: enough for each of its checks.
PILOT: Final = 50
#: The jury unless set otherwise.
DESIGN: Final = JuryDesign()

Seat = tuple[int, int, str, int]


@transaction.atomic
def plan_judgments(
    *,
    study: Study,
    judges: Sequence[Judge],
    now: datetime,
    design: JuryDesign = DESIGN,
    pilot: int = PILOT,
    created_by: AbstractBaseUser | None = None,
) -> Run:
    """A run in which these judges judge the study's pairs, both orders. Raises PlanError.

    `pilot` pairs, drawn by the study's seed, and all decoys come before the others and must pass the gate;
    0 is no pilot. What a judge has judged before, in any run, is not asked for again.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    protocol = selectors.current_protocol(study)
    if protocol is None:
        raise PlanError("judges are asked what the protocol says: freeze the study first")
    if pilot < 0:
        raise PlanError("a pilot has no fewer than 0 pairs")
    judges = [_ready(judge) for judge in sorted(judges, key=lambda one: one.name)]
    if len({judge.variant for judge in judges}) > 1:
        raise PlanError("judges with and without rubric are asked different things: plan a run for each")
    run = designing.make_run(
        study=study,
        kind=Run.Kind.JUDGE,
        protocol=protocol,
        design=_design(study, protocol, judges, design, pilot),
        created_by=created_by,
        now=now,
        has_pilot=pilot > 0,
    )
    if not _fill(run, judges, design, pilot, now):
        raise PlanError("nothing is left to judge: these judges have judged all their pairs")
    return run


@transaction.atomic
def extend(*, run: Run, now: datetime) -> int:
    """Adds the pairs that no judgment was planned for yet; how many rows. Raises PlanError."""
    Study.objects.select_for_update().get(pk=run.study_id)
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state == "cancelled":
        raise PlanError("this run was cancelled: plan a new one")
    names = [row["name"] for row in run.design["judges"]]
    judges = list(Judge.objects.filter(study=run.study, name__in=names).select_related("provider"))
    design = JuryDesign(**run.design["jury"])
    judges.sort(key=lambda one: one.name)
    added = _fill(locked, judges, design, 0, now, only_new_pairs=True)
    if not added:
        raise PlanError("there are no new pairs")
    if locked.finished_at is not None:
        Run.objects.filter(pk=run.pk).update(finished_at=None)
    return added


def _ready(judge: Judge) -> Judge:
    """A judge with its prompt version noted, so that it is the same one for good."""
    variant: Any = judge.variant
    if not judge.prompt_version:
        judge.prompt_version = prompts.CURRENT[variant].version
        judge.save(update_fields=["prompt_version"])
    if judge.prompt_version not in prompts.TEMPLATES:
        known = ", ".join(prompts.TEMPLATES)
        raise PlanError(f"{judge.name} names the prompt {judge.prompt_version!r}; known are: {known}")
    return judge


def _design(
    study: Study, protocol: Protocol, judges: Sequence[Judge], design: JuryDesign, pilot: int
) -> dict[str, Any]:
    return {
        "study": study.slug,
        "kind": Run.Kind.JUDGE.value,
        "protocol": protocol.sha256,
        "judges": [judge_as_asked(judge) for judge in judges],
        "jury": asdict(design),
        "seed": study.seed,
        "pilot": pilot,
        "templates": {
            judge.prompt_version: prompts.TEMPLATES[judge.prompt_version].sha256 for judge in judges
        },
    }


def judge_as_asked(judge: Judge) -> dict[str, Any]:
    return designing.as_asked(judge) | {"variant": judge.variant, "longest_text": judge.longest_text}


def _fill(
    run: Run,
    judges: Sequence[Judge],
    design: JuryDesign,
    pilot: int,
    now: datetime,
    *,
    only_new_pairs: bool = False,
) -> int:
    """The rows that are missing; how many."""
    assert run.protocol is not None  # the database checks it
    pairs = {pair.key: pair for pair in _pairs(run.study)}
    known = _known(judges)
    judged = {pair for _, pair, _, _ in known} if only_new_pairs else set()
    authors = [_authors(pair) for pair in pairs.values() if pair.pk not in judged]
    specs = [JudgeSpec(judge.name, judge.family) for judge in judges]
    # With what was judged before as load, the same judges would be dealt other juries for the same pairs.
    load = _loads(judges) if only_new_pairs else None
    try:
        drawn = jury.plan(authors, specs, seed=run.study.seed, design=design, load=load)
    except jury.PlanError as error:
        raise PlanError(str(error)) from error
    first = _pilot_of(pairs, drawn.judgments, pilot, run.study.seed)
    by_name = {judge.name: judge for judge in judges}
    loads = {judge.name: designing.load_of(judge) for judge in judges}
    costs = _Costs(run.protocol.document(), pairs)
    rows = [
        _row(run, by_name[one.judge], pairs[one.pair], one, costs, loads, now, is_pilot=one.pair in first)
        for one in sorted(drawn.judgments, key=lambda one: one.pair not in first)
        if (by_name[one.judge].pk, pairs[one.pair].pk, one.order.value, one.replicate) not in known
    ]
    taken_over = _take_over(run, judges, costs, loads, first, now)
    Judgment.objects.bulk_create(rows, batch_size=CHUNK)
    designing.note_plan(run, loads.values(), jury=_told(drawn.summary))
    return len(rows) + taken_over


def _pairs(study: Study) -> Iterator[Pair]:
    """Main pairs and decoys, whose authors' families decide who may judge them."""
    rows = Pair.objects.of(study).filter(kind__in=[Pair.Kind.MAIN, Pair.Kind.DECOY])
    return rows.select_related("dialogue", "first__system", "second__system").iterator(chunk_size=CHUNK)


def _authors(pair: Pair) -> Authors:
    return Authors(pair.key, _family(pair.first.system), _family(pair.second.system))


def _family(system: System) -> str | None:
    """None for people, and for broken replies that were made here."""
    return system.family if system.kind == System.Kind.LLM else None


def _known(judges: Sequence[Judge]) -> set[Seat]:
    rows = Judgment.objects.filter(judge__in=judges)
    return set(rows.values_list("judge_id", "pair_id", "order", "replicate").iterator(chunk_size=5000))


def _loads(judges: Sequence[Judge]) -> Mapping[str, int]:
    """How many pairs each judge has already as a member of a jury."""
    rows = Judgment.objects.filter(judge__in=judges, role=Judgment.Role.JURY, replicate=1, order=Order.AB)
    return Counter(rows.values_list("judge__name", flat=True))


def _pilot_of(
    pairs: Mapping[str, Pair], planned: Sequence[PlannedJudgment], size: int, seed: int
) -> frozenset[str]:
    """The pairs that come first: some of the main ones, drawn by seed, and all decoys."""
    if not size:
        return frozenset()
    keys = {one.pair for one in planned}
    decoys = frozenset(key for key in keys if pairs[key].kind == Pair.Kind.DECOY)
    return jury.draw_pilot(keys - decoys, size=size, seed=seed) | decoys


class _Costs:
    """Tokens of a judge's call by pair: the prompt is the same length for all judges of a variant."""

    def __init__(self, document: ProtocolDocument, pairs: Mapping[str, Pair]) -> None:
        self._document, self._pairs = document, pairs
        self._told: dict[tuple[str, str], tuple[int, int, int]] = {}

    def add_to(self, load: Load, judge: Judge, pair: Pair, *, is_pilot: bool) -> None:
        key = (pair.key, judge.prompt_version)
        if key not in self._told:
            self._told[key] = self._of(judge, pair)
        told, most_told, wrote = self._told[key]
        load.add(
            told=told,
            wrote=min(wrote, judge.max_tokens),
            most_told=most_told,
            most_wrote=judge.max_tokens,
            is_pilot=is_pilot,
        )

    def _of(self, judge: Judge, pair: Pair) -> tuple[int, int, int]:
        variant: Any = judge.variant
        comparison = selectors.comparison_for(pair, Order.AB, self._document.design.shown_profile)
        prompt = prompts.judge_request(
            comparison,
            self._document,
            variant=variant,
            rng=random.Random(0),
            template=prompts.TEMPLATES[judge.prompt_version],
        )
        request = CallRequest(
            judge.provider.endpoint, judge.model_id, prompt.messages, judge.call_settings(), prompt.schema
        )
        wrote = estimating.likely_verdict_tokens(
            len(prompt.layout.questions), has_evidence=prompt.layout.has_evidence
        )
        return estimating.likely_input_tokens(request), estimating.most_input_tokens(request), wrote


def _row(
    run: Run,
    judge: Judge,
    pair: Pair,
    planned: PlannedJudgment,
    costs: _Costs,
    loads: dict[str, Load],
    now: datetime,
    *,
    is_pilot: bool,
) -> Judgment:
    costs.add_to(loads[judge.name], judge, pair, is_pilot=is_pilot)
    return Judgment(
        run=run,
        provider_id=judge.provider_id,
        protocol=run.protocol,
        judge=judge,
        pair=pair,
        order=planned.order.value,
        replicate=planned.replicate,
        role=planned.role.value,
        same_family=planned.same_family,
        is_pilot=is_pilot,
        not_before=now,
    )


def _take_over(
    run: Run,
    judges: Sequence[Judge],
    costs: _Costs,
    loads: dict[str, Load],
    first: frozenset[str],
    now: datetime,
) -> int:
    """Rows that cancelled runs left without an answer; how many. Those of this run's pilot come first too."""
    taken = 0
    for judge in judges:
        left = runs.left_behind(Judgment.objects.filter(judge=judge))
        for row in left.select_related("pair__dialogue", "pair__first", "pair__second"):
            costs.add_to(loads[judge.name], judge, row.pair, is_pilot=row.pair.key in first)
        for rows, is_pilot in ((left.filter(pair__key__in=first), True), (left, False)):
            taken += runs.take_over(
                run=run, rows=rows, provider=judge.provider_id, now=now, is_pilot=is_pilot
            )
    return taken


def _told(summary: jury.Summary) -> dict[str, Any]:
    """The jury's summary as a researcher reads it before the run."""
    return {
        "pairs": summary.pairs,
        "eligible": {str(count): pairs for count, pairs in summary.eligible.items()},
        "without_jury": len(summary.without_jury),
        "without_jury_named": list(summary.without_jury[:NAMED]),
        "smaller": summary.smaller,
        "calls_by_role": {role.value: calls for role, calls in summary.calls_by_role.items()},
    }
