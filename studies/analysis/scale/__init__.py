"""What grows with size, speed and external scores: rank correlations over a handful of systems."""
