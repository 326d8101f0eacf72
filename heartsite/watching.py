"""Run a command, and stop it when the process that asked for it is gone.

    python heartsite/watching.py PARENT_PID COMMAND …

On Linux the kernel does this (see heartsite/processes.py); this is for the systems where it does
not, macOS among them. Run by its path and on the standard library alone, so that it starts fast.
"""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

POLL_SECONDS = 0.3
PATIENCE_SECONDS = 15.0


def main(parent: int, command: list[str]) -> int:
    """The command's exit code; -signal of a command that was killed comes back as 1."""
    child = subprocess.Popen(command)  # noqa: S603 - our own command line

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)
    while child.poll() is None:
        if os.getppid() != parent:
            _stop(child)
        time.sleep(POLL_SECONDS)
    return child.returncode if child.returncode >= 0 else 1


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        # The whole group: the command's own children, and this process with them.
        os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
