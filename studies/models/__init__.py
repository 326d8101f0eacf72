"""Columns, constraints, one-line facts and QuerySets. Rules live in the verb modules."""

from studies.models.dialogue import Dialogue, Turn
from studies.models.import_batch import ImportBatch
from studies.models.pair import Pair
from studies.models.response import Response
from studies.models.study import Dimension, Protocol, Study, System

__all__ = [
    "Dialogue",
    "Dimension",
    "ImportBatch",
    "Pair",
    "Protocol",
    "Response",
    "Study",
    "System",
    "Turn",
]
