"""Files that wait, change, or come twice at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from studies.importing import load
from studies.importing.examining import Request, examine
from studies.models import Dialogue, ImportBatch, Response, Study
from tests.studies.importing.material import dialogue, lines, source
from tests.studies.importing.test_load import NOW, bring, stored_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return Study.objects.create(slug="s", title="S")


def test_a_received_file_waits_and_can_be_loaded_or_discarded_once(study: Study) -> None:
    request = Request("jsonl")
    content = lines(dialogue())

    def received() -> ImportBatch:
        with source(content)() as file:
            batch = load.receive(
                study=study,
                file=file,
                file_name="../../f.jsonl",
                request=request,
                licence="x",
                non_commercial=True,
                created_by=None,
            )
        return load.look(batch=batch, request=request)

    first, second = received(), received()
    assert (first.loaded_at, Dialogue.objects.count()) == (None, 0)
    assert first.report["dialogues"]["new"] == 1
    assert str(first.file.name).startswith("imports/")
    examination = examine(load.stored(first), load.request_of(first))
    load.load(batch=first, examination=examination, acknowledged=False, now=NOW)
    assert Dialogue.objects.count() == 1
    with pytest.raises(load.CannotImport, match="already loaded"):
        load.load(batch=first, examination=examination, acknowledged=False, now=NOW)
    with pytest.raises(load.CannotImport, match="already loaded"):
        load.discard(batch=first)
    name = second.file.name
    assert name is not None
    load.discard(batch=second)
    assert not default_storage.exists(name)
    assert list(ImportBatch.objects.all()) == [first]


def test_a_changed_file_is_not_loaded(study: Study) -> None:
    other = examine(source(lines(dialogue("other"))), Request("jsonl"))
    with pytest.raises(load.CannotImport, match="changed while it was being read"):
        load.import_file(
            study=study,
            source=source(lines(dialogue())),
            file_name="f",
            examination=other,
            licence="",
            non_commercial=False,
            acknowledged=False,
            created_by=None,
            now=NOW,
        )
    assert stored_files() == []


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_do_not_double_it() -> None:
    study = Study.objects.create(slug="s", title="S")
    content = lines(*(dialogue(str(n)) for n in range(300)))

    def run(_: int) -> int:
        try:
            new: int = bring(study, content).report["dialogues"]["new"]
            return new
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(run, range(3))) == [0, 0, 300]
    assert (Dialogue.objects.count(), Response.objects.count()) == (300, 600)
