"""Columns, constraints, one-line facts and QuerySets. Rules live in the verb modules."""

from studies.models.coding import Code, Codebook, Coder, Coding, CodingMark, Passage
from studies.models.contrast import Contrast
from studies.models.dialogue import Dialogue, Turn
from studies.models.generation import Generation
from studies.models.import_batch import ImportBatch
from studies.models.judgment import Judge, Judgment, JudgmentScore
from studies.models.llm_call import LLMCall
from studies.models.pair import Pair, PairQuerySet
from studies.models.provider import Provider
from studies.models.question import Question
from studies.models.record import BenchmarkScore, SheetAnswer
from studies.models.response import Response
from studies.models.run import Run
from studies.models.study import Dimension, Protocol, Study, System
from studies.models.work import WorkRow

__all__ = [
    "BenchmarkScore",
    "Code",
    "Codebook",
    "Coder",
    "Coding",
    "CodingMark",
    "Contrast",
    "Dialogue",
    "Dimension",
    "Generation",
    "ImportBatch",
    "Judge",
    "Judgment",
    "JudgmentScore",
    "LLMCall",
    "Pair",
    "PairQuerySet",
    "Passage",
    "Protocol",
    "Provider",
    "Question",
    "Response",
    "Run",
    "SheetAnswer",
    "Study",
    "System",
    "Turn",
    "WorkRow",
]
