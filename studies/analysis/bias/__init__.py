"""The bias panel: what else than the replies' quality moves answers, and how raters and judges worked."""
