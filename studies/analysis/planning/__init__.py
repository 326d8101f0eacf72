"""How large a study has to be: power by simulation from its own design, precision, cost and rater hours."""
