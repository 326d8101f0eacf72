"""Can a judge stand in for a rater, and what do its answers add to raters'?"""
