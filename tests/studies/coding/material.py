"""A study with a few passages made by hand, coders, and coding runs, for tests of coding by models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from studies.codebook import CodeEntry
from studies.coding import codebooks, planning
from studies.coding.planning import CodingDesign
from studies.models import Coder, Pair, Passage, Provider, Response, Run, Study, System
from tests import factories, machines
from tests.factories import NOW

CODES: Final = (
    CodeEntry("attunement", "dimension", "Attunement", "About this person.", "It noticed.", "It is kind."),
    CodeEntry("other", "dimension", "Other", "Something else.\nOf any kind.", "", ""),
    CodeEntry("reframe", "strategy", "Reframe", "Puts it in a new light.", "A pause, not an end.", ""),
)
#: Nothing coded more than once.
ONCE: Final = CodingDesign(consistency_share=0)
REASONS: Final = ("It noticed small details.", "It is a bit short.", "It gives hope.")


def coded_study(slug: str = "kind-words", *, texts: Mapping[str, Any] | None = None) -> Study:
    """Three reasons by raters, of which the third may not leave, one by a judge of `gpt`, and the replies.

    Nothing is frozen but the default codebook; four replies by a person and four by a model of `qwen`.
    """
    study = factories.make_study(slug, systems=factories.SYSTEMS[:2])
    System.objects.filter(study=study, kind="llm").update(family="qwen")
    codebooks.add_default(study=study)
    pairs = list(Pair.objects.of(study).order_by("pk"))
    for number, text in enumerate(REASONS):
        add_reason(study, pairs[number], text, may_leave=number < 2)
    machines.make_judges(study, provider=scripted(), families=["gpt"])
    add_reason(study, pairs[3], "It sounds natural.", source_kind="judge", source="judge-gpt")
    for reply in Response.objects.of(study).select_related("system", "dialogue").order_by("pk"):
        add_reply(study, reply)
    return study


def add_reason(study: Study, pair: Pair, text: str, **fields: Any) -> Passage:
    values = {"source_kind": "rater", "source": "r-1", "variant": "main", "order": "AB", **fields}
    return _added(study, kind="reason", dialogue=pair.dialogue, pair=pair, text=text, **values)


def add_reply(study: Study, reply: Response) -> Passage:
    facts = {"source_kind": "system", "source": reply.system.name, "response": reply}
    return _added(study, kind="reply", dialogue=reply.dialogue, text=reply.text, **facts)


def _added(study: Study, **fields: Any) -> Passage:
    place = Passage.objects.filter(study=study).count() + 1
    return Passage.objects.create(study=study, key=f"{study.pk:06x}{place:06x}", place=place, **fields)


def make_coder(
    study: Study, name: str = "coder", *, provider: Provider | None = None, **fields: Any
) -> Coder:
    """A scripted coder of a family of its own."""
    values = {"model_id": "scripted-coder", "family": "phi", "max_tokens": 400, "timeout_seconds": 30}
    return Coder.objects.create(
        study=study, name=name, provider=provider or scripted(), **{**values, **fields}
    )


def scripted() -> Provider:
    """There can be only one."""
    return Provider.objects.filter(api="scripted").first() or machines.make_provider()


def outside_provider(name: str = "outside", **fields: Any) -> Provider:
    """One that is not ours; nobody listens at its address."""
    return machines.make_provider(name, api="openai", base_url=f"http://127.0.0.1:9/{name}", **fields)


def coding_run(
    study: Study | None = None, *coders: Coder, design: CodingDesign = ONCE, **caps: int | None
) -> Run:
    """A started run; one scripted coder on all twelve passages unless others are named."""
    study = study or coded_study()
    named = coders or (make_coder(study),)
    return machines.started(planned(study, *named, design=design), **caps)


def planned(study: Study, *coders: Coder, design: CodingDesign = ONCE) -> Run:
    return planning.plan_codings(study=study, coders=coders, design=design, now=NOW)
