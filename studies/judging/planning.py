"""Planning a judging run: the jury plan of `jury`, drawn from the study, as rows to be done."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from studies import selectors
from studies.calling import designing, runs
from studies.calling.designing import PlanError
from studies.comparison import Order
from studies.judging import jury, prompts
from studies.judging.costing import Costs
from studies.judging.jury import Authors, JudgeSpec, JuryDesign, PlannedJudgment
from studies.models import Judge, Judgment, Pair, Protocol, Run, Study, System

CHUNK: Final = 1000
#: Pairs that are named in a plan; the rest is counted.
NAMED: Final = 20
#: Pairs of the pilot unless set otherwise: enough for each of its checks.
PILOT: Final = 50
#: The jury unless set otherwise.
DESIGN: Final = JuryDesign()
SEAT: Final = ("judge_id", "pair_id", "order", "replicate", "role")

#: Judge, pair, order, replicate and role: a panel is a design of its own, and judges beside a jury.
Seat = tuple[int, int, str, int, str]


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
    judged = {seat[1] for seat in known} if only_new_pairs else set()
    authors = [_authors(pair) for pair in pairs.values() if pair.pk not in judged]
    specs = [JudgeSpec(judge.name, judge.family) for judge in judges]
    # With what was judged before as load, the same judges would be dealt other juries for the same pairs.
    load = _loads(judges) if only_new_pairs else None
    try:
        drawn = jury.plan(authors, specs, seed=run.study.seed, design=design, load=load)
    except jury.PlanError as error:
        raise PlanError(str(error)) from error
    by_name = {judge.name: judge for judge in judges}
    left = _left_behind(judges)
    seats = [(_seat(by_name[one.judge], pairs[one.pair], one), one) for one in drawn.judgments]
    open_seats = [(seat, one) for seat, one in seats if seat in left or seat not in known]
    first = _pilot_of(pairs, [one for _, one in open_seats], pilot, run.study.seed)
    loads = {judge.name: designing.load_of(judge) for judge in judges}
    costs = Costs(run.protocol.document(), pairs)
    rows = []
    for seat, one in sorted(open_seats, key=lambda pair: pair[1].pair not in first):
        judge, pair, is_pilot = by_name[one.judge], pairs[one.pair], one.pair in first
        costs.add_to(loads[judge.name], judge, pair, is_pilot=is_pilot)
        if seat not in left:
            rows.append(_row(run, judge, pair, one, now, is_pilot=is_pilot))
    _take_over(run, by_name, [(left[seat], one) for seat, one in open_seats if seat in left], first, now)
    Judgment.objects.bulk_create(rows, batch_size=CHUNK)
    told = _told(drawn.summary)
    designing.note_plan(run, loads.values(), jury=_added(run.plan.get("jury"), told))
    return len(open_seats)


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
    return set(rows.values_list(*SEAT).iterator(chunk_size=5000))


def _left_behind(judges: Sequence[Judge]) -> dict[Seat, int]:
    """Rows that cancelled runs left without an answer, by seat: they stand in the way of new ones."""
    rows = runs.left_behind(Judgment.objects.filter(judge__in=judges))
    return {(judge, *seat): pk for pk, judge, *seat in rows.values_list("pk", *SEAT)}


def _seat(judge: Judge, pair: Pair, planned: PlannedJudgment) -> Seat:
    return judge.pk, pair.pk, planned.order.value, planned.replicate, planned.role.value


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


def _row(
    run: Run,
    judge: Judge,
    pair: Pair,
    planned: PlannedJudgment,
    now: datetime,
    *,
    is_pilot: bool,
) -> Judgment:
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
    by_name: Mapping[str, Judge],
    left: Sequence[tuple[int, PlannedJudgment]],
    first: frozenset[str],
    now: datetime,
) -> None:
    """Makes rows this run's that it has a seat for, by judge and by whether they belong to its pilot."""
    groups: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for pk, planned in left:
        groups[planned.judge, planned.pair in first].append(pk)
    for (name, is_pilot), keys in groups.items():
        rows = Judgment.objects.filter(pk__in=keys)
        provider = by_name[name].provider_id
        runs.take_over(run=run, rows=rows, provider=provider, now=now, is_pilot=is_pilot)


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


def _added(before: dict[str, Any] | None, told: dict[str, Any]) -> dict[str, Any]:
    """The summary of an extended run: what stood there and what was added."""
    if before is None:
        return told
    named = [*before["without_jury_named"], *told["without_jury_named"]]
    return {
        "pairs": before["pairs"] + told["pairs"],
        "eligible": dict(Counter(before["eligible"]) + Counter(told["eligible"])),
        "without_jury": before["without_jury"] + told["without_jury"],
        "without_jury_named": named[:NAMED],
        "smaller": before["smaller"] + told["smaller"],
        "calls_by_role": dict(Counter(before["calls_by_role"]) + Counter(told["calls_by_role"])),
    }
