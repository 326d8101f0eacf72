"""The Models page and a run's page: every button, every state, and who may press what."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studies import tasks
from studies.calling import designing, runs
from studies.models import Generation, ImportBatch, Judge, Judgment, LLMCall, Protocol, Provider, Run, Study
from studies.run_progress import UNKNOWN
from tests import factories
from tests.studies import machines

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"
JUDGING = {
    "action": "judging",
    "preset": "disjoint",
    "size": "3",
    "same_family_share": "0",
    "consistency_share": "0",
    "pilot": "0",
}


@pytest.fixture(autouse=True)
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Runs that workers were woken for, and in which state; no message is sent."""
    found: list[tuple[int, str]] = []
    monkeypatch.setattr(tasks, "nudge", lambda run: found.append((run.number, run.state)))
    return found


@pytest.fixture
def head() -> Client:
    return machines.staff()


def models_url(study: Study) -> str:
    return reverse("admin:studies_study_models", args=[study.pk])


def run_url(run: Run) -> str:
    return reverse("admin:studies_study_run", args=[run.study_id, run.number])


def progress_url(run: Run) -> str:
    return reverse("admin:studies_study_run_progress", args=[run.study_id, run.number])


def text_of(response: Any) -> str:
    """What a reader sees, on one line."""
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def buttons_of(response: Any) -> set[str]:
    return set(re.findall(r'name="action" value="(\w+)"', response.content.decode()))


def press(client: Client, run: Run, action: str, **more: Any) -> str:
    return text_of(client.post(run_url(run), {"action": action, **more}, follow=True))


def test_an_empty_page_says_what_to_do_next(head: Client) -> None:
    study = Study.objects.create(slug="s", title="S")
    text = text_of(head.get(models_url(study)))
    assert "No provider is known yet" in text
    assert "Import some first" in text
    assert "freeze the study first" in text
    assert buttons_of(head.get(models_url(study))) == set()


def test_replies_are_planned_and_fetched(head: Client, nudged: list[tuple[int, str]]) -> None:
    study = machines.fetching_study()
    system = study.systems.get(name="fetched")
    assert "fetched (scripted: scripted-replies)" in text_of(head.get(models_url(study)))

    answer = head.post(
        models_url(study), {"action": "replies", "systems": [system.pk], "replicates": "2"}, follow=True
    )
    run = Run.objects.get()
    assert answer.redirect_chain == [(run_url(run), 302)]
    assert "Prices are being looked up" in text_of(answer)
    assert "sample.jsonl : CC BY 4.0" in text_of(answer)
    assert "These replies are by a model for trying out only." in text_of(answer)

    designing.price(run=run, now=timezone.now())
    assert 'name="calls" value="12"' in head.get(run_url(run)).content.decode()
    press(head, run, "start", calls="12")
    assert nudged == [(1, "planned"), (1, "running")]
    run = machines.worked_off(Run.objects.get())
    text = text_of(head.get(run_url(run)))
    assert "Done 8 / 8" in text
    assert "fetched 8 0 0 0 0 0 0 0" in text
    assert f"Calls 8 {UNKNOWN} 12 (66 %)" in text
    listed = text_of(head.get(models_url(study)))
    assert "fetched scripted for trying out only scripted-replies mistral 8 8 0 0 0 0" in listed
    assert "Run 1 fetch replies finished 8 / 8 (100 %) 0" in listed


def test_flags_are_counted_by_system(head: Client) -> None:
    study = machines.fetching_study(max_words=3)
    machines.worked_off(machines.started(machines.fetching_run(study)))
    assert "over_long 4" in text_of(head.get(models_url(study)))


def test_judging_from_plan_to_verdicts(head: Client, nudged: list[tuple[int, str]]) -> None:
    study = machines.judged_study()
    judges = list(Judge.objects.values_list("pk", flat=True))
    head.post(models_url(study), {**JUDGING, "judges": judges, "consistency_share": "10"})
    run = Run.objects.get()
    designing.price(run=run, now=timezone.now())

    text = text_of(head.get(run_url(run)))
    assert "Juries of 3 for 8 pairs." in text
    assert "8 pairs have 4 judges of other families" in text
    assert "These judgments are by a model for trying out only." in text
    assert run.design["jury"]["consistency_share"] == 0.1
    assert "The run has started." in press(head, run, "start", calls="500")
    run = machines.worked_off(Run.objects.get())
    assert run.state == "finished"
    text = text_of(head.get(run_url(run)))
    assert f"Done {Judgment.objects.count()} / {Judgment.objects.count()}" in text
    assert "What each call cost and returned" in text
    assert nudged[-1] == (1, "running")


