"""The researcher's pages."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from raters import leaving, tasks
from raters.models import (
    Assignment,
    Erasure,
    Event,
    ExportJob,
    Invitation,
    PlatformIdentity,
    RatingSession,
    Recruitment,
)
from studies.models import Pair, Study
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eager_tasks")]


@pytest.fixture
def researcher() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("head", password="secret"))
    return client


def desk_of(study: Study) -> str:
    return reverse("admin:raters_study_desk", args=[study.pk])


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_new_study_starts_from_a_preset(researcher: Client) -> None:
    answer = researcher.post(
        reverse("admin:studies_study_add"), {"title": "Which helps?", "slug": "which", "preset": "heart"}
    )

    study = Study.objects.get()
    assert answer["Location"] == reverse("admin:studies_study_change", args=[study.pk])
    assert study.dimensions.count() == 6
    assert page(researcher, answer["Location"])


def test_the_desk_says_what_is_missing(researcher: Client) -> None:
    study = factories.make_study(consent="")

    text = page(researcher, desk_of(study))

    assert "missing: the consent text" in text
    assert "Freeze and open" not in text


def test_from_material_to_an_open_study(researcher: Client) -> None:
    study = factories.make_study(dialogues=0)
    factories.add_dialogue(study, "d1")

    researcher.post(
        desk_of(study),
        {"action": "pair", "design": "baseline", "baseline": "counsellor", "replicates": "first"},
    )
    assert Pair.objects.count() == 2
    researcher.post(desk_of(study), {"action": "open"})

    study.refresh_from_db()
    assert study.is_open
    assert Assignment.objects.count() == 4
    assert "/join/kind-words/" in page(researcher, desk_of(study))
    researcher.post(desk_of(study), {"action": "close"})
    assert "Closed." in page(researcher, desk_of(study))


def test_decoy_pairs_are_made_and_shown_apart(researcher: Client) -> None:
    study = factories.make_study()

    researcher.post(desk_of(study), {"action": "decoys", "count": "6"})

    text = page(researcher, desk_of(study))
    assert "6 decoy pairs made, 0 stood there already." in text
    assert "4 dialogues, 8 pairs. 6 decoy pairs, 4 of them fit for people." in " ".join(text.split())
    assert re.findall(r'<option value="(?:counsellor|model-a|model-b|decoy.*)"', text) == [
        f'<option value="{name}"' for name in factories.SYSTEMS
    ]
    assert re.findall(r'<th scope="row" dir="auto">(.*?)</th><td>(.*?)</td>', text)[2:4] == [
        ("model-b", "llm"),
        ("decoy: injected", "decoy"),
    ]
    preview = reverse("admin:raters_study_preview", args=[study.pk, 8])
    assert "pair 8 of 8" in page(researcher, preview)
    researcher.post(desk_of(study), {"action": "unpair"})
    assert not Pair.objects.exists()


@pytest.mark.parametrize(
    ("count", "said"), [("0", "greater than or equal to 1"), ("99", "ask for 12 at most"), ("", "required")]
)
def test_decoys_that_cannot_be_made_are_refused(researcher: Client, count: str, said: str) -> None:
    study = factories.make_study()

    answer = researcher.post(desk_of(study), {"action": "decoys", "count": count})

    assert said in answer.content.decode()
    assert not Pair.objects.decoys().exists()


def test_training_pairs_are_made_and_their_feedback_is_edited_until_freezing(researcher: Client) -> None:
    study = factories.make_study()
    researcher.post(desk_of(study), {"action": "training", "training-count": "2"})
    text = page(researcher, desk_of(study))
    assert "2 training pairs made, 0 stood there already." in text
    assert "4 dialogues, 8 pairs. 2 training pairs:" in " ".join(text.split())
    training, main = Pair.objects.training().first(), Pair.objects.main().first()
    assert training is not None
    assert main is not None
    address, other = (reverse("admin:studies_pair_change", args=[pair.pk]) for pair in (training, main))

    researcher.post(address, {"feedback": "Look at the last line.", "expected": "1"})
    refused = researcher.post(other, {"feedback": "Look here."})

    training.refresh_from_db()
    assert (training.feedback, training.expected, refused.status_code) == ("Look at the last line.", -1, 403)
    factories.open_study(study)
    assert researcher.post(address, {"feedback": "Too late."}).status_code == 403
    assert "Look at the last line." in page(researcher, address)


@pytest.mark.parametrize(
    ("count", "said"), [("0", "greater than or equal to 1"), ("99", "ask for 8 at most"), ("", "required")]
)
def test_training_that_cannot_be_made_is_refused(researcher: Client, count: str, said: str) -> None:
    study = factories.make_study()

    answer = researcher.post(desk_of(study), {"action": "training", "training-count": count})

    assert said in answer.content.decode()
    assert not Pair.objects.training().exists()


def test_a_sample_needs_its_size(researcher: Client) -> None:
    study = factories.make_study(dialogues=0)
    factories.add_dialogue(study, "d1")

    answer = researcher.post(desk_of(study), {"action": "pair", "design": "sample", "replicates": "first"})

    assert "Say how many pairs of each dialogue." in answer.content.decode()
    assert not Pair.objects.exists()


def test_a_frozen_study_can_be_looked_at_not_changed(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    address = reverse("admin:studies_study_change", args=[study.pk])

    text = page(researcher, address)

    assert not re.search(r'name="(consent|scale|shown_profile|max_words|max_sentences|seed|slug)"', text)
    assert 'name="recruitment-0-completion_code"' in text
    assert researcher.post(reverse("admin:studies_study_delete", args=[study.pk])).status_code == 403


def test_the_preview_shows_a_pair_before_freezing_and_stores_nothing(researcher: Client) -> None:
    study = factories.make_study()

    text = page(researcher, reverse("admin:raters_study_preview", args=[study.pk, 1]))

    assert "Nothing is saved" in text
    assert "Reply A" in text
    assert researcher.get(reverse("admin:raters_study_preview", args=[study.pk, 99])).status_code == 404
    assert not RatingSession.objects.exists()


def test_the_preview_shows_replies_as_the_draft_says(researcher: Client) -> None:
    study = factories.make_study(dialogues=0)
    texts = {"counsellor": "I am **here**.", "model-a": "Since when?"}
    factories.add_dialogue(study, "d1", systems=tuple(texts), texts=texts)
    factories.pair_up(study)
    address = reverse("admin:raters_study_preview", args=[study.pk, 1])

    assert "I am **here**." in page(researcher, address)
    Study.objects.update(shown_profile="plain-1")
    assert "I am here." in page(researcher, address)


def test_an_export_is_written_by_the_worker_and_downloaded(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    factories.rate_all(factories.make_rater(study))

    researcher.post(desk_of(study), {"action": "export"})

    job = ExportJob.objects.get()
    assert job.status == "done"
    answer = researcher.get(reverse("admin:raters_study_download", args=[study.pk, job.pk]))
    assert b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    other = factories.make_study("other")
    assert researcher.get(reverse("admin:raters_study_download", args=[other.pk, job.pk])).status_code == 404


def test_the_payment_list_holds_the_platforms_id_and_what_paying_needs(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")
    session = factories.rate_all(factories.make_rater(study, participant_id="pid-1"))

    answer = researcher.get(reverse("admin:raters_study_payments", args=[study.pk]))

    lines = b"".join(answer.streaming_content).decode().split()  # type: ignore[attr-defined]
    assert lines == [
        "participant_id,submission_id,rater,outcome,pairs,skipped,minutes,amount,code",
        f"pid-1,submission-of-pid-1,{session.pseudonym},completed,4,0,20,,PAY",
    ]


def test_open_pairs_can_be_given_back_for_somebody_who_returned(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    session = factories.make_rater(study)

    researcher.post(
        reverse("admin:raters_ratingsession_changelist"),
        {"action": "give_back_open_pairs", "_selected_action": [session.pk]},
    )

    assert Assignment.objects.filter(released_at__isnull=False).count() == 4


@pytest.mark.parametrize("model", ["dialogue", "response", "pair", "system", "protocol", "importbatch"])
def test_lists_cost_the_same_for_one_row_and_for_three(researcher: Client, model: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    address = reverse(f"admin:studies_{model}_changelist")
    counts = []
    for slug in ("one", "two", "three"):
        factories.open_study(factories.make_study(slug, dialogues=2))
        with CaptureQueriesContext(connection) as queries:
            page(researcher, address)
        counts.append(len(queries))

    assert counts[1] == counts[2]


def test_somebody_who_may_only_look_changes_nothing() -> None:
    study = factories.make_study()
    onlooker = User.objects.create_user("onlooker", password="secret", is_staff=True)
    onlooker.user_permissions.add(Permission.objects.get(codename="view_study"))
    client = Client()
    client.force_login(onlooker)

    assert client.get(desk_of(study)).status_code == 403
    assert client.post(desk_of(study), {"action": "open"}).status_code == 403
    assert client.get(reverse("admin:raters_study_payments", args=[study.pk])).status_code == 403
    assert client.get(reverse("admin:raters_study_progress", args=[study.pk])).status_code == 200


def test_nobody_unknown_sees_the_desk(client: Client) -> None:
    study = factories.make_study()

    assert client.get(desk_of(study)).status_code == 302
    assert client.get(reverse("admin:raters_study_preview", args=[study.pk, 1])).status_code == 302


def test_somebody_who_may_only_look_cannot_give_pairs_back() -> None:
    session = factories.make_rater(factories.open_study(factories.make_study()))
    onlooker = User.objects.create_user("onlooker", password="secret", is_staff=True)
    onlooker.user_permissions.add(Permission.objects.get(codename="view_ratingsession"))
    client = Client()
    client.force_login(onlooker)

    client.post(
        reverse("admin:raters_ratingsession_changelist"),
        {"action": "give_back_open_pairs", "_selected_action": [session.pk]},
    )

    session.refresh_from_db()
    assert session.timed_out_at is None


def test_an_export_waits_where_no_broker_answers(researcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses() -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.run_exports, "delay", refuses)
    study = factories.open_study(factories.make_study())

    assert researcher.post(desk_of(study), {"action": "export"}).status_code == 302
    assert ExportJob.objects.get().status == "pending"


def test_an_edit_does_not_undo_an_opening_in_another_window(researcher: Client) -> None:
    study = factories.make_study()
    address = reverse("admin:studies_study_change", args=[study.pk])
    form = researcher.get(address).context["adminform"].form
    stale = {name: form.initial.get(name) or "" for name in form.fields}
    prefixes = ("recruitment", "dimensions")
    management = {f"{p}-{key}": "0" for p in prefixes for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
    factories.open_study(study)

    researcher.post(address, {**stale, **management, "notes": "n", "adults_only": "on"})

    study.refresh_from_db()
    assert study.opened_at is not None


def test_platform_ids_can_be_emptied_and_each_deletion_is_on_record(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")
    one, two, three = (factories.make_rater(study, participant_id=f"pid-{number}") for number in range(3))

    researcher.post(
        reverse("admin:raters_platformidentity_changelist"),
        {
            "action": "delete_selected",
            "_selected_action": [one.identity.pk, two.identity.pk],
            "post": "yes",
        },
    )
    assert PlatformIdentity.objects.get().session == three
    researcher.post(
        reverse("admin:raters_platformidentity_delete", args=[three.identity.pk]), {"post": "yes"}
    )

    assert not PlatformIdentity.objects.exists()
    assert RatingSession.objects.exclude(platform_hash="").count() == 3
    assert [
        (row.study, row.pseudonym, row.cause, row.counts, row.exports)
        for row in Erasure.objects.order_by("pk")
    ] == [
        (study, session.pseudonym, "researcher", {"platform_identities": 1}, [])
        for session in (one, two, three)
    ]


def posted(client: Client, address: str, **fields: str) -> str:
    return client.post(address, fields, follow=True).content.decode()


def streamed(client: Client, address: str) -> str:
    return b"".join(client.get(address).streaming_content).decode()  # type: ignore[attr-defined]


def test_invitations_are_made_on_the_desk_and_leave_as_a_file(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    assert "Make invitations" not in page(researcher, desk_of(study))
    Recruitment.objects.create(study=study, channel="invited")
    fields = {"action": "invite", "invite-count": "2", "invite-labels": "Ann\r\n\r\n"}

    text = posted(researcher, desk_of(study), **fields)

    assert "2 invitations made." in text
    assert "2 invitations, 0 used." in text
    first, *rows = streamed(researcher, reverse("admin:raters_study_invitations", args=[study.pk])).split()
    tokens = Invitation.objects.order_by("pk").values_list("token", flat=True)
    join = "http://testserver/join/kind-words/?invitation="
    assert [first, *rows] == [
        "label,link,used",
        *(f"{n},{join}{t},0" for n, t in zip(("Ann", ""), tokens, strict=True)),
    ]
    assert not any(token in page(researcher, desk_of(study)) for token in tokens)
    Client().get(f"/join/kind-words/?invitation={tokens[0]}")
    factories.make_rater_of(RatingSession.objects.get())
    assert "2 invitations, 1 used." in page(researcher, desk_of(study))


@pytest.mark.parametrize(
    ("count", "labels", "said"),
    [
        ("1001", "", "less than or equal to 1000"),
        ("1", "a\nb", "2 labels for 1 invitations"),
        ("", "", "required"),
    ],
)
def test_invitations_that_cannot_be_made_are_refused(
    researcher: Client, count: str, labels: str, said: str
) -> None:
    study = factories.make_study()
    Recruitment.objects.create(study=study, channel="invited")
    fields = {"action": "invite", "invite-count": count, "invite-labels": labels}

    assert said in posted(researcher, desk_of(study), **fields)
    assert not Invitation.objects.exists()


def test_ids_that_nobody_has_are_told_and_stay_in_the_box(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")
    session = factories.make_rater(study, participant_id="pid-1")

    text = posted(researcher, desk_of(study), action="returned", ids="who\r\npid-1\r\n")

    session.refresh_from_db()
    assert session.returned_at is not None
    assert "1 session marked." in text
    assert "Line 1: nobody here has the id who." in text
    assert re.search(r"<textarea[^>]*>\s*who</textarea>", text)


def test_places_that_ran_out_keep_their_ratings(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")
    session = factories.make_rater(study, participant_id="pid-1")

    posted(researcher, desk_of(study), action="ran_out", ids="submission-of-pid-1")

    session.refresh_from_db()
    assert session.returned_at is None
    assert session.timed_out_at is not None


def test_sessions_are_marked_as_returned_in_their_list(researcher: Client) -> None:
    session = factories.make_rater(factories.open_study(factories.make_study()))

    researcher.post(
        reverse("admin:raters_ratingsession_changelist"),
        {"action": "mark_returned", "_selected_action": [session.pk]},
    )

    session.refresh_from_db()
    assert session.returned_at is not None
    assert Assignment.objects.filter(released_at__isnull=False).count() == 4


def test_the_desk_says_what_an_hour_pays_and_warns(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    recruitment = Recruitment.objects.create(study=study, channel="prolific", reward_minor=340)
    assert "from the first complete session on" in page(researcher, desk_of(study))
    session = factories.rate_all(factories.make_rater(study, participant_id="pid-1"))
    later = factories.NOW + timedelta(minutes=20)
    Event.objects.create(session=session, kind="reviewed", at=later)

    text = " ".join(page(researcher, desk_of(study)).split())
    assert "Median time at work in 1 complete session: 20.0 min: <strong>£10.20 an hour</strong>" in text
    assert "(the least is £6.00)." in text
    recruitment.reward_minor = 100
    recruitment.save()
    renewed = page(researcher, reverse("admin:raters_study_progress", args=[study.pk]))
    assert "Too little: £3.00 an hour, and the least is £6.00." in renewed
    assert "Payment list" in renewed


def test_the_bonus_file_is_streamed_to_whoever_may_see_ids(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific", stopped_code="PART", reward_minor=500)
    session = factories.make_rater(study, participant_id="pid-1")
    factories.rate(factories.assignments_of(session)[0])
    leaving.stop(session=session, now=factories.NOW)

    assert streamed(researcher, reverse("admin:raters_study_bonus", args=[study.pk])) == "pid-1,1.25\r\n"


def test_prolific_gets_the_link_with_its_placeholders(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific")

    text = unescape(page(researcher, desk_of(study)))

    query = "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
    assert f"<code>http://testserver/join/kind-words/?{query}</code>" in text


def test_an_open_study_says_what_is_wrong_with_its_recruitment(researcher: Client) -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific")

    assert "missing: Prolific&#x27;s completion code (recruitment)" in page(researcher, desk_of(study))


def test_whoever_may_change_studies_alone_sees_no_ids_and_no_links() -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="invited")
    client = Client()
    client.force_login(factories.make_staff())

    for name in ("payments", "bonus", "invitations"):
        assert client.get(reverse(f"admin:raters_study_{name}", args=[study.pk])).status_code == 403
    text = page(client, desk_of(study))
    assert "Make invitations" not in text
    assert "Places that came back" not in text
    assert client.post(desk_of(study), {"action": "invite", "invite-count": "1"}).status_code == 403
    assert client.post(desk_of(study), {"action": "returned", "ids": "x"}).status_code == 403
    assert not Invitation.objects.exists()
