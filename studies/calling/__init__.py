"""What generation and judging share: rows are claimed, models are asked, answers are written down.

A call is reserved in the budget and written down before it is made, and settled once after. No call is made
inside a transaction. Which worker does what is decided by rows alone, so that any number of them can work,
and any of them can die.
"""
