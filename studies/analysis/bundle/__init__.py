"""The replication bundle: what a reader without the app needs to get the report's numbers again.

`python -m studies.analysis.bundle EXPORT --out FOLDER|FILE.zip` makes it of an export's folder.
"""

from studies.analysis.bundle.failing import CannotBundle
from studies.analysis.bundle.writing import write_bundle

__all__ = ["CannotBundle", "write_bundle"]
