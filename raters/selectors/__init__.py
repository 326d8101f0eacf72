"""Answers for pages: where a rater is, what a page may show, how fieldwork stands."""

from raters.selectors.fieldwork import Progress, progress_by_study, progress_of, realised_imbalance
from raters.selectors.journey import (
    assignment_for,
    assignments_of,
    blinding_assignments,
    blinding_open,
    facts_of,
    has_said_what_was_compared,
    is_reachable,
    next_assignment,
    open_assignments,
    rest_of,
)
from raters.selectors.pages import (
    GivenAnswers,
    PairPage,
    ReviewRow,
    given_answers,
    pair_page,
    pairs_rated,
    preview_page,
    review_rows,
)
from raters.selectors.payments import Payment, payments_of
from raters.selectors.people import (
    document_for,
    minutes_of,
    outcome_of,
    recruitment_of,
    session_for,
    study_for_raters,
    way_back,
)
from raters.selectors.rights import Rights, pairs_erased, rights_of, unread_messages

__all__ = [
    "GivenAnswers",
    "PairPage",
    "Payment",
    "Progress",
    "ReviewRow",
    "Rights",
    "assignment_for",
    "assignments_of",
    "blinding_assignments",
    "blinding_open",
    "document_for",
    "facts_of",
    "given_answers",
    "has_said_what_was_compared",
    "is_reachable",
    "minutes_of",
    "next_assignment",
    "open_assignments",
    "outcome_of",
    "pair_page",
    "pairs_erased",
    "pairs_rated",
    "payments_of",
    "preview_page",
    "progress_by_study",
    "progress_of",
    "realised_imbalance",
    "recruitment_of",
    "rest_of",
    "review_rows",
    "rights_of",
    "session_for",
    "study_for_raters",
    "unread_messages",
    "way_back",
]
