"""`python -m studies.analysis`: the same as `manage.py analyze`, without Django, settings or database."""

from __future__ import annotations

import argparse
import sys

from studies.analysis import command


def main() -> int:
    """The exit code: 0, or 2 for what the reader of the message can mend."""
    parser = argparse.ArgumentParser(prog="python -m studies.analysis", description=command.HELP)
    command.add_arguments(parser)
    try:
        done = command.run(vars(parser.parse_args()), _say)
    except command.EXPECTED as error:
        _say(f"error: {error}")
        return command.FAILED
    sys.stdout.write(command.summary(done) + "\n")
    return 0


def _say(line: str) -> None:
    """Progress goes beside the result, line by line as it comes."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
