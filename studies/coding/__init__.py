"""Coding: what stands in the words of raters, judges and supporters, by the study's own codebook."""
