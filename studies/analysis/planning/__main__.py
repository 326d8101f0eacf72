"""Reads assumptions as one JSON object and writes the sheet as JSON: for a process that ends with its answer.

The administration's page calls it, so that no web process ever holds the numerical libraries.
"""

from __future__ import annotations

import json
import sys

from studies.analysis.planning.assumptions import Assumptions, Impossible
from studies.analysis.planning.sheet import tables
from studies.analysis.planning.told import told


def main() -> None:
    assumptions = Assumptions(**json.load(sys.stdin))
    try:
        answer: dict[str, object] = {"tables": told(tables(assumptions))}
    except Impossible as why:
        answer = {"impossible": str(why)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