def test_the_panel_is_labelled(head: Client) -> None:
    study = machines.judged_study()
    assert "not for the headline" in text_of(head.get(models_url(study)))
    run = machines.judging_run(study, preset="paper-panel")
    assert "not for the headline" in text_of(head.get(run_url(run)))


def test_pairs_without_a_jury_are_named(head: Client) -> None:
    study = machines.judged_study()
    Judge.objects.filter(family__in=["gpt", "llama"]).delete()
    study.systems.filter(name="model-a").update(family="claude")
    Judge.objects.create(
        study=study, name="third", provider=Provider.objects.get(), model_id="scripted-x", family="qwen"
    )
    run = machines.judging_run(study)
    text = text_of(head.get(run_url(run)))
    assert "4 pairs have no jury and are not judged:" in text
    assert run.plan["jury"]["without_jury_named"][0] in text


def test_what_cannot_be_planned_is_said_and_the_form_kept(head: Client) -> None:
    study = machines.judged_study()
    study.systems.filter(name="model-a").update(family="")
    judges = list(Judge.objects.values_list("pk", flat=True))
    answer = head.post(models_url(study), {**JUDGING, "judges": judges, "pilot": "7"})
    assert "have a reply by a model whose family is not known" in text_of(answer)
    assert 'name="pilot" value="7"' in answer.content.decode()
    assert len(re.findall(r'name="judges"[^>]* checked', answer.content.decode())) == 4
    even = head.post(models_url(study), {**JUDGING, "judges": judges, "size": "4"})
    assert 'class="errorlist"' in even.content.decode()
    assert "This field is required." in text_of(head.post(models_url(study), JUDGING))
    assert not Run.objects.exists()


def test_a_plan_for_replies_that_is_not_possible_is_said(head: Client) -> None:
    study = machines.fetching_study()
    system = study.systems.get(name="fetched")
    machines.fetching_run(study)
    answer = head.post(models_url(study), {"action": "replies", "systems": [system.pk], "replicates": "1"})
    assert "Nothing was planned: nothing is missing" in text_of(answer)
    assert head.post(models_url(study), {"action": "fly"}).status_code == 404


def test_a_run_starts_within_limits_only(head: Client) -> None:
    run = machines.judging_run(machines.judged_study())
    assert "The prices have not been looked up yet" in press(head, run, "start", calls="5")
    designing.price(run=run, now=timezone.now())
    assert "Set at least one limit" in press(head, run, "start")
    answer = head.post(run_url(run), {"action": "start", "calls": "0"})
    assert "greater than or equal to 1" in text_of(answer)
    press(head, run, "start", calls="500", tokens="900000", money="12.5")
    run.refresh_from_db()
    assert (run.cap_calls, run.cap_tokens, run.cap_micros) == (500, 900_000, 12_500_000)
    assert "This run was started already." in press(head, run, "start", calls="5")


def test_prices_show_and_unknown_ones_are_named(head: Client) -> None:
    study = machines.judged_study()
    prices = {"priced": {"input": "1", "output": "10"}}
    provider = machines.make_provider("real", api="openai", for_trial=False, prices=prices)
    Judge.objects.update(provider=provider, model_id="priced")
    run = designing.price(run=machines.judging_run(study), now=timezone.now())
    text = text_of(head.get(run_url(run)))
    assert re.search(r"judge-gpt real api\.openai\.com priced 12 .* \d+\.\d\d USD \d+\.\d\d USD", text)
    most = re.search(r'name="money" value="([0-9.]+)"', head.get(run_url(run)).content.decode())
    assert most is not None
    assert run.plan["most_micros"] <= float(most[1]) * 1e6 < run.plan["most_micros"] + 10_000
    assert "for trying out only" not in text

    Judge.objects.filter(name="judge-gpt").update(model_id="nameless-1")
    Judgment.objects.all().delete()
    other = designing.price(run=machines.judging_run(study), now=timezone.now())
    assert "No price is known for: nameless-1 ." in text_of(head.get(run_url(other)))


def test_a_plan_that_cannot_be_priced_says_why(head: Client) -> None:
    run = machines.judging_run(machines.judged_study())
    Run.objects.update(plan=run.plan | {"problem": "prices in EUR and USD cannot be added up"})
    text = text_of(head.get(run_url(run)))
    assert "The plan cannot be priced: prices in EUR and USD cannot be added up." in text
    assert "start" not in buttons_of(head.get(run_url(run)))


