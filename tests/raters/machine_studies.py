"""Studies for tests in which machines have answered, and a client that says what a test wants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from studies.generation.planning import plan_replies
from studies.judging.jury import JuryDesign
from studies.judging.planning import plan_judgments
from studies.llm.port import CallError, CallRequest, Client, Completion
from studies.llm.scripted import ScriptedClient
from studies.models import Provider, Study, System
from tests.factories import NOW, make_study, open_study
from tests.scripted_runs import make_judges, make_provider, run_to_end

#: A jury that judges each pair once in each order.
ONCE: Final = JuryDesign(consistency_share=0.0)


def judged_study(dialogues: int = 1) -> Study:
    """Two pairs a dialogue, both judged by three scripted judges in both orders."""
    study = make_study(dialogues=dialogues)
    judges = make_judges(study, make_provider())
    open_study(study)
    run_to_end(plan_judgments(study=study, judges=judges, now=NOW))
    return study


def fetched(study: Study, *, provider: Provider | None = None, client: Client | None = None) -> System:
    """A system of a draft whose replies were asked for."""
    system = System.objects.create(
        study=study,
        name="fetched",
        kind="llm",
        family="phi",
        model_id="scripted-reply",
        provider=provider or make_provider(),
    )
    run_to_end(plan_replies(study=study, systems=[system], now=NOW), client=client)
    system.refresh_from_db()
    return system


@dataclass
class Spoken:
    """Answers as the scripted client, but for what is set: a text, a returned model, a failure by model."""

    text: str = ""
    returned: dict[str, str] = field(default_factory=dict)
    fails: dict[str, CallError] = field(default_factory=dict)

    async def complete(self, request: CallRequest) -> Completion:
        if request.model in self.fails:
            raise self.fails[request.model]
        answer = await ScriptedClient().complete(request)
        model = self.returned.get(request.model, answer.model_returned)
        return replace(answer, text=self.text or answer.text, model_returned=model)
