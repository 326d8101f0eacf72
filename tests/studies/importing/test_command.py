"""manage.py import_dialogues, as a script or a person calls it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from studies.models import Dialogue, ImportBatch, Response, Study
from tests.studies.importing.material import REPLIES, TURNS, dialogue, lines, reply, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def study() -> Study:
    return Study.objects.create(slug="s", title="S")


def run(path: Path, *options: str, name: str = "jsonl") -> str:
    out = io.StringIO()
    call_command("import_dialogues", "s", str(path), "--format", name, *options, stdout=out)
    return out.getvalue()


def refused(path: Path, *options: str, name: str = "jsonl") -> tuple[str, str]:
    """What was printed and the reason."""
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_dialogues", "s", str(path), "--format", name, *options, stdout=out)
    return out.getvalue(), str(caught.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "f.jsonl", lines(dialogue("a"), dialogue("b")))


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """One error, one warning, one missing cell."""
    replies = [reply("alpha", "(your response)"), reply("beta", "As an AI, I can only listen.")]
    return write(
        tmp_path / "g.jsonl", lines(dialogue("a", replies=replies), dialogue("b", replies=[replies[1]]))
    )


def test_a_summary_that_a_person_can_read(file: Path) -> None:
    assert run(file, "--licence", "CC BY 4.0") == (
        "Dialogues: 2 in the file, 2 new, 0 known\n"
        "system       kind    replies        new      known   left out  dialogues    missing\n"
        "alpha         llm          2          2          0          0          2          0\n"
        "beta          llm          2          2          0          0          2          0\n"
        "Imported 2 dialogues and 4 replies.\n"
    )
    batch = ImportBatch.objects.get()
    assert (batch.licence, batch.non_commercial, batch.file_name) == ("CC BY 4.0", False, "f.jsonl")


def test_a_missing_licence_is_said(file: Path) -> None:
    assert "Licence not stated: exports will say so. State it with --licence.\n" in run(file)


def test_a_dry_run_changes_nothing(file: Path) -> None:
    assert run(file, "--dry-run").endswith("Dry run: nothing was changed.\n")
    assert (Dialogue.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_a_dry_run_counts_what_is_known(file: Path) -> None:
    run(file)
    assert "2 in the file, 0 new, 2 known" in run(file, "--dry-run")
    assert ImportBatch.objects.count() == 1


def test_a_dry_run_of_a_file_that_would_be_refused_says_so(doubtful: Path) -> None:
    printed, reason = refused(doubtful, "--dry-run")
    assert reason.startswith("Lint found errors; nothing was imported: placeholder 1.")
    assert "ERROR placeholder: 1." in printed
    warned = run(doubtful, "--dry-run", "--exclude", "placeholder")
    # One self-identification a dialogue, the same text twice, no other system in the second.
    assert warned.endswith("Dry run: nothing was changed; 5 warnings would need --accept-warnings.\n")


def test_errors_then_warnings_then_the_import(doubtful: Path) -> None:
    assert "placeholder 1" in refused(doubtful)[1]
    printed, reason = refused(doubtful, "--exclude", "placeholder")
    assert reason.startswith("Lint found warnings; nothing was imported:")
    assert "Replies left out: 1 (placeholder 1)" in printed
    run(doubtful, "--exclude", "placeholder", "--accept-warnings")
    assert Response.objects.count() == 2
    assert ImportBatch.objects.get().warnings_acknowledged is True


def test_leaving_out_can_resolve_every_warning_about_replies(tmp_path: Path) -> None:
    replies = [reply("alpha", "As an AI, I can only listen."), reply("beta", "What did she say then?")]
    path = write(tmp_path / "f", lines(dialogue(replies=replies)))
    run(path, "--exclude", "self-identification,placeholder", "--exclude", "over-length")
    batch = ImportBatch.objects.get()
    assert batch.options["exclude"] == ["over-length", "placeholder", "self-identification"]
    assert (Response.objects.count(), batch.warnings_acknowledged) == (1, False)


def test_json_is_one_object_and_nothing_else(file: Path) -> None:
    told = json.loads(run(file, "--json", "--non-commercial"))
    assert (told["loaded"], told["dry_run"], told["refused"]) == (True, False, "")
    assert (told["licence"], told["non_commercial"]) == ("", True)
    assert told["dialogues"] == {"in_file": 2, "new": 2, "known": 0, "tags_kept": 0}
    assert told["systems"]["beta"]["new"] == 2


def test_json_tells_of_a_refusal_too(doubtful: Path) -> None:
    printed, reason = refused(doubtful, "--json")
    told = json.loads(printed)
    assert (told["loaded"], told["refused"], told["blocked"]) == (False, reason, True)
    assert told["findings"][0]["kind"] == "placeholder"


def test_a_conflict_is_told_in_a_dry_run_too(tmp_path: Path, file: Path) -> None:
    run(file)
    changed = [{**REPLIES[0], "text": "Something else that nobody said before."}]
    path = write(tmp_path / "h", lines(dialogue("a", replies=changed)))
    for options in ([], ["--dry-run"]):
        printed, reason = refused(path, *options)
        assert "has another text in the study" in reason
        assert "Conflict: the reply of 'alpha' no. 1 to dialogue 'a'" in printed


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "f: the file is empty. Is it the right one?"),
        (b"\xff\xfe{\x00}\x00", "f: the file is UTF-16, not UTF-8. Save the file again as UTF-8"),
        (b'{"id": "a\xe9"}', "f: the file is not UTF-8: byte 0xe9 at offset 9 (line 1)."),
        (b'{"id": "a\0"}', "f: the file holds a NUL byte at offset 9 (line 1)."),
        (b"[]", "1 records cannot be read; nothing was imported. First: line 1: the line begins a JSON list"),
    ],
)
def test_files_that_are_refused_as_a_whole(tmp_path: Path, content: bytes, reason: str) -> None:
    assert refused(write(tmp_path / "f", content))[1].startswith(reason)


def test_other_refusals(tmp_path: Path, file: Path) -> None:
    assert "No such file" in refused(tmp_path / "none")[1]
    assert "Is a directory" in refused(tmp_path)[1]
    assert "is no kind of finding" in refused(file, "--exclude", "nonsense")[1]
    assert "--cut belongs to the format esconv" in refused(file, "--cut", "2")[1]
    with pytest.raises(CommandError, match="There is no study 'x'"):
        call_command("import_dialogues", "x", str(file), "--format", "jsonl")


def test_no_speakers_then_a_first_speaker(tmp_path: Path) -> None:
    known = {"dialogue_history": ["hi"], "prev_speakers": ["seeker"], "m": "What is on your mind?"}
    unknown = {"dialogue_history": ["hello", "hi, I am low"], "m": "Since when do you feel so low?"}
    path = write(tmp_path / "f.json", json.dumps([known, unknown, {**unknown, "dialogue_history": ["x"]}]))
    printed, reason = refused(path, name="heart")
    assert reason.startswith("2 records cannot be read")
    assert (
        "Cannot be read: 2 times the dialogue has no speakers (item 2 (line 1), item 3 (line 1))" in printed
    )
    assert "--first-speaker supporter" in printed
    done = run(path, "--first-speaker", "supporter", "--accept-warnings", name="heart")
    assert "Speakers assumed: 2 dialogues had none; taken as alternating, supporter first\n" in done


def test_aliases_and_merged_turns_are_reported(tmp_path: Path) -> None:
    turns = [{"speaker": "usr", "text": turn["text"]} for turn in TURNS]
    path = write(tmp_path / "f", lines(dialogue(turns=turns)))
    done = run(path, "--merge-turns")
    assert "Speaker mapped: usr → seeker (3 turns)\n" in done
    assert "Turns merged with the one before: 2\n" in done


def test_hostile_examples_cannot_steer_the_terminal(tmp_path: Path) -> None:
    replies: list[dict[str, Any]] = [reply("alpha", "\x1b[2J\x07gone\nas an AI")]
    path = write(tmp_path / "f", lines(dialogue(replies=replies)))
    printed = refused(path)[0]
    assert "\x1b" not in printed
    assert "\x07" not in printed