def test_licences_that_forbid_commercial_use_are_said(head: Client) -> None:
    study = machines.judged_study()
    ImportBatch.objects.update(non_commercial=True, licence="")
    text = text_of(head.get(run_url(machines.judging_run(study))))
    assert "licence not stated non-commercial only: check the provider's terms first" in text


def test_pause_and_resume_with_a_higher_limit(head: Client, nudged: list[tuple[int, str]]) -> None:
    run = machines.started(machines.judging_run(machines.judged_study()), cap_calls=10)
    machines.worked_off(run)
    page = head.get(run_url(run))
    assert "Paused. The limit is reached" in text_of(page)
    assert buttons_of(page) == {"resume", "extend", "cancel"}
    assert 'name="calls" value="10"' in page.content.decode()
    assert "its limit cannot be lower" in press(head, run, "resume", calls="9")
    assert "The run goes on." in press(head, run, "resume", calls="500")
    assert nudged == [(1, "running")]
    assert "The run is paused." in press(head, run, "pause")
    run.refresh_from_db()
    assert run.pause_reason == "head-0 paused it."
    assert "This run is not running." in press(head, run, "pause")
    assert machines.worked_off(runs.resume(run=run)).state == "finished"


def test_failed_rows_are_counted_by_reason_and_tried_again(head: Client) -> None:
    study = machines.fetching_study()
    run = machines.started(machines.fetching_run(study))
    Generation.objects.update(
        status="failed", error_kind="bad_request", error="It was refused.", finished_at=timezone.now()
    )
    runs.finish_if_done(run=run, now=timezone.now())
    page = head.get(run_url(run))
    assert "4 It was refused. bad_request" in text_of(page)
    assert buttons_of(page) == {"retry", "extend"}
    assert "4 failed rows are in line again." in press(head, run, "retry")
    assert machines.worked_off(run).state == "finished"
    assert Generation.objects.filter(status="done").count() == 4


def test_a_running_run_can_retry_once_a_row_failed(head: Client) -> None:
    run = machines.started(machines.fetching_run(machines.fetching_study()))
    assert buttons_of(head.get(run_url(run))) == {"pause", "extend", "cancel"}
    assert "HX-Refresh" not in head.get(progress_url(run), {"standing": "running"})
    Generation.objects.filter(pk=Generation.objects.order_by("pk")[0].pk).update(
        status="failed", error_kind="server", error="x", finished_at=timezone.now()
    )
    assert head.get(progress_url(run), {"standing": "running"})["HX-Refresh"] == "true"
    assert "HX-Refresh" not in head.get(progress_url(run), {"standing": "running-failed"})
    page = head.get(run_url(run))
    assert buttons_of(page) == {"pause", "retry", "extend", "cancel"}
    assert "Retry 1 failed row " in text_of(page)


def test_a_run_is_cancelled_for_good_and_only_with_a_yes(head: Client) -> None:
    run = machines.started(machines.judging_run(machines.judged_study()))
    assert "This field is required." in press(head, run, "cancel")
    assert "The run is cancelled." in press(head, run, "cancel", yes="on")
    page = head.get(run_url(run))
    assert buttons_of(page) == set()
    assert Judgment.objects.count() == 0
    assert "This run was cancelled." in press(head, run, "retry")
    assert "This run has ended already." in press(head, run, "cancel", yes="on")


def test_a_run_is_extended_by_new_dialogues(head: Client) -> None:
    study = machines.fetching_study()
    run = machines.worked_off(machines.started(machines.fetching_run(study)))
    assert "Nothing is missing: every dialogue has these replies" in press(head, run, "extend")
    factories.add_dialogue(study, "new")
    assert "1 row was added." in press(head, run, "extend")
    assert Run.objects.get().state == "running"
    judged = machines.judging_run(machines.judged_study("other"))
    assert "There are no new pairs." in press(head, judged, "extend")


