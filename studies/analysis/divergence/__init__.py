"""Where raters and judges part: the pairs on which their answers differ most, with the texts."""
