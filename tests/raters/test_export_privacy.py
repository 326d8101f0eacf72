"""What leaves with an export, and what only the payment list may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from raters.export import payment_rows
from raters.export.bundle import write_bundle
from raters.models import Draft, Erasure, ExportJob, Invitation, Message, RatingSession, Recruitment
from studies.models import Study
from tests.factories import NOW, assignments_of, make_rater, make_study, open_study, rate_all

pytestmark = pytest.mark.django_db


def planted(study: Study) -> tuple[RatingSession, list[str]]:
    """A complete session of somebody from a platform, and what must not leave with it."""
    Recruitment.objects.create(
        study=study,
        channel="prolific",
        completion_code="PAYCODE77",
        stopped_code="PART",
        platform_minutes=73,
        reward_minor=450,
    )
    open_study(study)
    session = rate_all(make_rater(study, participant_id="PLATFORMPERSON5"))
    return session, [
        "PLATFORMPERSON5",
        "submission-of-",
        "platform-study",
        "PAYCODE77",
        session.platform_hash,
        str(session.token),
        *(str(assignment.token) for assignment in assignments_of(session)),
    ]


def test_no_platform_id_code_or_address_leaves(tmp_path: Path) -> None:
    study = make_study()
    session, secrets = planted(study)
    write_bundle(study=study, folder=tmp_path, now=NOW)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode()
    assert session.pseudonym in everything
    assert [secret for secret in secrets if secret in everything] == []


def test_no_message_draft_or_invitation_leaves(tmp_path: Path) -> None:
    study = make_study()
    session, _ = planted(study)
    first = assignments_of(session)[0]
    invitation = Invitation.objects.create(study=study, label="LABELOFSOMEBODY", created_at=NOW)
    Message.objects.create(session=session, kind="question", text="WORDSINAMESSAGE", at=NOW)
    Message.objects.create(
        session=session, kind="disclosure", text="WORDSDISCLOSED", assignment=first, at=NOW
    )
    fields: dict[str, str | list[str]] = {"q1": "1", "reason": "WORDSINADRAFT"}
    Draft.objects.create(assignment=first, phase="rubric", fields=fields, saved_at=NOW)
    ExportJob.objects.create(study=study, requested_at=NOW, file="NAMEOFANEXPORT.zip")
    Erasure.objects.create(
        study=study,
        pseudonym=session.pseudonym,
        cause="retention",
        counts={"drafts": 1},
        exports=["NAMEOFANEXPORT.zip"],
        at=NOW,
    )
    write_bundle(study=study, folder=tmp_path, now=NOW)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode()
    secrets = [
        invitation.token,
        "LABELOFSOMEBODY",
        "WORDSINAMESSAGE",
        "WORDSDISCLOSED",
        "WORDSINADRAFT",
        "NAMEOFANEXPORT",
    ]
    assert [secret for secret in secrets if secret in everything] == []


def test_the_payment_list_holds_what_paying_needs() -> None:
    study = make_study()
    session, _ = planted(study)
    assert list(payment_rows(study)) == [
        "participant_id,submission_id,rater,outcome,pairs,skipped,minutes,amount,code\r\n",
        f"PLATFORMPERSON5,submission-of-PLATFORMPERSON5,{session.pseudonym},completed,4,0,20,4.50,PAYCODE77\r\n",
    ]