def test_the_pilot_is_shown_and_waived_with_a_reason(head: Client, nudged: list[tuple[int, str]]) -> None:
    run = machines.worked_off(machines.started(machines.judging_run(machines.judged_study(), pilot=2)))
    page = head.get(run_url(run))
    text = text_of(page)
    assert "Paused. The pilot did not pass; its checks below say why." in text
    assert "too few to tell" in text
    assert re.search(r"\d+ rows wait for the pilot", text)
    assert buttons_of(page) == {"waive", "extend", "cancel"}
    assert "The pilot did not pass: waive it" in press(head, run, "resume")
    assert "This field is required." in press(head, run, "waive", reason="  ")
    assert "The pilot is waived; the run goes on." in press(head, run, "waive", reason=f"Tiny. {HOSTILE}")
    assert nudged == [(1, "running")]
    run = machines.worked_off(Run.objects.get())
    assert run.state == "finished"
    page = head.get(run_url(run))
    assert "head-0 waived it on" in text_of(page)
    assert HOSTILE not in page.content.decode()
    assert "There is no failed pilot to waive." in press(head, run, "waive", reason="again")


def test_the_progress_part_renews_itself_until_the_end(head: Client) -> None:
    run = machines.judging_run(machines.judged_study())
    assert 'hx-trigger="every 2s"' in head.get(progress_url(run)).content.decode()
    designing.price(run=run, now=timezone.now())
    assert head.get(progress_url(run), {"standing": "pricing"})["HX-Refresh"] == "true"
    assert "hx-get" not in head.get(progress_url(run)).content.decode()
    run = machines.started(run)
    answer = head.get(progress_url(run), {"standing": "running"})
    assert "HX-Refresh" not in answer
    assert 'hx-trigger="every 3s"' in answer.content.decode()
    machines.worked_off(run)
    answer = head.get(progress_url(run), {"standing": "running"})
    assert answer["HX-Refresh"] == "true"
    assert "hx-get" not in answer.content.decode()


def test_answers_that_are_no_verdicts_are_counted_apart(head: Client) -> None:
    study = machines.judged_study()
    for name, model in (
        ("gpt", "scripted-refuses"),
        ("claude", "scripted-truncates"),
        ("llama", "scripted-garbage"),
    ):
        Judge.objects.filter(family=name).update(model_id=model)
    run = machines.worked_off(machines.started(machines.judging_run(study)))
    text = text_of(head.get(run_url(run)))
    assert re.search(r"judge-claude 0 0 [1-9]\d* 0 0 0 0", text)
    assert re.search(r"judge-gpt 0 [1-9]\d* 0 0 0 0 0", text)
    assert re.search(r"judge-llama 0 0 0 [1-9]\d* 0 0 0", text)
    assert "Failed 0" in text


def test_other_models_lost_calls_and_waits_are_said(head: Client) -> None:
    run = machines.worked_off(machines.started(machines.judging_run(machines.judged_study())))
    calls = list(LLMCall.objects.order_by("pk")[:3])
    LLMCall.objects.filter(pk__in=[one.pk for one in calls[:2]]).update(model_returned=HOSTILE)
    LLMCall.objects.filter(pk=calls[2].pk).update(result="lost", error="gone")
    Provider.objects.update(held_until=timezone.now() + timedelta(minutes=5))
    page = head.get(run_url(run))
    text = text_of(page)
    assert "2 calls asked for scripted-judge and were answered by" in text
    assert "Lost calls 1" in text
    assert "scripted asked to wait until" in text
    assert HOSTILE not in page.content.decode()


def test_the_time_left_is_told_by_the_last_minutes(head: Client) -> None:
    run = machines.started(machines.judging_run(machines.judged_study()))
    assert f"Time left {UNKNOWN}" in text_of(head.get(run_url(run)))
    Run.objects.update(started_at=timezone.now() - timedelta(hours=1))
    first = Judgment.objects.order_by("pk")[0]
    Judgment.objects.filter(pk=first.pk).update(
        status="failed", error="x", error_kind="server", finished_at=timezone.now()
    )
    assert "Time left about 94 min" not in text_of(head.get(run_url(run)))
    assert "Time left about 1.6 h" in text_of(head.get(run_url(run)))


def test_hostile_names_are_only_text(head: Client) -> None:
    study = machines.judged_study()
    Judge.objects.filter(family="gpt").update(name=f"{HOSTILE}j", model_id=f"scripted-{HOSTILE}")
    study.systems.filter(name="model-a").update(name=f"{HOSTILE}s", model_id=HOSTILE)
    ImportBatch.objects.update(file_name=HOSTILE, licence=HOSTILE)
    run = machines.started(machines.judging_run(study))
    runs.pause(run=run, reason=HOSTILE, now=timezone.now())
    for url in (models_url(study), run_url(run), progress_url(run)):
        page = head.get(url).content.decode()
        assert HOSTILE not in page
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*src=)", page)


