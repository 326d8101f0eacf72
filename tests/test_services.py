"""What keeps the processes of a parallel run apart."""

import os

import pytest
from django.conf import settings

from tests import services
from tests.services import free_port, number_of_process, own_database


@pytest.mark.parametrize(
    ("process", "url", "own"),
    [
        (0, "redis://localhost:6379/0", "redis://localhost:6379/0"),
        (1, "redis://localhost:6379/0", "redis://localhost:6379/1"),
        (2, "redis://:secret@host:6379/3", "redis://:secret@host:6379/5"),
        (1, "redis://localhost:6379", "redis://localhost:6379/1"),
    ],
)
def test_each_process_has_a_redis_database(process: int, url: str, own: str) -> None:
    assert own_database(url, process) == own


def test_processes_are_told_apart_by_their_names() -> None:
    assert [number_of_process(name) for name in (None, "gw0", "gw1", "gw12")] == [0, 0, 1, 12]


def test_no_two_processes_are_given_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    for number in range(services.PORTS_SHARED_BY):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", f"gw{number}")
        given.append({free_port() for _ in range(10)})
    assert sum(map(len, given)) == len(set().union(*given))
    assert all(port in services.PORTS for ports in given for port in ports)


@pytest.mark.skipif(settings.EMBEDDED, reason="on SQLite the cache is a table")
def test_the_cache_and_the_sites_of_a_process_are_in_its_own_redis_database() -> None:
    number = number_of_process(os.environ.get("PYTEST_XDIST_WORKER"))
    assert settings.CACHES["default"]["LOCATION"] == os.environ["REDIS_URL"]
    assert own_database(settings.REDIS_URL, number) == os.environ["REDIS_URL"]
