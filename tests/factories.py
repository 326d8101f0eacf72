"""Small, complete studies for tests, made through the project's own verbs."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.contrib.auth.models import Permission, User

from raters import arriving, fieldwork, participating, rating
from raters.channels import Arrival
from raters.models import Assignment, Rating, RatingSession
from studies import pairing, presets, training_pairs
from studies.judging import decoy_pairs
from studies.models import Dialogue, ImportBatch, Response, Study, System
from studies.protocol import MAIN

#: When everything happens unless a test says otherwise.
NOW: Final = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
SYSTEMS: Final = ("counsellor", "model-a", "model-b")
TEXTS: Final = {
    "content_note": "The conversations speak of loneliness.",
    "consent": "You take part of your own free will.",
    "instructions": "Read both replies, then answer.",
    "debrief": "Thank you. You compared replies by people and by machines.",
    "support_contacts": "Listening line: 000 000",
    "responsible": "Dr Example, Example University",
    "contact_email": "study@example.org",
    "reward": "5 pounds",
    "who_reads": "Nobody reads this before the study ends.",
    "retention": "Kept for ten years on the university's server.",
    "complaint_right": "complaints@example.org",
}


def make_staff(
    username: str = "researcher", *, is_active: bool = True, may: Sequence[str] = ("view", "change")
) -> User:
    """Somebody of staff who may view and change studies, or as much of it as `may` says."""
    staff = User.objects.create_user(username, password="secret", is_staff=True, is_active=is_active)
    staff.user_permissions.set(Permission.objects.filter(codename__in=[f"{what}_study" for what in may]))
    return staff


def make_study(
    slug: str = "kind-words",
    *,
    dialogues: int = 4,
    systems: Sequence[str] = SYSTEMS,
    preset: str = "bare",
    **fields: object,
) -> Study:
    """A study ready to be frozen: texts filled, `dialogues` x `systems` replies, the first the baseline.

    The first system is human, the others are language models. `fields` are Study fields.
    """
    design = {"seed": 7, "ratings_per_pair": 2, "pairs_per_rater": 4}
    study = presets.create_study(
        slug=slug,
        title="Kind words",
        preset=preset,
        **{**TEXTS, **design, **fields},
        adults_only=True,
        support_contacts_checked_on=date(2025, 3, 1),
    )
    batch = make_batch(study)
    for number in range(1, dialogues + 1):
        add_dialogue(study, f"d{number}", systems=systems, batch=batch)
    if len(systems) > 1 and dialogues:
        pairing.make_pairs(study=study, rng=random.Random(study.seed), baseline=systems[0])
    return study


def make_batch(study: Study, **fields: object) -> ImportBatch:
    values: dict[str, object] = {
        "file_name": "sample.jsonl",
        "sha256": "ab" * 32,
        "format": "jsonl",
        "licence": "CC BY 4.0",
        "loaded_at": NOW,
    }
    return ImportBatch.objects.create(study=study, **{**values, **fields})


def add_dialogue(
    study: Study,
    external_id: str,
    *,
    systems: Sequence[str] = SYSTEMS,
    batch: ImportBatch | None = None,
    texts: Mapping[str, str] | None = None,
    **fields: object,
) -> Dialogue:
    """A dialogue with one reply by each system; `texts` are replies by system, else made up.

    `fields` are Dialogue fields.
    """
    batch = batch or make_batch(study)
    values: dict[str, object] = {
        "turns": [
            {"speaker": "seeker", "text": f"I feel alone ({external_id})."},
            {"speaker": "supporter", "text": "Since when?"},
            {"speaker": "seeker", "text": "Since I moved."},
        ],
        "tags": ["everyday"],
    }
    dialogue = Dialogue.objects.create(
        study=study, external_id=external_id, import_batch=batch, **{**values, **fields}
    )
    for number, name in enumerate(systems):
        system, _ = System.objects.get_or_create(
            study=study, name=name, defaults={"kind": "human" if number == 0 else "llm"}
        )
        Response.objects.create(
            dialogue=dialogue,
            system=system,
            text=(texts or {}).get(name, f"Reply {number + 1} to {external_id}."),
            writer="w1" if number == 0 else "",
            import_batch=batch,
        )
    return dialogue


def open_study(study: Study, *, now: datetime = NOW) -> Study:
    """Frozen, planned and open."""
    fieldwork.open_study(study=study, now=now)
    return study


def make_rater(study: Study, *, now: datetime = NOW, participant_id: str = "") -> RatingSession:
    """Somebody who arrived at an open study, consented, claimed a booklet and read the instructions."""
    arrival = Arrival(participant_id, "platform-study", f"submission-of-{participant_id}")
    session = arriving.arrive(
        study=study, arrival=arrival if participant_id else Arrival(), known_token=None, now=now
    )
    return make_rater_of(session, now=now)


def make_rater_of(session: RatingSession, *, now: datetime = NOW) -> RatingSession:
    """Whoever has arrived consents, claims a booklet and reads the instructions."""
    arriving.consent(session=session, now=now)
    participating.read_instructions(session=session, now=now)
    session.refresh_from_db()
    return session


def assignments_of(session: RatingSession) -> list[Assignment]:
    return list(Assignment.objects.filter(booklet__session=session).order_by("position"))


def rate(
    assignment: Assignment,
    values: int | Mapping[str, int] = 1,
    *,
    reason: str = "It listens.",
    seconds: int = 30,
    now: datetime = NOW + timedelta(minutes=5),
    phase: str = MAIN,
    flags: Collection[tuple[int, str]] = (),
    instructed_answer: int | None = None,
) -> Rating:
    """A rating `seconds` after the pair was shown. `values` as shown, by dimension or one for all.

    An attention check is obeyed unless an answer to it is given.
    """
    rating.mark_shown(assignment=assignment, now=now - timedelta(seconds=seconds), phase=phase)
    asked = [row.key for row in assignment.booklet.protocol.document().asked_in(phase)]
    answers = dict.fromkeys(asked, values) if isinstance(values, int) else values
    obeyed = assignment.instructed_value if instructed_answer is None else instructed_answer
    return rating.submit(
        assignment=assignment,
        answers=answers,
        reason=reason,
        layout="side",
        now=now,
        phase=phase,
        flags=flags,
        instructed_answer=obeyed,
    )


def rate_all(session: RatingSession, values: int | Mapping[str, int] = 1) -> RatingSession:
    """Rates everything that is open and completes the session."""
    for assignment in assignments_of(session):
        rate(assignment, values)
    return participating.finish(session=session, now=NOW + timedelta(minutes=20))


def add_decoys(study: Study, count: int = 3) -> None:
    """Decoy pairs, the kinds in turn."""
    decoy_pairs.make_decoys(study=study, count=count, rng=random.Random(study.seed))


def add_training(study: Study, count: int = 2) -> None:
    """Training pairs, the kinds in turn."""
    training_pairs.make_training(study=study, count=count, rng=random.Random(study.seed))


def pair_up(study: Study) -> None:
    """Pairs of all systems against all."""
    pairing.make_pairs(study=study, rng=random.Random(study.seed))
