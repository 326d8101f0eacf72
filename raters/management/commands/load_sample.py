from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

import studies
from raters import fieldwork
from studies import pairing, presets, training_pairs
from studies.judging import decoy_pairs
from studies.management.commands.create_study import read_texts
from studies.models import Study

SLUG = "sample"
FOLDER = Path(studies.__file__).parent / "sample"
LICENCE = "CC0 1.0; written for heartsite as an illustration"
#: The whole journey, as far as six pairs hold it: too few for repeats, and for more than two decoys.
JOURNEY: Final = {
    "pairs_per_rater": 6,
    "training_pairs": 1,
    "repeats_percent": 0,
    "decoys_per_rater": 2,
    "exclude_decoys_lost": 2,
    "checks_per_rater": 1,
    "exclude_checks_failed": 1,
    "themes": "loss | grief and loss\nillness | illness",
}
#: Two kinds of each three are shown to raters: 16 that fit, for 24 booklets with two.
DECOYS, TRAINING = 24, 1


class Command(BaseCommand):
    help = "Loads the sample study, opened, ready to be rated. Does nothing where it is loaded already."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Study.objects.filter(slug=SLUG).exists():
            load()
        self.stdout.write(reverse("raters:join", args=[SLUG]))


@transaction.atomic
def load() -> Study:
    """The sample study: 16 dialogues, one human and three made-up systems, 24 booklets of 6 main pairs."""
    texts = read_texts(FOLDER / "texts.json")
    study = presets.create_study(
        slug=SLUG,
        title=texts.pop("title"),
        preset="heart",
        notes="Illustrative: dialogues and replies were written for heartsite. Not evidence about anything.",
        seed=20261123,
        **JOURNEY,
        **texts,
    )
    call_command(
        "import_dialogues",
        SLUG,
        str(FOLDER / "dialogues.jsonl"),
        format="jsonl",
        licence=LICENCE,
        accept_warnings=True,
        verbosity=0,
        stdout=io.StringIO(),
    )
    pairing.make_pairs(study=study, rng=random.Random(f"{study.seed}/pairs"), baseline="sample-human")
    decoy_pairs.make_decoys(study=study, count=DECOYS, rng=random.Random(f"{study.seed}/decoys"))
    training_pairs.make_training(study=study, count=TRAINING, rng=random.Random(f"{study.seed}/training"))
    fieldwork.open_study(study=study, now=timezone.now())
    return study
