from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import models

from studies import normalising, presets, protocol
from studies.management.study_command import StudyCommand
from studies.models import Study
from studies.models.analysis_plan import AnalysisPlan
from studies.models.journey import Journey

#: Study fields that a texts file may set, and those that are options: what the protocol will hold.
TEXT_FIELDS = (*(field.name for field in fields(protocol.Texts)), "themes", "risk_phrases")
DESIGN_FIELDS = ("scale", *(field.name for field in fields(protocol.Design)))
#: Numbers and choices of the rater's journey. Its longer texts stand in the texts file.
JOURNEY_FIELDS = tuple(
    field.name
    for field in Journey._meta.get_fields()
    if not isinstance(field, models.TextField | models.BooleanField)
)
#: What is chosen of the analysis; `--stopping-rule` is short enough for an option.
ANALYSIS_FIELDS = tuple(field.name for field in AnalysisPlan._meta.get_fields())


class Command(StudyCommand):
    help = "Makes a study from a preset: rubric, answer scale and design."
    makes_study = True
    expected = (presets.UnknownPreset,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--preset", default="heart", help=f"one of: {', '.join(presets.PRESETS)}")
        parser.add_argument("--title", help="shown to raters; the slug if left out")
        parser.add_argument("--texts", type=Path, help="JSON object with consent, instructions and so on")
        parser.add_argument("--seed", type=int)
        parser.add_argument("--scale", type=int, choices=(2, 3, 4, 5))
        parser.add_argument("--reason", choices=("required", "optional", "none"))
        parser.add_argument("--dimension-order", choices=("fixed", "per_rater"))
        parser.add_argument("--ratings-per-pair", type=int)
        parser.add_argument("--pairs-per-rater", type=int)
        parser.add_argument("--max-pairs-per-dialogue", type=int)
        parser.add_argument("--session-minutes", type=int)
        parser.add_argument("--shown-profile", choices=tuple(normalising.PROFILES))
        parser.add_argument("--max-words", type=int)
        parser.add_argument("--max-sentences", type=int)
        for name in (*JOURNEY_FIELDS, *ANALYSIS_FIELDS):
            _add_field(parser, name)

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        raise CommandError(f"there is a study {study.slug!r} already; choose another slug")

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        texts = read_texts(options["texts"]) if options["texts"] else {}
        chosen = (*DESIGN_FIELDS, *JOURNEY_FIELDS, *ANALYSIS_FIELDS)
        study = presets.create_study(
            slug=options["slug"],
            title=options["title"] or texts.pop("title", options["slug"]),
            preset=options["preset"],
            **{**texts, **{name: options[name] for name in chosen if options[name] is not None}},
        )
        return {
            "study": study.slug,
            "preset": options["preset"],
            "scale": study.scale,
            "seed": study.seed,
            "dimensions": list(study.dimensions.values_list("key", flat=True)),
            "ratings_per_pair": study.ratings_per_pair,
            "pairs_per_rater": study.pairs_per_rater,
        }


_KINDS: dict[type[models.Field[Any, Any]], type[int | float]] = {
    models.IntegerField: int,
    models.FloatField: float,
}


def _add_field(parser: ArgumentParser, name: str) -> None:
    """The option of a study field, with its choices."""
    field = Study._meta.get_field(name)
    assert isinstance(field, models.Field)
    choices = [value for value, _label in field.flatchoices] or None
    kind = next((kind for of, kind in _KINDS.items() if isinstance(field, of)), str)
    told = str(field.help_text).replace("%", "%%") or None
    parser.add_argument(f"--{name.replace('_', '-')}", type=kind, choices=choices, help=told)


def read_texts(path: Path) -> dict[str, Any]:
    """The texts file as Study fields. Raises CommandError that says what is wrong with it."""
    try:
        texts = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CommandError(f"cannot read {path}: {error}") from error
    unknown = sorted(set(texts) - {*TEXT_FIELDS, "title"}) if isinstance(texts, dict) else ["not an object"]
    if unknown:
        raise CommandError(f"{path}: unknown keys {', '.join(unknown)}; known are {', '.join(TEXT_FIELDS)}")
    return dict(texts)
