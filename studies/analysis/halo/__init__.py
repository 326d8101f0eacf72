"""How a rubric's dimensions hang together: correlations, and how much of them is one common impression."""
