"""Who agrees with whom: raters with raters, and judges with raters, on the same pairs."""
