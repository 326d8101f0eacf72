"""Who codes what: kinds, shares, families, what is withheld, and what is never asked twice."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from studies import run_progress
from studies.calling import recovering, runs
from studies.calling.designing import PlanError
from studies.coding import codebooks, planning
from studies.coding.planning import CodingDesign
from studies.coding.prompts import REASON_1, REPLY_1
from studies.llm.port import CallRequest, ErrorKind
from studies.models import Coder, Coding, Judge, LLMCall, Passage, Response, Run, System
from tests import machines
from tests.factories import NOW
from tests.machines import completion
from tests.studies.coding.material import (
    ONCE,
    add_reason,
    coded_study,
    coding_run,
    make_coder,
    outside_provider,
    planned,
)

pytestmark = pytest.mark.django_db


def test_a_plan_says_what_it_comes_to_and_freezes_the_codebook() -> None:
    study = coded_study()
    System.objects.filter(kind="llm").update(family=" Phi")
    run = planned(study, make_coder(study, provider=outside_provider()))
    (codebook,) = study.codebooks.all()
    assert run.plan["coding"] == {"passages": 12, "sent": 11, "withheld": 1, "same_family": 4}
    assert (run.kind, run.plan["loads"][0]["calls"]) == ("code", 11)
    assert run.design["codebook"] == codebook.sha256
    assert run.design["coding"] == {"kinds": ["reason", "reply"], "first": None, "consistency_share": 0}
    assert run.design["templates"] == {"code-1-reason": REASON_1.sha256, "code-1-reply": REPLY_1.sha256}
    assert run.design["coders"][0]["longest_text"] is None
    kin = Coding.objects.filter(same_family=True).select_related("passage__response__system")
    assert {row.passage.response.system.kind for row in kin} == {"llm"}
    assert kin.count() == 4


@pytest.mark.parametrize(
    ("design", "rows"),
    [
        (ONCE, 12),
        (CodingDesign(("reason",), None, 0), 4),
        (CodingDesign(("reply",), 3, 0), 3),
        (CodingDesign(first=2, consistency_share=0), 4),
        (CodingDesign(consistency_share=0.05), 12 + 2),
        (CodingDesign(("reply",), None, 1), 8 * 3),
    ],
)
def test_kinds_first_ones_and_replicates(design: CodingDesign, rows: int) -> None:
    study = coded_study()
    run = planned(study, make_coder(study), design=design)
    assert Coding.objects.filter(run=run).count() == rows
    if design.first:
        places = Passage.objects.filter(kind="reply").order_by("place").values_list("place", flat=True)
        coded = Coding.objects.filter(passage__kind="reply").values_list("passage__place", flat=True)
        assert sorted(coded) == list(places)[: design.first]


def test_replicates_are_drawn_by_the_seed_and_by_coder() -> None:
    study = coded_study()
    names = [f"coder-{number}" for number in range(3)]
    for name in names:
        planned(study, make_coder(study, name), design=CodingDesign(("reply",), None, 0.25))
    drawn = {
        name: set(Coding.objects.filter(coder__name=name, replicate=3).values_list("passage", flat=True))
        for name in names
    }
    assert [len(drawn[name]) for name in names] == [2, 2, 2]
    assert len({frozenset(one) for one in drawn.values()}) > 1


def refusing(change: Any) -> str:
    study = coded_study()
    coder = make_coder(study)
    design, coders = ONCE, [coder]
    if isinstance(change, CodingDesign):
        design = change
    elif change == "nobody":
        coders = []
    else:
        change(coder)
    with pytest.raises(PlanError) as refused:
        planned(study, *coders, design=design)
    assert not Run.objects.exists()
    return str(refused.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("nobody", "there are no coders: add one first"),
        (CodingDesign(()), "passages are of these kinds: reason, reply"),
        (CodingDesign(first=0), "code at least one passage of each kind"),
        (CodingDesign(consistency_share=1.1), "a share lies between 0 and 1"),
        (lambda coder: Passage.objects.all().delete(), "there are no passages to code"),
        (lambda coder: coder.study.codes.all().delete(), "the codebook is empty"),
        (lambda coder: setattr(coder, "prompt_version", "code-0"), "known are: code-1"),
        (
            lambda coder: setattr(coder, "family", "GPT "),
            "the coder coder and the judge judge-gpt, whose reasons are set out, are both of the family gpt",
        ),
    ],
)
def test_a_plan_that_is_not_possible_says_why(change: Any, sentence: str) -> None:
    assert sentence in refusing(change)


def test_a_coder_of_a_judges_family_may_code_replies_or_reasons_of_others() -> None:
    study = coded_study()
    coder = make_coder(study, family="gpt")
    assert Coding.objects.filter(run=planned(study, coder, design=CodingDesign(("reply",)))).exists()
    Judge.objects.create(study=study, name="j", family="claude", provider=coder.provider, model_id="m")
    other = make_coder(study, "other", family="claude")
    assert Coding.objects.filter(run=planned(study, other)).count() == 12


def test_where_nothing_may_be_sent_nothing_is_planned() -> None:
    study = coded_study()
    Passage.objects.filter(kind="reply").delete()
    Passage.objects.update(may_leave=False)
    with pytest.raises(PlanError, match=r"all 4 codings are of words.*such as the local model"):
        planned(study, make_coder(study, provider=outside_provider()))
    assert not Run.objects.exists()
    own = make_coder(study, "own", provider=outside_provider("own", is_own=True))
    assert planned(study, own).plan["coding"]["withheld"] == 0


def test_what_was_coded_is_not_asked_again_and_new_passages_extend_the_run() -> None:
    study = coded_study()
    coder = make_coder(study, provider=outside_provider(for_trial=False))
    run = machines.run_to_end(coding_run(study, coder, cap_calls=100), None)
    with pytest.raises(PlanError, match="nothing is left to code"):
        planned(study, coder)
    with pytest.raises(PlanError, match="there are no new passages"):
        planning.extend(run=run, now=NOW)
    pair = Passage.objects.filter(kind="reason")[0].pair
    assert pair is not None
    add_reason(study, pair, "New.", source="r-2")
    add_reason(study, pair, "New, and mine.", source="r-3", may_leave=False)
    assert planning.extend(run=run, now=NOW) == 2
    run.refresh_from_db()
    assert run.plan["coding"] == {"passages": 14, "sent": 12, "withheld": 2, "same_family": 0}
    assert (run.state, Coding.objects.filter(status="pending").count()) == ("running", 1)


def test_extending_a_cancelled_run_or_by_a_kindred_judge_is_refused() -> None:
    study = coded_study()
    coder = make_coder(study, family="claude")
    run = coding_run(study, coder)
    Judge.objects.create(study=study, name="late", family="Claude", provider=coder.provider, model_id="m")
    pair = Passage.objects.filter(kind="reason")[0].pair
    assert pair is not None
    add_reason(study, pair, "By a judge.", source_kind="judge", source="late")
    with pytest.raises(PlanError, match="the coder coder and the judge late"):
        planning.extend(run=run, now=NOW)
    runs.cancel(run=run, now=NOW)
    with pytest.raises(PlanError, match="cancelled"):
        planning.extend(run=run, now=NOW)


def test_rows_that_a_cancelled_run_left_are_taken_over_but_for_withheld_ones() -> None:
    study = coded_study()
    coder = make_coder(study, provider=outside_provider())
    first = coding_run(study, coder, cap_calls=100)
    machines.settled(first, machines.failing(ErrorKind.BAD_REQUEST))
    runs.cancel(run=first, now=NOW)
    assert Coding.objects.filter(run=first).count() == 2
    second = planned(study, coder)
    assert second.plan["coding"] | {"same_family": 0} == {
        "passages": 12,
        "sent": 11,
        "withheld": 1,
        "same_family": 0,
    }
    assert Coding.objects.filter(run=second, status="pending").count() == 11
    assert Coding.objects.get(run=first).error_kind == "withheld"


def test_withheld_rows_are_never_retried_and_do_not_make_a_run_hopeless() -> None:
    study = coded_study()
    pair = Passage.objects.filter(kind="reason")[0].pair
    assert pair is not None
    for number in range(10):
        add_reason(study, pair, "Mine.", source=f"x-{number}", may_leave=False)
    run = coding_run(study, make_coder(study, provider=outside_provider()), cap_calls=100)
    machines.settled(run, machines.failing(ErrorKind.BAD_REQUEST))
    assert run.state == "running"
    progress = run_progress.progress_of(Run.objects.get(), NOW)
    assert (progress.failed, progress.withheld, progress.may_retry, progress.waiting) == (12, 11, 1, 10)
    assert runs.retry_failed(run=run, now=NOW) == 1
    assert Coding.objects.filter(error_kind="withheld", status="failed").count() == 11


def test_two_workers_on_one_run_never_take_the_same_row() -> None:
    run = coding_run()
    one = machines.claimed(run, most=8).taken
    other = machines.claimed(run, most=8).taken
    rows = [claim.row.pk for claim in (*one, *other)]
    assert (len(one), len(rows), len(set(rows))) == (8, 12, 12)
    assert LLMCall.objects.count() == 12


def test_a_killed_worker_leaves_calls_that_are_asked_again() -> None:
    run = coding_run()
    machines.claimed(run, most=5)
    late = NOW + timedelta(minutes=10)
    assert recovering.recover_lost(now=late, rng=random.Random(1)) == 5
    assert LLMCall.objects.filter(result="lost").count() == 5
    run = machines.run_to_end(run, None, machines.Clock(late + timedelta(minutes=1)))
    assert run.state == "finished"
    assert Coding.objects.filter(outcome="ok").count() == 12
    assert LLMCall.objects.filter(result="answered").count() == 12


def test_a_codebook_that_changes_under_a_planned_run_is_refused() -> None:
    study = coded_study()
    coder = make_coder(study)
    planned(study, coder)
    study.codes.filter(key="reframe").update(definition="Something new.")
    with pytest.raises(PlanError, match="is planned with version 1 of the codebook: cancel it first"):
        planned(study, make_coder(study, "other"))
    assert codebooks.current(study) == study.codebooks.get()


def test_costs_are_told_and_never_too_low() -> None:
    study = coded_study()
    run = coding_run(study, make_coder(study))
    load = run.plan["loads"][0]
    seen: list[int] = []

    def answer(request: CallRequest, made: int) -> Any:
        seen.append(sum(len(message.text.encode()) for message in request.messages))
        return completion(request)

    machines.run_to_end(run, machines.Told(answer))
    assert load["most_input_tokens"] >= sum(seen)
    assert load["most_output_tokens"] == 12 * 400
    assert load["output_tokens"] == 4 * (25 * 6 + 40) + 8 * (19 * 6 + 40)


def test_erased_passages_are_not_planned() -> None:
    study = coded_study()
    Response.objects.all()[0].passages.update(text="", erased_at=NOW)
    run = planned(study, make_coder(study))
    assert (run.plan["coding"]["passages"], Coding.objects.count()) == (11, 11)
    assert Coder.objects.get().prompt_version == "code-1"