def test_who_may_only_look_sees_runs_and_no_buttons() -> None:
    run = machines.judging_run(machines.judged_study())
    designing.price(run=run, now=timezone.now())
    onlooker = machines.staff("view_study")
    assert buttons_of(onlooker.get(run_url(run))) == set()
    assert onlooker.get(progress_url(run)).status_code == 200
    for action in ("start", "cancel", "extend", "retry", "pause", "resume", "waive"):
        answer = onlooker.post(run_url(run), {"action": action, "calls": "5", "yes": "on", "reason": "x"})
        assert answer.status_code == 403
    assert "What each call cost" not in text_of(onlooker.get(run_url(run)))
    stranger = machines.staff("view_dialogue")
    for url in (models_url(run.study), run_url(run), progress_url(run)):
        assert stranger.get(url).status_code == 403
        assert Client().get(url).status_code == 302


def test_who_may_only_look_sees_the_models_page_and_no_forms() -> None:
    study = machines.judged_study()
    machines.judging_run(study)
    onlooker = machines.staff("view_study", "add_judge", "add_system")
    page = onlooker.get(models_url(study))
    text = text_of(page)
    assert "Run 1 judge pairs planned 0 / 48 (0 %) 0" in text
    assert "judge-gpt scripted for trying out only scripted-judge gpt" in text
    content = page.content.decode().split('id="content-main"', 1)[1]
    for gone in ("<form", "<button", 'class="button', reverse("admin:raters_study_desk", args=[study.pk])):
        assert gone not in content
    fetching = machines.fetching_study(slug="fetching")
    page = onlooker.get(models_url(fetching))
    assert "fetched scripted for trying out only scripted-replies mistral" in text_of(page)
    assert buttons_of(page) == set()


def test_who_may_only_look_plans_nothing() -> None:
    study = machines.judged_study()
    judges = list(Judge.objects.values_list("pk", flat=True))
    for sent in ({**JUDGING, "judges": judges}, {"action": "replies"}, {"action": "fly"}, {}):
        assert machines.staff("view_study").post(models_url(study), sent).status_code == 403
    assert not Run.objects.exists()
    changer = machines.staff("view_study", "change_study")
    assert buttons_of(changer.get(models_url(study))) == {"judging"}
    assert changer.post(models_url(study), {**JUDGING, "judges": judges}).status_code == 302
    assert Run.objects.count() == 1


def test_runs_of_other_studies_are_not_found(head: Client) -> None:
    run = machines.judging_run(machines.judged_study())
    other = factories.make_study("other")
    assert head.get(reverse("admin:studies_study_run", args=[other.pk, run.number])).status_code == 404
    assert head.post(run_url(run), {"action": "fly"}).status_code == 404


def test_pages_cost_the_same_for_few_rows_and_for_many(head: Client) -> None:
    counts = []
    for number, dialogues in enumerate((1, 4)):
        study = machines.judged_study(f"s{number}", dialogues=dialogues)
        run = machines.worked_off(machines.started(machines.judging_run(study)))
        if dialogues > 1:
            machines.worked_off(machines.started(machines.judging_run(machines.judged_study("x"))))
            Run.objects.filter(study__slug="x").update(study=study, number=2)
        for url in (run_url(run), progress_url(run), models_url(study)):
            with CaptureQueriesContext(connection) as queries:
                head.get(url)
            counts.append(len(queries))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 20


def test_the_desk_freezes_without_opening(head: Client) -> None:
    study = factories.make_study(consent="")
    desk = reverse("admin:raters_study_desk", args=[study.pk])
    assert models_url(study) in head.get(desk).content.decode()
    study.dimensions.filter(key="overall").delete()
    assert "no dimension with the key" in text_of(head.post(desk, {"action": "freeze"}))
    study.dimensions.create(key="overall", name="o", question="Which?", position=9)
    answer = head.post(desk, {"action": "freeze"}, follow=True)
    assert "The study is frozen, not open." in text_of(answer)
    study.refresh_from_db()
    assert (Protocol.objects.count(), study.opened_at) == (1, None)
    assert "freeze" not in buttons_of(head.get(desk))


def test_the_studys_own_page_leads_to_its_models(head: Client) -> None:
    study = factories.make_study()
    page = head.get(reverse("admin:studies_study_change", args=[study.pk])).content.decode()
    assert models_url(study) in page
