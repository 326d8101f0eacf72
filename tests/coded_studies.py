"""Studies whose reasons and replies are set out to be coded, made through the project's own verbs.

Raters' and judges' reasons are scripted: each stresses one dimension, drawn with weights that a test plants.
`emphasis_of` tells which, so that a scripted coder can be as right as a test wants.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from raters import fieldwork, participating, passages
from raters.passages import PassageDesign
from studies.coding import codebooks
from studies.judging.jury import JuryDesign
from studies.judging.planning import plan_judgments
from studies.llm.port import CallRequest, Completion
from studies.llm.scripted import ScriptedClient, fingerprint
from studies.models import Judge, Study
from tests import factories
from tests.factories import NOW
from tests.scripted_runs import make_judges, make_provider, run_to_end

Weights = Mapping[str, float]
#: When texts are set out: after the last rating.
SET_OUT: Final = NOW + timedelta(days=1)
#: What a reason says of the reply that it prefers, by the dimension that it stresses.
EMPHASES: Final[Mapping[str, str]] = {
    "human_alignment": "{better} sounds like a real person, while {worse} reads like a leaflet.",
    "empathic_responsiveness": "{better} takes the feeling seriously; {worse} brushes it aside.",
    "attunement": "{better} noticed what was left unsaid, and {worse} did not.",
    "resonance": "The last line of {better} stayed with me, nothing in {worse} did.",
    "task_following": "{better} answers what was asked and {worse} does not.",
    "other": "{better} is shorter than {worse}.",
}
EVENLY: Final[Weights] = dict.fromkeys(EMPHASES, 1.0)
#: The words by which `emphasis_of` knows a reason again, masked or not.
_KNOWN_BY: Final[Mapping[str, str]] = {
    "human_alignment": "real person",
    "empathic_responsiveness": "feeling seriously",
    "attunement": "left unsaid",
    "resonance": "stayed with me",
    "task_following": "what was asked",
    "other": "is shorter than",
}


def reason_for(rng: random.Random, weights: Weights, better: str, worse: str) -> str:
    """One sentence that stresses one dimension, drawn with these weights."""
    (drawn,) = rng.choices(list(weights), list(weights.values()))
    return EMPHASES[drawn].format(better=better, worse=worse)


def emphasis_of(text: str) -> str:
    """The dimension that a scripted reason stresses."""
    return next(key for key, words in _KNOWN_BY.items() if words in text)


@dataclass
class ReasoningJudge:
    """A client that answers judges' forms, its overall reasons stressing what `weights` say.

    `without_rubric`: the same for judges who are asked without a rubric.
    """

    weights: Weights = field(default_factory=lambda: EVENLY)
    without_rubric: Weights = field(default_factory=lambda: EVENLY)

    async def complete(self, request: CallRequest) -> Completion:
        answer = await ScriptedClient().complete(request)
        said: dict[str, Any] = json.loads(answer.text)
        weights = self.weights if "evidence" in said else self.without_rubric
        rng = random.Random(fingerprint(request))
        first, second = _slots(request)
        prefers_first = said["overall"]["verdict"].startswith(first)
        better, worse = (first, second) if prefers_first else (second, first)
        said["overall"]["reason"] = reason_for(rng, weights, f"Reply {better}", f"reply {worse}")
        return replace(answer, text=json.dumps(said))


def _slots(request: CallRequest) -> tuple[str, str]:
    """What the replies are called in this prompt: the verdicts begin with it, the first and the last."""
    assert request.schema is not None
    verdicts = request.schema["properties"]["overall"]["properties"]["verdict"]["enum"]
    return verdicts[0].split("_")[0], verdicts[-1].split("_")[0]


def reasoned_study(
    slug: str = "kind-words",
    *,
    raters: Weights = EVENLY,
    judges: Weights = EVENLY,
    without_rubric: Weights = EVENLY,
    **fields: Any,
) -> Study:
    """A closed study, its pairs all rated with reasons, and judged with and without the rubric.

    Four raters and three judges of either variant on eight pairs, unless `fields` of the study say otherwise.
    Nothing is set out yet.
    """
    study = factories.make_study(slug, **fields)
    judging = _judges_of(study)
    factories.open_study(study)
    _rate_everything(study, raters)
    fieldwork.close_study(study=study, now=NOW + timedelta(hours=1))
    client = ReasoningJudge(judges, without_rubric)
    for variant in Judge.Variant:
        own = [judge for judge in judging if judge.variant == variant]
        plan = plan_judgments(study=study, judges=own, now=NOW, design=JuryDesign(consistency_share=0))
        run_to_end(plan, client=client)
    study.refresh_from_db()
    return study


def coded_study(slug: str = "kind-words", *, design: PassageDesign | None = None, **fields: Any) -> Study:
    """A `reasoned_study` with the default codebook frozen, and its reasons and replies set out. Uncoded."""
    study = reasoned_study(slug, **fields)
    codebooks.add_default(study=study)
    codebooks.freeze(study=study, now=SET_OUT)
    passages.set_out(study=study, design=design or PassageDesign())
    return study


def _judges_of(study: Study) -> list[Judge]:
    """Three families with the rubric and the same three without, of one provider that is not for trial."""
    provider = make_provider(
        f"{study.slug}-judges", api="openai", base_url="http://127.0.0.1:9", for_trial=False
    )
    with_rubric = make_judges(study, provider)
    plain = [
        Judge.objects.create(
            study=study,
            name=f"{judge.name}-plain",
            provider=provider,
            model_id=judge.model_id,
            family=judge.family,
            variant=Judge.Variant.NO_RUBRIC,
        )
        for judge in with_rubric
    ]
    return [*with_rubric, *plain]


def _rate_everything(study: Study, weights: Weights) -> None:
    """As many raters as there are booklets, each with an answer and a reason of their own."""
    rng = random.Random(f"{study.seed}/reasons")
    booklets = study.protocols.get().booklets.count()
    for number in range(booklets):
        session = factories.make_rater(study, participant_id=f"p{number}")
        for assignment in factories.assignments_of(session):
            value = rng.choice([-2, -1, 1, 2] if study.scale > 2 else [-1, 1])
            better, worse = ("A", "B") if value < 0 else ("B", "A")
            reason = reason_for(rng, weights, better, worse) if assignment.asks_reason else ""
            factories.rate(assignment, value, reason=reason)
        participating.finish(session=session, now=NOW + timedelta(minutes=20))
