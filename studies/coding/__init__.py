"""Coding: the codebook, how texts are made ready for coders, and language models that code."""
