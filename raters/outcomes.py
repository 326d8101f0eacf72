"""Codes per outcome: what a rater is given to be paid by, however their visit ends."""

from __future__ import annotations

import secrets

from raters.channels import CHANNELS, Outcome, completion_url
from raters.models import RatingSession, Recruitment
from raters.screening import checks_failed
from raters.selectors import document_for

__all__ = ["Outcome", "address_for", "code_for", "outcome_of_finishing", "own_code", "please_return"]


def code_for(recruitment: Recruitment, outcome: Outcome) -> str:
    """The code that the researcher set for the outcome.

    Who did work always gets one, of their own where none is set. Who did not consent or was screened out
    gets "" there: they are asked to return. Failed checks without a code of their own are a completion.
    """
    if outcome is Outcome.NO_CONSENT:
        return recruitment.no_consent_code
    if outcome is Outcome.SCREENED_OUT:
        return recruitment.screened_out_code
    if outcome is Outcome.STOPPED_EARLY:
        return recruitment.stopped_code or own_code()
    if outcome is Outcome.FAILED_CHECKS and recruitment.failed_checks_code:
        return recruitment.failed_checks_code
    return recruitment.completion_code or own_code()


def address_for(recruitment: Recruitment, outcome: Outcome) -> str:
    """The platform's address that takes the researcher's code for an outcome; empty where there is none.

    For the outcomes that get no code of their own: nothing is drawn here.
    """
    codes = {
        Outcome.NO_CONSENT: recruitment.no_consent_code,
        Outcome.SCREENED_OUT: recruitment.screened_out_code,
    }
    return completion_url(recruitment.channel, codes.get(outcome, ""), outcome)


def please_return(recruitment: Recruitment) -> str:
    """How the platform calls giving a place back, to be translated; empty where there is no platform."""
    return CHANNELS[recruitment.channel].please_return


def outcome_of_finishing(session: RatingSession) -> Outcome:
    """Failed checks where the frozen rule says so; without a rule everybody who finishes has completed."""
    rules = document_for(session).exclusion_rules
    limits = [rule.at_least for rule in rules if rule.measure == "checks_failed"]
    if limits and checks_failed(session) >= min(limits):
        return Outcome.FAILED_CHECKS
    return Outcome.COMPLETED


def own_code() -> str:
    """12 characters that cannot be mistaken for one another when copied by hand."""
    return "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(12))
