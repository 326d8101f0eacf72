"""Ranking systems from comparisons in pairs: strengths on an Elo scale, and how sure their order is."""
