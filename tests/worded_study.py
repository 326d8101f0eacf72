"""A study of HEART's replies with effects planted in its words and in its scale.

Raters stress resonance more often than judges do. Two people and a language model code reasons and replies,
each now and then wrong. One model reframes three times as often on adversarial dialogues, all others as
often there as elsewhere. The larger a model, the more often its replies are preferred.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from raters import fieldwork, participating, passages
from raters.coding import marking, taking_part
from raters.coding.planning import invite_coders
from raters.models import CodingAssignment
from raters.passages import PassageDesign
from studies.calling import providers
from studies.coding.codebooks import add_default
from studies.coding.planning import CodingDesign, plan_codings
from studies.judging.jury import JuryDesign
from studies.judging.planning import plan_judgments
from studies.llm.local_server import MODEL
from studies.llm.port import CallRequest, Completion
from studies.llm.scripted import ScriptedClient
from studies.models import Coder, Judge, Passage, Provider, Study
from tests import factories
from tests.coded_studies import EVENLY, ReasoningJudge, emphasis_of, reason_for
from tests.factories import NOW
from tests.scripted_runs import call_to_end, make_judges, make_provider, run_to_end

DATA: Final = Path(os.environ.get("HEARTSITE_DATA") or settings.BASE_DIR.parent / "shared" / "data")
MERGED: Final = DATA / "heart" / "completions_merged.json"
#: Models of HEART's file, the largest last. The sizes are invented: nobody published them.
SIZES: Final = {
    "gpt41mini": 8, "claude45haiku": 20, "70b_completion": 70, "claude37sonnet": 150, "405b_completion": 405,
    "claude4opus": 900, "gemini25pro": 1800, "gpt5": 4000,
}  # fmt: skip
REFRAMES: Final = "claude4opus"
STRESSED: Final = {**EVENLY, "resonance": 6.0}
_IMPORT: Final = (
    *("--format", "heart", "--first-speaker", "supporter", "--accept-warnings"),
    *("--exclude", "placeholder,human-equals-model"),
)
LATER: Final = NOW + timedelta(days=1)
ADVERSARIAL, REGULAR = 16, 20
#: How the small model is called as a coder, and how many passages of each kind it codes.
SMALL: Final = "small"
CODED_BY_SMALL: Final = 4


def worded_study(folder: Path, *, small_model: int | None = None) -> Study:
    """Rated, judged, set out and coded to the end.

    `small_model` is the port of a real model on this machine, which then codes the first passages too.
    """
    study = _material(folder)
    judges = _judges(study)
    factories.open_study(study)
    _rate(study)
    fieldwork.close_study(study=study, now=NOW + timedelta(hours=2))
    for variant in Judge.Variant:
        own = [judge for judge in judges if judge.variant == variant]
        design = JuryDesign(consistency_share=0)
        run = plan_judgments(study=study, judges=own, now=NOW, design=design, pilot=0)
        run_to_end(run, client=ReasoningJudge(EVENLY, EVENLY))
    add_default(study=study)
    passages.set_out(study=study, design=PassageDesign(pairs=120))
    _coded_by_people(study)
    _coded_by_a_model(study)
    if small_model is not None:
        _coded_by_the_small_model(study, small_model)
    return study


def _material(folder: Path) -> Study:
    items = json.loads(MERGED.read_text(encoding="utf-8"))
    file = folder / "heart.json"
    file.write_text(json.dumps(_chosen(items)), encoding="utf-8")
    study = factories.make_study("heart", dialogues=0, ratings_per_pair=2, pairs_per_rater=36)
    call_command("import_dialogues", "heart", str(file), *_IMPORT)
    call_command("make_pairs", "heart", "--baseline", "human_completion")
    for name, billions in SIZES.items():
        family = "".join(letter for letter in name if letter.isalpha())[:3]
        study.systems.filter(name=name).update(params_total=billions * 10**9, family=family)
    return study


def _chosen(items: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Adversarial and regular dialogues with a person's reply and one of every model."""
    kept = {"dialogue_history", "prev_speakers", "emotion_type", "problem_type", "situation", "source"}
    whole = [item for item in items[60:] if all(item.get(name) for name in (*SIZES, "human_completion_2"))]
    hard = [item for item in items if "adversarial" in str(item.get("source"))][:ADVERSARIAL]
    easy = [item for item in whole if item not in hard][:REGULAR]
    names = (*kept, *SIZES, "human_completion_1", "human_completion_2")
    return [{name: item[name] for name in names if name in item} for item in (*hard, *easy)]


