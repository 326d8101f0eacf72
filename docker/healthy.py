"""Is this container healthy? `python docker/healthy.py web|worker|llm|beat`; exit code 0 says yes."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

# Celery's timer writes its schedule down every three minutes.
OLDEST_SCHEDULE = 600.0  # seconds


def web() -> bool:
    """Whether the web server and, through it, the database answer."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    port = int(os.environ.get("PORT") or 8310)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def worker(name: str = "celery") -> bool:
    """Whether this container's worker of that name answers through the broker."""
    command = [sys.executable, "-m", "celery", "-A", "heartsite", "inspect", "ping"]
    command += ["--destination", f"{name}@{socket.gethostname()}", "--timeout", "5"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - fixed words


def beat() -> bool:
    """Whether the timer still writes its schedule."""
    files = Path(os.environ.get("HEARTSITE_VAR") or "var").glob("beat-schedule*")
    return any(time.time() - file.stat().st_mtime < OLDEST_SCHEDULE for file in files)


if __name__ == "__main__":
    checks = {"web": web, "worker": worker, "llm": lambda: worker("llm"), "beat": beat}
    sys.exit(0 if checks[sys.argv[1]]() else 1)
