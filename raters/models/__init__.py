"""People and their ratings. The state of a session is derived from its timestamps, never stored."""

from raters.models.answers import Answer, Draft, Guess, Skip
from raters.models.booklet import Assignment, AssignmentQuerySet, Booklet, BookletQuerySet
from raters.models.coding import (
    CodeMark,
    CodingAssignment,
    CodingAssignmentQuerySet,
    CodingSession,
    RaterPassage,
    random_coder_pseudonym,
)
from raters.models.export_job import ExportJob
from raters.models.rating import Rating, RatingScore, ReplyFlag
from raters.models.recruitment import Invitation, Recruitment
from raters.models.rights import Erasure, Message
from raters.models.session import Event, PlatformIdentity, RatingSession, random_pseudonym

__all__ = [
    "Answer",
    "Assignment",
    "AssignmentQuerySet",
    "Booklet",
    "BookletQuerySet",
    "CodeMark",
    "CodingAssignment",
    "CodingAssignmentQuerySet",
    "CodingSession",
    "Draft",
    "Erasure",
    "Event",
    "ExportJob",
    "Guess",
    "Invitation",
    "Message",
    "PlatformIdentity",
    "RaterPassage",
    "Rating",
    "RatingScore",
    "RatingSession",
    "Recruitment",
    "ReplyFlag",
    "Skip",
    "random_coder_pseudonym",
    "random_pseudonym",
]