def _judges(study: Study) -> list[Judge]:
    provider = make_provider("judges", api="openai", base_url="http://127.0.0.1:9", for_trial=False)
    rubric = make_judges(study, provider, families=("mistral", "qwen", "phi"))
    shared = {"study": study, "provider": provider, "model_id": "scripted-judge", "variant": "no_rubric"}
    plain = [
        Judge.objects.create(name=f"plain-{judge.family}", family=judge.family, **shared) for judge in rubric
    ]
    return [*rubric, *plain]


def _rate(study: Study) -> None:
    """A larger model's reply is preferred to the person's with a higher chance."""
    rng = random.Random(5)
    chance = {name: 0.2 + 0.6 * rank / (len(SIZES) - 1) for rank, name in enumerate(SIZES)}
    for number in range(study.protocols.get().booklets.count()):
        session = factories.make_rater(study, participant_id=f"p{number}")
        for own in factories.assignments_of(session):
            model_wins = rng.random() < chance[own.pair.second.system.name]
            value = 1 if model_wins == (own.order == "AB") else -1
            better, worse = ("A", "B") if value < 0 else ("B", "A")
            factories.rate(own, value, reason=reason_for(rng, STRESSED, f"Reply {better}", f"reply {worse}"))
        participating.finish(session=session, now=NOW + timedelta(hours=1))


@dataclass(frozen=True)
class Truth:
    """What a passage is about; a coder sees it with now and then an error of their own."""

    adversarial: frozenset[int]

    def of(self, passage: Passage) -> str:
        if passage.kind == Passage.Kind.REASON:
            return emphasis_of(passage.text)
        response = passage.response
        assert response is not None
        is_hard = passage.dialogue_id in self.adversarial
        share = 0.9 if is_hard and response.system.name == REFRAMES else 0.3
        drawn = random.Random(f"reply {response.pk}").random() < share
        return "reframe" if drawn else "emotional_validation"

    def seen_by(self, coder: str, passage: Passage) -> str:
        """Right in nineteen of twenty cases."""
        rng = random.Random(f"{coder} {passage.key}")
        others = list(EVENLY) if passage.kind == Passage.Kind.REASON else ["normalize", "offer_hope"]
        return rng.choice(others) if rng.random() < 0.05 else self.of(passage)


def truth_of(study: Study) -> Truth:
    rows = study.dialogues.all()
    return Truth(frozenset(row.pk for row in rows if "adversarial" in row.tags))


def _coded_by_people(study: Study) -> None:
    truth = truth_of(study)
    invited = invite_coders(study=study, count=2, per_passage=2, now=LATER).sessions
    for number, session in enumerate(invited):
        taking_part.begin(session=session, now=LATER)
        rows = CodingAssignment.objects.filter(session=session).order_by("position")
        for own in rows.select_related("passage__response__system"):
            marking.mark(assignment=own, codes=[truth.seen_by(f"person {number}", own.passage)], now=LATER)


class ReadingCoder:
    """A client that answers coders' forms from the truth, which it finds by the passage's text."""

    def __init__(self, study: Study) -> None:
        truth = truth_of(study)
        rows = study.passages.select_related("response__system")
        self._codes = {row.text: truth.seen_by("model", row) for row in rows}

    async def complete(self, request: CallRequest) -> Completion:
        answer = await ScriptedClient().complete(request)
        told = "\n".join(message.text for message in request.messages)
        found = max((text for text in self._codes if text in told), key=len)
        said = json.loads(answer.text)
        said["codes"] = {key: key == self._codes[found] for key in said["codes"]}
        return replace(answer, text=json.dumps(said))


def _coded_by_a_model(study: Study) -> None:
    provider = Provider.objects.create(name="own", api="openai", base_url="http://127.0.0.1:8", is_own=True)
    coder = Coder.objects.create(
        study=study, name="reader", provider=provider, model_id="scripted-coder", family="olmo"
    )
    design = CodingDesign(consistency_share=0)
    run = plan_codings(study=study, coders=[coder], now=LATER, design=design)
    run_to_end(run, client=ReadingCoder(study), now=LATER)


def _coded_by_the_small_model(study: Study, port: int) -> None:
    """As a site's workers do it. Its provider is not for trying out: what it codes stands in the report."""
    provider = providers.local_provider(port)
    Provider.objects.filter(pk=provider.pk).update(for_trial=False)
    coder = Coder.objects.create(
        study=study, name=SMALL, provider=provider, model_id=MODEL, family="smollm", longest_text=60,
        temperature=0, max_tokens=700, timeout_seconds=600,
    )  # fmt: skip
    design = CodingDesign(first=CODED_BY_SMALL, consistency_share=0)
    run = plan_codings(study=study, coders=[coder], now=timezone.now(), design=design)
    call_to_end(run)
