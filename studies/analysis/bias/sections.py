"""The bias panel's sections in the order in which they are read."""

from __future__ import annotations

from typing import Final

from studies.analysis.bias.families import families
from studies.analysis.bias.judging import judging
from studies.analysis.bias.lengths import lengths
from studies.analysis.bias.position import position
from studies.analysis.bias.raters import raters
from studies.analysis.evidence import SectionOf

SECTIONS: Final[tuple[SectionOf, ...]] = (position, lengths, families, judging, raters)
