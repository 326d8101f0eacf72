"""What a bundle fails with."""

from __future__ import annotations


class CannotBundle(Exception):
    """Says why there is no bundle, and how to mend it."""
