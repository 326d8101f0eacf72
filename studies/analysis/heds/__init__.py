"""The Human Evaluation Datasheet (HEDS 3.0), filled from the study's own record.

Its questions are those of Belz & Thomson, HEDS 3.0 (arXiv 2412.07940). What the record does not say stays
open, with who has to say it and how; what the researcher says (sheet.csv) wins over what is filled.
"""
