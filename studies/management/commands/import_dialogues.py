"""`manage.py import_dialogues SLUG FILE --format F`: look at a file, say what is in it, load it."""

from __future__ import annotations

import gc
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from studies.comparison import SPEAKERS
from studies.importing.examining import Examination, Request, examine
from studies.importing.files import Source
from studies.importing.formats import FORMATS
from studies.importing.lint.kinds import kinds_from
from studies.importing.load import CannotImport, check_acceptable, import_file, preview
from studies.importing.records import Options, Refused
from studies.importing.report import Report
from studies.importing.summary import summary_of
from studies.models import Study


class Command(BaseCommand):
    help = "Import dialogues and replies from a file into a study, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", metavar="SLUG", help="the study's slug")
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument(
            "--first-speaker",
            choices=SPEAKERS,
            help="who begins dialogues that have no speakers; assumes strict alternation, is recorded",
        )
        parser.add_argument(
            "--merge-turns", action="store_true", help="join consecutive turns of one speaker"
        )
        parser.add_argument(
            "--cut", type=int, metavar="N", help="esconv: take the N-th supporter turn as the reply"
        )
        parser.add_argument(
            "--max-words", type=int, metavar="N", help="warn about longer replies; 0: no cap (heart: 40)"
        )
        parser.add_argument(
            "--exclude",
            action="append",
            default=[],
            metavar="KIND[,KIND]",
            help="leave out the replies that findings of these kinds flag; recorded",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--accept-warnings", action="store_true", help="acknowledge the warnings")
        parser.add_argument("--licence", default="", help="the data set's licence, for every export")
        parser.add_argument(
            "--non-commercial", action="store_true", help="the licence forbids commercial use"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")

    def handle(self, **options: Any) -> None:
        # Millions of small objects and no cycles among them: looking for cycles takes a tenth of the time.
        gc.disable()
        try:
            self._read_and_import(options)
        finally:
            gc.enable()

    def _read_and_import(self, options: dict[str, Any]) -> None:
        try:
            study = Study.objects.get(slug=options["study"])
        except Study.DoesNotExist:
            raise CommandError(
                f"There is no study {options['study']!r}. Make one with create_study."
            ) from None
        path: Path = options["file"]
        try:
            request = _request(options)
            examination = examine(_source(path), request)
        except Refused as refused:
            raise CommandError(f"{path.name}: {refused}") from None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        self._import(study, path, examination, options)

    def _import(self, study: Study, path: Path, examination: Examination, options: dict[str, Any]) -> None:
        report = None
        loaded = False
        try:
            check_acceptable(examination, acknowledged=options["accept_warnings"] or options["dry_run"])
            if not options["dry_run"]:
                report = _loaded(study, path, examination, options)
                loaded = True
        except CannotImport as error:
            report = preview(study=study, examination=examination)
            self._say(report, options, loaded=False, refusal=str(error))
            raise CommandError(str(error)) from None
        report = report or preview(study=study, examination=examination)
        self._say(report, options, loaded=loaded)
        if report["blocked"]:
            raise CommandError(f"This file could not be imported: {report['conflicts']['first'][0]}.")

    def _say(self, report: Report, options: dict[str, Any], *, loaded: bool, refusal: str = "") -> None:
        licence: str = options["licence"]
        if options["json"]:
            facts = {"loaded": loaded, "dry_run": options["dry_run"], "refused": refusal}
            terms = {"licence": licence, "non_commercial": options["non_commercial"]}
            self.stdout.write(json.dumps({**facts, **terms, **report}, ensure_ascii=False))
            return
        self.stdout.write(summary_of(report))
        if not licence:
            self.stdout.write("Licence not stated: exports will say so. State it with --licence.")
        if options["dry_run"] and not report["blocked"]:
            waiting = report["warnings_to_acknowledge"]
            needs = f"; {waiting} warnings would need --accept-warnings" if waiting else ""
            self.stdout.write(f"Dry run: nothing was changed{needs}.")
        if loaded:
            replies = sum(row["new"] for row in report["systems"].values())
            self.stdout.write(f"Imported {report['dialogues']['new']} dialogues and {replies} replies.")


def _request(options: dict[str, Any]) -> Request:
    return Request(
        format=options["format"],
        options=Options(options["first_speaker"], options["merge_turns"], options["cut"]),
        max_words=options["max_words"],
        exclude=kinds_from(",".join(options["exclude"]).split(",")),
    )


def _source(path: Path) -> Source:
    return lambda: path.open("rb")


def _loaded(study: Study, path: Path, examination: Examination, options: dict[str, Any]) -> Report:
    batch = import_file(
        study=study,
        source=_source(path),
        file_name=path.name,
        examination=examination,
        licence=options["licence"],
        non_commercial=options["non_commercial"],
        acknowledged=options["accept_warnings"],
        created_by=None,
        now=timezone.now(),
    )
    report: Report = batch.report
    return report
