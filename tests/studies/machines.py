"""Small machines for tests: scripted providers, judges of several families, runs that are worked off here."""

from __future__ import annotations

import random
from typing import Any, Final

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from studies import freezing
from studies.calling import clients, designing, runs
from studies.calling.draining import drain
from studies.generation.planning import plan_replies
from studies.judging import piloting
from studies.judging.jury import JuryDesign
from studies.judging.planning import plan_judgments
from studies.models import Judge, Provider, Run, Study, System
from studies.tasks import craft_for
from tests import factories

FAMILIES: Final = ("gpt", "claude", "gemini", "llama")


def make_provider(name: str = "scripted", **fields: Any) -> Provider:
    values = {"api": "scripted", "for_trial": True, "max_in_flight": 64}
    return Provider.objects.create(name=name, **{**values, **fields})


def make_judges(
    study: Study, model: str = "scripted-judge", provider: Provider | None = None, **fields: Any
) -> list[Judge]:
    """A judge of each family."""
    provider = provider or Provider.objects.first() or make_provider()
    return [
        Judge.objects.create(
            study=study, name=f"judge-{family}", provider=provider, model_id=model, family=family, **fields
        )
        for family in FAMILIES
    ]


def judged_study(slug: str = "kind-words", **fields: Any) -> Study:
    """Frozen, with a family for each model, and four judges."""
    study = factories.make_study(slug, **fields)
    for system in System.objects.filter(study=study, kind="llm"):
        System.objects.filter(pk=system.pk).update(family="mistral")
    freezing.freeze(study=study, now=factories.NOW)
    make_judges(study)
    return study


def fetching_study(model: str = "scripted-replies", **fields: Any) -> Study:
    """Not frozen, with one system whose replies can be fetched."""
    study = factories.make_study(**fields)
    provider = Provider.objects.first() or make_provider()
    System.objects.create(
        study=study, name="fetched", kind="llm", provider=provider, model_id=model, family="mistral"
    )
    return study


def judging_run(study: Study, *, pilot: int = 0, **design: Any) -> Run:
    judges = list(Judge.objects.filter(study=study).select_related("provider"))
    shape = JuryDesign(**{"consistency_share": 0.0, **design})
    return plan_judgments(study=study, judges=judges, now=timezone.now(), design=shape, pilot=pilot)


def fetching_run(study: Study) -> Run:
    systems = list(System.objects.filter(study=study, provider__isnull=False).select_related("provider"))
    return plan_replies(study=study, systems=systems, now=timezone.now())


def started(run: Run, **caps: int | None) -> Run:
    """Priced and started, with calls to spare."""
    designing.price(run=run, now=timezone.now())
    limits = {"cap_calls": 1000, "cap_tokens": None, "cap_micros": None, **caps}
    return runs.start(run=run, now=timezone.now(), **limits)


def worked_off(run: Run) -> Run:
    """As workers do it: until nothing is left that can be called now."""
    drain(
        run=run,
        craft=craft_for(run),
        client=clients.client(),
        submit=clients.submit,
        worker="w",
        clock=timezone.now,
        rng=random.Random(1),
        is_time_up=lambda: False,
    )
    if run.kind == Run.Kind.JUDGE:
        piloting.decide(run=run, now=timezone.now())
    runs.finish_if_done(run=run, now=timezone.now())
    run.refresh_from_db()
    return run


def staff(*codenames: str) -> Client:
    """A signed-in client of somebody of staff with these permissions; all of them where none is named."""
    if codenames:
        user = User.objects.create_user(f"staff-{User.objects.count()}", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    else:
        user = User.objects.create_superuser(f"head-{User.objects.count()}")
    client = Client()
    client.force_login(user)
    return client
