"""Freezing: check that a study is complete, and write down for good what it is."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from studies import contrasts, journey, protocol, selectors
from studies.comparison import OVERALL, SCALES
from studies.models import Generation, Pair, Protocol, Study


class NotReady(Exception):
    """The study is not complete; `problems` says each thing that is missing and where to add it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


#: Study fields a rater or an ethics board relies on, with the words for saying that one is missing.
REQUIRED_TEXTS: Final = {
    "content_note": "the content note (which themes a rater may meet)",
    "consent": "the consent text",
    "instructions": "the instructions",
    "debrief": "the debrief",
    "responsible": "who is responsible",
    "contact_email": "the contact address",
    "reward": "what raters are paid",
    "retention": "what is kept, where and how long",
    "complaint_right": "where a rater can complain",
    "support_contacts": "the support contacts",
    "who_reads": "who reads what raters write",
    "support_contacts_checked_on": "the date on which the support contacts were last checked",
}


def texts_missing(texts: protocol.Texts) -> list[str]:
    """What raters, and an ethics board, would miss: a study without these can be judged, but not opened."""
    missing = [
        f"missing: {what} (field {field})"
        for field, what in REQUIRED_TEXTS.items()
        if not getattr(texts, field)
    ]
    if not texts.adults_only:
        missing.append("raters must be adults: tick 'adults only' (field adults_only)")
    return missing


def texts_of(study: Study) -> protocol.Texts:
    checked_on = study.support_contacts_checked_on
    return protocol.Texts(
        content_note=study.content_note,
        consent=study.consent,
        instructions=study.instructions,
        debrief=study.debrief,
        support_contacts=study.support_contacts,
        support_contacts_checked_on=checked_on.isoformat() if checked_on else "",
        responsible=study.responsible,
        contact_email=study.contact_email,
        reward=study.reward,
        retention=study.retention,
        complaint_right=study.complaint_right,
        adults_only=study.adults_only,
        language=study.language,
        who_reads=study.who_reads,
        words_may_leave=study.words_may_leave,
    )


def problems_of(study: Study) -> list[str]:
    """Why the study cannot be frozen yet, one sentence each; empty when it is complete."""
    missing = []
    keys = set(study.dimensions.values_list("key", flat=True))
    if not keys:
        missing.append("the rubric is empty: add dimensions")
    elif OVERALL not in keys:
        missing.append(f"the rubric has no dimension with the key '{OVERALL}'")
    if not Pair.objects.of(study).main().exists():
        missing.append("there is nothing to compare: import dialogues with replies, then make pairs")
    fetched = Generation.objects.filter(run__study=study).open().count()
    if fetched:
        missing.append(
            f"{fetched} replies are still being fetched: wait until their run is over, or cancel it"
        )
    return missing + contrasts.problems_of(study)


def draft_document(study: Study, *, version: int) -> protocol.ProtocolDocument:
    """The protocol as it would be frozen now."""
    return _document(study, version, selectors.material_of(study))


def preview_document(study: Study) -> protocol.ProtocolDocument:
    """The draft for looking at pages: without its material, whose hash takes seconds in a large study."""
    return _document(study, 1, protocol.Material(dialogues=0, responses=0, pairs=0, sha256=""))


def _document(study: Study, version: int, material: protocol.Material) -> protocol.ProtocolDocument:
    return protocol.ProtocolDocument(
        study=study.slug,
        title=study.title,
        version=version,
        texts=texts_of(study),
        rubric=tuple(
            protocol.Asked(row.key, row.name, row.question, row.low, row.high)
            for row in sorted(study.dimensions.all(), key=lambda row: (row.position, row.key))
        ),
        answers=answers_for(study.scale, study.language),
        design=protocol.Design(
            seed=study.seed,
            ratings_per_pair=study.ratings_per_pair,
            pairs_per_rater=study.pairs_per_rater,
            max_pairs_per_dialogue=study.max_pairs_per_dialogue,
            dimension_order=study.dimension_order,
            reason=study.reason,
            session_minutes=study.session_minutes,
            shown_profile=study.shown_profile,
            max_words=study.max_words,
            max_sentences=study.max_sentences,
        ),
        material=material,
        journey=journey.journey_of(study),
        phases=journey.phases_of(study),
        contrasts=contrasts.contrasts_of(study),
        analysis=contrasts.plan_of(study),
        exclusion_rules=journey.exclusions_of(study),
        stopping_rule=study.stopping_rule,
    )


def answers_for(scale: int, language: str) -> tuple[protocol.Answer, ...]:
    """The answer options from "A is better" to "B is better", worded alike on both sides."""
    with translation.override(language):
        return _answers(scale)


def _answers(scale: int) -> tuple[protocol.Answer, ...]:
    graded = {
        -2: _("A much better"),
        -1: _("A a little better"),
        0: _("No difference"),
        1: _("B a little better"),
        2: _("B much better"),
    }
    plain = {-1: _("A is better"), 0: _("No difference"), 1: _("B is better")}
    labels = plain if scale < 4 else graded
    return tuple(protocol.Answer(value, labels[value]) for value in SCALES[scale])


@transaction.atomic
def freeze(*, study: Study, now: datetime) -> Protocol:
    """The study's protocol, written once. A frozen study is returned as it is. Raises NotReady."""
    locked = Study.objects.select_for_update().get(pk=study.pk)
    frozen = selectors.current_protocol(locked)
    if frozen is not None:
        return frozen
    problems = problems_of(locked)
    if problems:
        raise NotReady(problems)
    canonical = protocol.canonical_json(draft_document(locked, version=1))
    return Protocol.objects.create(
        study=locked,
        version=1,
        canonical=canonical,
        sha256=protocol.sha256_of(canonical),
        frozen_at=now,
    )
