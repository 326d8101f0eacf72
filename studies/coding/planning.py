"""Planning a coding run: which coder reads which passages how often, as rows to be done."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from studies.calling import designing, runs
from studies.calling.designing import Load, PlanError
from studies.calling.runs import WITHHELD
from studies.codebook import REASON, REPLY
from studies.coding import codebooks, prompts
from studies.coding.codebooks import CodebookError
from studies.coding.coding import SENTENCES, refusal_of
from studies.coding.costing import Costs
from studies.models import Codebook, Coder, Coding, Judge, Passage, Run, Study

CHUNK: Final = 1000
KINDS: Final = (REASON, REPLY)
#: How often a passage drawn for self-consistency is coded.
REPLICATES: Final = 3


@dataclass(frozen=True, slots=True)
class CodingDesign:
    """What is coded, and how often.

    `first`: of each kind so many passages, the first in the drawn order; None is all. `consistency_share`, of
    1: of each coder's passages, how many it codes three times, rounded up.
    """

    kinds: tuple[str, ...] = KINDS
    first: int | None = None
    consistency_share: float = 0.05


DESIGN: Final = CodingDesign()


@transaction.atomic
def plan_codings(
    *,
    study: Study,
    coders: Sequence[Coder],
    now: datetime,
    design: CodingDesign = DESIGN,
    created_by: AbstractBaseUser | None = None,
) -> Run:
    """A run in which each of these coders codes the study's passages. Raises PlanError.

    The codebook is frozen as it stands. What a coder has coded before with it, in any run, is not asked for
    again. A rater's words that may not leave for a coder's provider get a row that says so, and
    is never sent.
    """
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    _check(study, coders, design)
    try:
        codebook = codebooks.freeze(study=study, now=now)
    except CodebookError as error:
        raise PlanError(str(error)) from error
    coders = [_ready(coder) for coder in sorted(coders, key=lambda one: one.name)]
    if REASON in design.kinds:
        _refuse_kin(study, coders)
    run = designing.make_run(
        study=study,
        kind=Run.Kind.CODE,
        protocol=None,
        design=_design(study, coders, codebook, design),
        created_by=created_by,
        now=now,
    )
    added = _fill(run, coders, codebook, design, now)
    if not added.sent:
        raise PlanError(_nothing_left(added.withheld))
    return run


@transaction.atomic
def extend(*, run: Run, now: datetime) -> int:
    """Adds the passages that were set out since; how many rows. Raises PlanError."""
    Study.objects.select_for_update(no_key=True).get(pk=run.study_id)
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state == "cancelled":
        raise PlanError("this run was cancelled: plan a new one")
    asked = locked.design["coding"]
    design = CodingDesign(tuple(asked["kinds"]), asked["first"], asked["consistency_share"])
    names = [row["name"] for row in locked.design["coders"]]
    coders = list(Coder.objects.filter(study=run.study, name__in=names).select_related("provider"))
    coders.sort(key=lambda one: one.name)
    if REASON in design.kinds:
        _refuse_kin(run.study, coders)
    codebook = Codebook.objects.get(study=run.study, version=locked.design["codebook_version"])
    added = _fill(locked, coders, codebook, design, now, only_new=True)
    if not (added.sent or added.withheld):
        raise PlanError("there are no new passages")
    if added.sent and locked.finished_at is not None:
        Run.objects.filter(pk=run.pk).update(finished_at=None)
    return added.sent + added.withheld


def coder_as_asked(coder: Coder) -> dict[str, Any]:
    return designing.as_asked(coder) | {"longest_text": coder.longest_text}


def _check(study: Study, coders: Sequence[Coder], design: CodingDesign) -> None:
    if not coders:
        raise PlanError("there are no coders: add one first")
    if not design.kinds or set(design.kinds) - set(KINDS):
        raise PlanError(f"passages are of these kinds: {', '.join(KINDS)}")
    if design.first is not None and design.first < 1:
        raise PlanError("code at least one passage of each kind")
    if not 0 <= design.consistency_share <= 1:
        raise PlanError("a share lies between 0 and 1")
    if not Passage.objects.filter(study=study, kind__in=design.kinds).legible().exists():
        raise PlanError("there are no passages to code: set reasons and replies out first")


def _ready(coder: Coder) -> Coder:
    """A coder that can be asked, its prompt version noted, so that it is the same one for good."""
    designing.provider_of(coder)
    if not coder.prompt_version:
        coder.prompt_version = prompts.CURRENT
        coder.save(update_fields=["prompt_version"])
    if coder.prompt_version not in prompts.TEMPLATES:
        known = ", ".join(prompts.TEMPLATES)
        raise PlanError(f"{coder.name} names the prompt {coder.prompt_version!r}; known are: {known}")
    return coder


def _refuse_kin(study: Study, coders: Sequence[Coder]) -> None:
    """No coder reads reasons by a judge of its own family: it could know its kind by its style."""
    reasons = Passage.objects.filter(study=study, kind=REASON, source_kind=Passage.Source.JUDGE)
    names = reasons.order_by().values_list("source", flat=True).distinct()
    for judge in Judge.objects.filter(study=study, name__in=names).order_by("name"):
        for coder in coders:
            if _folded(coder.family) == _folded(judge.family):
                raise PlanError(
                    f"the coder {coder.name} and the judge {judge.name}, whose reasons are set out, are both "
                    f"of the family {judge.family}: add a coder of another family, or let this one code "
                    "replies only"
                )


def _folded(family: str) -> str:
    """GPT, gpt and " gpt" are one family."""
    return family.strip().casefold()


def _design(
    study: Study, coders: Sequence[Coder], codebook: Codebook, design: CodingDesign
) -> dict[str, Any]:
    templates = [
        template for coder in coders for template in prompts.TEMPLATES[coder.prompt_version].values()
    ]
    return {
        "study": study.slug,
        "kind": Run.Kind.CODE.value,
        "codebook": codebook.sha256,
        "codebook_version": codebook.version,
        "coders": [coder_as_asked(coder) for coder in coders],
        "coding": asdict(design) | {"kinds": list(design.kinds)},
        "seed": study.seed,
        "templates": {template.version: template.sha256 for template in templates},
    }


@dataclass(slots=True)
class _Added:
    """Rows that came into a run, and among those asked for how many are never sent."""

    passages: int = 0
    sent: int = 0
    withheld: int = 0
    same_family: int = 0


def _fill(
    run: Run,
    coders: Sequence[Coder],
    codebook: Codebook,
    design: CodingDesign,
    now: datetime,
    *,
    only_new: bool = False,
) -> _Added:
    """The rows that are missing."""
    passages = list(_passages(run.study, design))
    planned = Coding.objects.filter(coder__in=coders, codebook=codebook)
    if only_new:
        old = set(planned.values_list("passage_id", flat=True))
        passages = [passage for passage in passages if passage.pk not in old]
    known = set(planned.values_list("coder_id", "passage_id", "replicate"))
    left = {tuple(seat): pk for pk, *seat in _left_behind(coders, codebook)}
    costs, added = Costs(codebook), _Added(passages=len(passages))
    loads = [designing.load_of(coder) for coder in coders]
    rows = []
    for coder, load in zip(coders, loads, strict=True):
        often = _coded_often(passages, coder, design.consistency_share, run.study.seed)
        taken: list[int] = []
        for passage, replicate in _seats(passages, often):
            seat = (coder.pk, passage.pk, replicate)
            if seat in known and seat not in left:
                continue
            row = _row(run, coder, codebook, passage, replicate, now)
            _count(added, row, load, costs)
            if seat not in left:
                rows.append(row)
            elif row.status == Coding.Status.PENDING:
                taken.append(left[seat])
        runs.take_over(run=run, rows=Coding.objects.filter(pk__in=taken), provider=coder.provider_id, now=now)
    Coding.objects.bulk_create(rows, batch_size=CHUNK)
    designing.note_plan(run, loads, coding=_summed(run.plan.get("coding"), added))
    return added


def _passages(study: Study, design: CodingDesign) -> Iterator[Passage]:
    """In the drawn order, kind by kind."""
    rows = Passage.objects.filter(study=study).legible().select_related("dialogue", "response__system")
    for kind in design.kinds:
        yield from rows.filter(kind=kind).order_by("place", "pk")[: design.first]


def _left_behind(coders: Sequence[Coder], codebook: Codebook) -> Any:
    """Rows that cancelled runs left without an answer: they stand in the way of new ones."""
    rows = runs.left_behind(Coding.objects.filter(coder__in=coders, codebook=codebook))
    return rows.values_list("pk", "coder_id", "passage_id", "replicate")


def _coded_often(passages: Sequence[Passage], coder: Coder, share: float, seed: int) -> set[int]:
    """Passages that the coder codes three times, drawn by seed from those that it may read."""
    read = [passage.pk for passage in passages if not refusal_of(passage, coder.provider)]
    count = math.ceil(round(len(read) * share, 9))
    return set(random.Random(f"consistency:{seed}:{coder.name}").sample(read, count))


def _seats(passages: Sequence[Passage], often: set[int]) -> Iterator[tuple[Passage, int]]:
    for passage in passages:
        for replicate in range(1, 1 + (REPLICATES if passage.pk in often else 1)):
            yield passage, replicate


def _row(
    run: Run, coder: Coder, codebook: Codebook, passage: Passage, replicate: int, now: datetime
) -> Coding:
    """A row in line, or one that says why it is never sent."""
    refused = refusal_of(passage, coder.provider)
    ended = {"status": Coding.Status.FAILED, "finished_at": now, "error_kind": refused}
    return Coding(
        run=run,
        provider=coder.provider,
        coder=coder,
        codebook=codebook,
        passage=passage,
        replicate=replicate,
        same_family=_wrote(passage, coder),
        not_before=now,
        **(ended | {"error": SENTENCES[refused]} if refused else {}),
    )


def _wrote(passage: Passage, coder: Coder) -> bool:
    """Whether a model of the coder's family wrote this reply."""
    return passage.response is not None and _folded(passage.response.system.family) == _folded(coder.family)


def _count(added: _Added, row: Coding, load: Load, costs: Costs) -> None:
    if row.error_kind == WITHHELD:
        added.withheld += 1
        return
    added.sent += 1
    added.same_family += row.same_family
    costs.add_to(load, row.coder, row.passage)


def _summed(before: dict[str, int] | None, added: _Added) -> dict[str, int]:
    """What is told of a plan; of an extended one, what stood there and what was added."""
    known = before or {}
    return {name: known.get(name, 0) + count for name, count in asdict(added).items()}


def _nothing_left(withheld: int) -> str:
    if not withheld:
        return "nothing is left to code: these coders have coded all these passages"
    return (
        f"nothing may be sent: all {withheld} codings are of words of raters who did not agree that they "
        "leave for an outside provider; name a provider of your own, such as the local model"
    )
