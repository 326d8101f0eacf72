"""docs/importing.md and the code say the same."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class

from studies.importing.formats import FORMATS, csv_long, heart, jsonl
from studies.importing.lint.kinds import TABLE
from studies.importing.roles import SEEKER_LABELS, SUPPORTER_LABELS
from tests.studies.importing.material import examined, good

DOCS = (settings.BASE_DIR / "docs/importing.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^## {title}.*?(?=^## |\Z)", DOCS, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[0]


def test_the_table_of_findings() -> None:
    rows = [
        f"| `{kind}` | {about.severity} | {'yes' if about.excludable else 'no'} "
        f"| {about.meaning} | {about.remedy} |"
        for kind, about in TABLE.items()
    ]
    assert re.findall(r"^\| `.*$", section("What lint finds"), re.MULTILINE) == rows


def test_the_names_of_speakers() -> None:
    for role, labels in (("seeker", SEEKER_LABELS), ("supporter", SUPPORTER_LABELS)):
        assert f"  - {role}: {', '.join(f'`{label}`' for label in labels)}\n" in DOCS


def test_every_option_is_in_the_table() -> None:
    command = load_command_class(get_commands()["import_dialogues"], "import_dialogues")
    parser = command.create_parser("manage.py", "import_dialogues")
    common = {"--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback"}
    common |= {"--no-color", "--force-color", "--skip-checks"}
    options = {name for action in parser._actions for name in action.option_strings if len(name) > 2}
    assert set(re.findall(r"--[a-z-]+", DOCS)) >= options - common


@pytest.mark.parametrize("name", FORMATS)
def test_the_example_of_each_format_can_be_imported(name: str) -> None:
    found = re.search(r"```(?:json|csv)\n(.*?)```", section(name), re.DOTALL)
    assert found is not None
    assert len(good(name, found[1])) == 1
    assert examined(found[1], name).bad == 0


def test_the_keys_of_each_format() -> None:
    ours = section("jsonl")
    assert set(re.findall(r"^\| `(\w+)` ", ours, re.MULTILINE)) == set(jsonl.DIALOGUE_KEYS)
    assert set(re.findall(r"^\| `replies\[\]\.(\w+)`", ours, re.MULTILINE)) == set(jsonl.REPLY_KEYS)
    assert set(re.findall(r"^\| `turns\[\]\.(\w+)`", ours, re.MULTILINE)) == set(jsonl.TURN_KEYS)
    for column in (*csv_long.REQUIRED, *csv_long.OPTIONAL):
        assert f"`{column}`" in section("csv")
    for key in (*heart.META_KEYS, *heart.TURN_KEYS - {"dialogue_history"}):
        assert f"`{key}`" in section("heart")


def test_the_sample_study_is_in_the_documented_format() -> None:
    content = (settings.BASE_DIR / "studies/sample/dialogues.jsonl").read_text(encoding="utf-8")
    examination = examined(content)
    assert (examination.problems, examination.errors(), examination.warnings()) == ({}, {}, {})


@pytest.mark.django_db
def test_the_keys_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    from studies.models import Study

    Study.objects.create(slug="s", title="S")
    path = settings.BASE_DIR / "studies/sample/dialogues.jsonl"
    call_command("import_dialogues", "s", str(path), "--format", "jsonl", "--json")
    told = json.loads(capsys.readouterr().out)
    report = section("The report")
    assert [key for key in told if f"`{key}`" not in report] == []
