"""The analysis of a study: a pure function of its exported tables.

`analyze` reads a folder (or one table of verdicts), every section says what it found, or why it could say
nothing, and `reporting` writes it down. Nothing here knows Django, a database or the running app: a reader
who has only the export runs the same code by `python -m studies.analysis`.
"""

import os

# The matrices here are small: threads would cost more than they bring, and with another number of them sums
# are rounded differently, so that a report would depend on the machine's cores. Numpy reads this when it is
# imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
