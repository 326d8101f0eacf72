"""Planning a study's size: its own design as a start, and the sheet, computed by a process of its own.

The numerical libraries take a second to load and a hundred megabytes: no web process holds them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from studies.analysis.planning.assumptions import Assumptions
from studies.analysis.planning.costs import SECONDS_PER_PAIR
from studies.models import Dialogue, Pair, Response, Study, System

#: The tag of the dialogues that a plan counts apart.
ADVERSARIAL: Final = "adversarial"
#: What is planned where a study has nothing yet: HEART's size.
DIALOGUES: Final = 300
MODELS: Final = 3
WRITERS: Final = 12
#: A sheet takes two or three seconds; one that takes so long is given up.
LONGEST_SECONDS: Final = 30


class CannotPlan(Exception):
    """No sheet comes of these assumptions; the message says why."""


def assumptions_for(study: Study) -> Assumptions:
    """The study's own design; where it has no material yet, HEART's size. Spreads are the defaults."""
    dialogues = _dialogues(study)
    repeats = study.pairs_per_rater * study.repeats_percent // 100
    passes = 2 if study.asking == Study.Asking.TWO_PASS else 1
    return Assumptions(
        dialogues=len(dialogues) or DIALOGUES,
        models=study.systems.filter(kind=System.Kind.LLM).count() or MODELS,
        ratings_per_pair=study.ratings_per_pair,
        pairs_per_rater=min(study.pairs_per_rater, Pair.objects.of(study).main().count() or 10**6),
        writers=_writers(study) or WRITERS,
        adversarial=sum(ADVERSARIAL in tags for tags in dialogues),
        models_too=_models_meet(study),
        other_pairs=study.training_pairs + study.decoys_per_rater + repeats,
        seconds_per_pair=SECONDS_PER_PAIR * passes,
        seed=study.seed,
        **_no_ties(study),
    )


def sheet_of(assumptions: Assumptions) -> list[dict[str, Any]]:
    """The tables in words (`studies.analysis.planning.told.Told`). Raises CannotPlan."""
    command = [sys.executable, "-m", "studies.analysis.planning"]
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            command,
            input=json.dumps(asdict(assumptions)),
            cwd=settings.BASE_DIR,
            # One core: threads of a linear algebra library would only get in each other's way.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise CannotPlan(
            _("it took more than %d seconds: try again, or plan a smaller study") % LONGEST_SECONDS
        ) from None
    answer = json.loads(done.stdout)
    if "impossible" in answer:
        raise CannotPlan(answer["impossible"])
    tables: list[dict[str, Any]] = answer["tables"]
    return tables


def _no_ties(study: Study) -> dict[str, float]:
    """Where raters must choose."""
    return {} if study.scale in (Study.Scale.THREE, Study.Scale.FIVE) else {"tie_percent": 0.0}


def _dialogues(study: Study) -> list[list[str]]:
    """The tags of every dialogue that is compared; of all while there are no pairs."""
    dialogues = Dialogue.objects.filter(study=study)
    paired = dialogues.filter(pk__in=Pair.objects.of(study).main().values("dialogue"))
    return list((paired if paired.exists() else dialogues).values_list("tags", flat=True))


def _writers(study: Study) -> int:
    """Who wrote people's replies, as imported."""
    replies = Response.objects.of(study).filter(system__kind=System.Kind.HUMAN).exclude(writer="")
    return replies.values("writer").distinct().count()


def _models_meet(study: Study) -> bool:
    """Whether raters also compare models with each other."""
    model = System.Kind.LLM
    mains = Pair.objects.of(study).main()
    return mains.filter(first__system__kind=model, second__system__kind=model).exists()
