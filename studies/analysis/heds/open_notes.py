"""Who has to say what the record does not, and how: one sentence for each question of the sheet."""

from __future__ import annotations

from typing import Final

_FREEZE: Final = "The record has it once the protocol is frozen; else the researcher: "
_RATE: Final = "The record has it once raters have answered; else the researcher: "
_YES_NO: Final = "choose yes or no; N/A needs an explanation in the comment."

OPEN_NOTES: Final[dict[str, str]] = {
    "1.1.1": "The researcher: choose where the experiment is reported, with the address in the comment. "
    "Filed before the first rating, the sheet is option 3.",
    "1.1.2": f"{_FREEZE}name the experiment within the report.",
    "1.2": "The researcher: the address of data, code and report in the comment, or that none are shared.",
    "1.3.1.1": "The researcher: the name of who completes the sheet.",
    "1.3.1.2": "The researcher: the affiliation of who completes the sheet.",
    "1.3.1.3": "The researcher: the e-mail address of who completes the sheet.",
    "1.3.2.1": "The researcher: the contact author's name, or N/A.",
    "1.3.2.2": "The researcher: the contact author's affiliation, or N/A.",
    "1.3.2.3": "The researcher: the contact author's e-mail address, or N/A.",
    "2.1": f"{_FREEZE}choose what the systems were given.",
    "2.2": f"{_FREEZE}choose what the systems wrote.",
    "2.3": f"{_FREEZE}choose what the systems do.",
    "2.4": "The researcher: choose the dialogues' languages; the record does not hold them.",
    "2.5": "The researcher: choose the replies' languages; the record does not hold them.",
    "3.1.1": f"{_RATE}the number of replies of each system that were compared.",
    "3.1.2": "The researcher: choose how dialogues and replies were selected. The record holds what was "
    "compared, not how it was found.",
    "3.1.3.1": "The researcher: the method of the power analysis that was made before the study, such as "
    "this site's planning page (plan_sample), or N/A. The record does not keep what was planned with.",
    "3.1.3.2": "The researcher: the power that this analysis gave, or N/A.",
    "3.1.3.3": "The researcher: the address of the code that was used, or N/A.",
    "3.2.1": f"{_RATE}the number of raters whose answers are analysed.",
    "3.2.2.1": f"The researcher: whether raters are experts in emotional support; {_YES_NO}",
    "3.2.2.2": "The researcher: choose whether and how raters were paid, with the amount in the comment.",
    "3.2.2.3": f"The researcher: whether the authors knew any rater before; {_YES_NO}",
    "3.2.2.4": f"The researcher: whether anybody of the team rated; {_YES_NO}",
    "3.2.3": f"{_RATE}where and how raters were found.",
    "3.2.4": f"{_FREEZE}what raters read and practised before they rated.",
    "3.2.5": "The researcher: what else is known of raters, such as languages, age and how they were chosen.",
    "3.3.1": "The researcher: choose whether the design was preregistered, with the address in the comment.",
    "3.3.2": f"{_FREEZE}the medium in which raters answered.",
    "3.3.3.1": "The researcher: choose the checks of raters and answers that were made by hand, or that "
    "there were none. Those of a frozen protocol are filled.",
    "3.3.3.2": "The researcher: describe the checks chosen in 3.3.3.1. Those of a frozen protocol are "
    "filled.",
    "3.3.4.1": "The researcher: the address of screenshots or of the form that raters saw.",
    "3.3.4.2": f"{_FREEZE}describe what raters saw.",
    "3.3.5": f"{_FREEZE}choose the limits of time and place.",
    "3.3.6": f"{_FREEZE}choose how raters could ask and comment.",
    "3.3.7": "The researcher: choose where raters worked; the record does not say it.",
    "3.3.8": "The researcher: how the conditions of 3.3.7 differed between raters, or N/A.",
    "4.1.1": "The researcher: choose the type of quality for this criterion.",
    "4.1.2": "The researcher: choose the aspect of the reply for this criterion.",
    "4.1.3": "The researcher: choose the frame of reference for this criterion.",
    "4.2.1": f"{_FREEZE}choose objective or subjective.",
    "4.2.2": f"{_FREEZE}choose absolute or relative.",
    "4.2.3": f"{_FREEZE}choose intrinsic or extrinsic.",
    "4.3.1.1": f"{_FREEZE}the name that raters read, or: no name given.",
    "4.3.1.2": "The researcher: the name in the QCET taxonomy that fits the criterion best.",
    "4.3.2": f"{_FREEZE}the definition that raters read, or: no definition given.",
    "4.3.3": f"{_FREEZE}the number of values.",
    "4.3.4": f"{_FREEZE}the values with their labels.",
    "4.3.5": f"{_FREEZE}choose how the scale was presented.",
    "4.3.6": f"{_FREEZE}what raters did without a scale, else N/A.",
    "4.3.7": f"{_FREEZE}the question, word for word.",
    "4.3.8": f"{_FREEZE}choose the form of response.",
    "4.3.9": f"{_RATE}how answers become scores.",
    "4.3.10": f"{_RATE}how effects and their significance are determined.",
    "4.3.11.1": f"{_RATE}how agreement among raters was measured, or: InterAA not assessed.",
    "4.3.11.2": f"{_RATE}the agreement among raters, or N/A.",
    "4.3.12.1": f"{_RATE}how raters' agreement with themselves was measured, or: IntraAA not assessed.",
    "4.3.12.2": f"{_RATE}raters' agreement with themselves, or N/A.",
    "5.1": "The researcher: the committee with the number of its decision, or why none was asked.",
    "5.2": "The researcher: choose whether dialogues, replies or answers hold personal data, and "
    "describe it in the comment.",
    "5.3": "The researcher: choose whether dialogues, replies or reasons tell of health or another special "
    "category, and describe it in the comment.",
    "5.4": "The researcher: the impact assessments that were made, or that there were none.",
}
