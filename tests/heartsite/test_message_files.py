"""A site without Redis: its messages are files, and whoever looks too early finds none, never half of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

pytestmark = pytest.mark.no_database
QUEUE = "celery"


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Any]:
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    options = folders | {"control_folder": str(tmp_path / "control")}
    with Connection(
        "filesystem://", transport="heartsite.message_files:Transport", transport_options=options
    ) as connection:
        yield connection.channel()


def test_a_message_is_not_there_before_it_is_whole(channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def replace(source: Path, target: Path) -> None:
        with pytest.raises(Empty):
            channel._get(QUEUE)
        looked.append(target.name)
        source.rename(target)

    monkeypatch.setattr(Path, "replace", replace)
    channel._put(QUEUE, {"told": "a nudge"})

    assert len(looked) == 1
    assert channel._get(QUEUE) == {"told": "a nudge"}
    with pytest.raises(Empty):
        channel._get(QUEUE)


def test_messages_come_in_their_order_and_to_their_queue(
    channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for moment, word in ((2.0, "second"), (1.0, "first"), (3.0, "third")):
        monkeypatch.setattr("heartsite.message_files.time.monotonic", lambda moment=moment: moment)
        channel._put(QUEUE, word)
    channel._put("other", "for somebody else")

    assert channel._size(QUEUE) == 3
    assert [channel._get(QUEUE) for _ in range(3)] == ["first", "second", "third"]
    assert channel._purge("other") == 1


def test_bindings_are_kept_each_once(channel: Any) -> None:
    for queue in ("one", "two", "one"):
        channel._queue_bind("exchange", queue, "", queue)

    assert sorted(row.queue for row in channel.get_table("exchange")) == ["one", "two"]


def test_a_binding_is_not_there_before_it_is_whole(channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    channel._queue_bind("exchange", "one", "", "one")

    def replace(source: Path, target: Path) -> None:
        assert [row.queue for row in channel.get_table("exchange")] == ["one"]
        source.rename(target)

    monkeypatch.setattr(Path, "replace", replace)
    channel._queue_bind("exchange", "two", "", "two")
    assert {row.queue for row in channel.get_table("exchange")} == {"one", "two"}
