"""The queue of a site without Redis: kombu's folder of files, in which nobody finds half a file.

kombu makes a file and then fills it. Whoever looks in between reads nothing, which ends a worker, and with it
the site. Here a file is written beside the others and then gets its name.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Puts messages and bindings into their folders whole; everything else is kombu's."""

    # kombu's own classes disagree: it is a message in one and a payload in the other.
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        # The name is kombu's: its readers take the oldest first, by the number in front.
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, payload)

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        self.control_folder.mkdir(exist_ok=True)
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (self.control_folder / "binding").open("a") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            known = self.get_table(exchange)
            if bound not in known:
                # Where get_table() looks.
                _write(self.control_folder / f"{exchange}.exchange", [bound, *known])


class Transport(filesystem.Transport):
    Channel = Channel


def _write(path: Path, value: Any) -> None:
    """Under a name that no reader looks for, then under its own, in one step."""
    unfinished = path.with_name(f".{uuid.uuid4()}")
    unfinished.write_text(dumps(value), encoding="utf-8")
    unfinished.replace(path)
