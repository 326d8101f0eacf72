"""The table of what names one of two replies, in English and German: "Reply A", "the second one", "B".

Read by `mentions`, which knows how a pattern becomes a mention. Patterns are matched on text whose gaps are
single spaces or line breaks; no quantifier runs over another, so that time grows with the text alone.
"""

from __future__ import annotations

import re
from typing import Final, Literal

#: Which reply of the two, as shown.
FIRST: Final = 0
SECOND: Final = 1
SIDES: Final = {
    **dict.fromkeys(("a", "1", "one", "eins", "first", "1st", "former"), FIRST),
    **dict.fromkeys(("left", "top", "upper", "above", "links", "oben"), FIRST),
    **dict.fromkeys(("b", "2", "two", "zwei", "second", "2nd", "latter"), SECOND),
    **dict.fromkeys(("right", "bottom", "lower", "below", "rechts", "unten"), SECOND),
}
#: Stems of inflected words.
STEMS: Final = {
    **dict.fromkeys(("erst", "link", "ober"), FIRST),
    **dict.fromkeys(("zweit", "recht", "unter", "letzter"), SECOND),
}


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


#: What a reply is called; and what can be numbered like one, but stands for something else as well.
ONE: Final = _any(
    "reply response answer option supporter counsell?or therapist helper version candidate responder "
    "assistant output speaker writer author antwort reaktion erwiderung variante möglichkeit one"
)
_REPLY: Final = ONE.removesuffix("|one)") + ")"
NOUN: Final = rf"(?:{_REPLY}|{_any('choice text message person statement resp[.]? nachricht')})"
_MESSAGE: Final = _any("choice text message statement")
_NOUNS: Final = (
    rf"(?:{_any('replies responses answers options versions supporters outputs assistants speakers')}"
    rf"|{_any('antworten reaktionen varianten')}|{NOUN})"
)
THE: Final = _any("the die der das den dem des")
_NUMBER: Final = r"(?:(?:number|nummer)\s+|n[or]\.\s*|n[or]\s+(?=\d)|№\s?|#\s?)"

#: Verbs that tell something of a reply, where their form alone does not say that they are verbs.
_VERB: Final = _any(
    "is isn't isnt was wasn't wasnt has hasn't had does doesn't doesnt doesn did didn't didnt didn can "
    "can't could couldn't would wouldn't will won't might may should must feels? felt sounds? seems? "
    "seemed shows? showed asks? asked gives? gave listens? listened validates? acknowledges? offers? "
    "offered tries tried takes took makes made goes went gets got keeps kept helps helped lets jumps "
    "jumped comes came tells told says said reads wins won looks looked responds reflects uses used names "
    "named ignores ignored stays stayed meets met misses missed engages held lists states provides "
    "explains addresses mentions cites argues claims speaks spoke talks touches focuses answers includes "
    "contains suggests supports references covers lacks fails needs knows knew understands understood "
    "brings brought begins began leaves left thinks wrote attempts ist war hat hatte wirkt wirkte klingt "
    "klang fragt fragte geht ging zeigt zeigte hört gibt gab nimmt nahm bleibt blieb macht scheint "
    "gefällt gefiel spricht bietet hilft fühlt trifft sagt kann wäre würde nennt versteht erkennt finde "
    "fand stellt lässt bringt erklärt verstand nannte"
)
_LINK: Final = _any(
    "because since over than but not whereas though although weil da als aber denn nicht auch eher"
)
ADVERB: Final = (
    r"(?:also|always|just|only|even|never|still|at ?least|"
    r"(?!family|lovely|friendly|lonely|early|daily)[a-z]{2,20}ly)"
)
_AND: Final = r"(?:\s+(?:and|or|vs\.?|versus|und|oder|nor)\s+|\s*[/&<>=]\s*)"
_WHOM: Final = _any(
    "the an? his her their its it them him me you more no how what about both several some many"
)
_OBJECT: Final = rf"\s+{_WHOM}\b"
#: "Omitted the loss", not "the second related point".
_DID: Final = rf"[a-z]{{2,20}}ed(?={_OBJECT}|\s+(?:that|to|on|with|for)\b)"
_TELLS: Final = rf"\s+(?:{ADVERB}\s+)?(?:{_VERB}|{_LINK}|{_DID})\b"
_END: Final = r"[\"']|\s*(?:[,.;:!?)\]<>=]|\Z|\n|\s-\s)"
#: After a name that is no name in every place: an end, a verb, or a word that ties it to the rest.
THEN: Final = rf"(?={_END}|{_TELLS})"
#: What no article has behind it, unlike other verbs: "to a claimed gain", "is a must".
_IS: Final = _any(
    "is isn't isnt was wasn't wasnt has had does doesn't doesnt did didn't seems seemed feels sounds "
    "sounded gives gave asks makes shows states tells says listens validates acknowledges"
)
_NO_ARTICLE: Final = rf"(?={_END}|\s+(?:{_IS}|{_LINK})\b)"
#: A word that ends like a verb: "reply two sticks to it".
_ENDING: Final = rf"(?=\s+(?:{ADVERB}\s+)?[a-z]{{2,20}}(?<=[^suia])s\b)"
_MORE: Final = _any("more less better worse most too also very mehr besser")
#: "Answer two questions", "give a person 2 options" and "reply one or two lines" count something else.
_COUNTED: Final = (
    r"(?:\s+(?:or|to|oder|bis)\s+\w+)?\s+"
    r"(?:(?:more|other|different|separate|whole|full|short|long|further)\s+)?"
    r"(?:things?|options|questions?|times|days?|weeks|months|years|hours|minutes|people|reasons|sentences|words|ways|"
    r"points(?!\s+(?:out|to)\b)|examples|friends|parts|paragraphs|lines|issues|problems|topics|ideas|steps|"
    r"of(?! the two\b))\b"
)
_CHOSE: Final = r"(?:prefer(?:red|s)?|chose|choose|pick(?:ed)?|than|unlike|favou?r(?:ed)?)"
_LIKED: Final = rf"(?:{_CHOSE}|liked?|over|for|is|with|to)"
#: What a clause begins with before a bare number that is a name.
_CLAUSE: Final = (
    r"(?:\b(?:and|but|while|whereas|where|because|bc|since|though|although|that|think|if)\s"
    r"|[,;]\s|[.!?\n]\s?|\A)"
)
_SIDE_HAND: Final = (
    r"the\s+(?P<side>left|right)(?:-hand)?(?:\s+side)?\b"
    r"(?!\s+(?:track|path|page|lines?|foot|way|direction|note|of)\b)"
)
_ORDINAL: Final = r"(?P<side>first|second|1st|2nd|top|bottom|upper|lower|left)"
_INFLECTED: Final = r"(?P<side>(?:erst|zweit|link|recht|ober|unter)e[nrs]?)"
_PLACE: Final = r"(?P<side>oben|unten|links|rechts)"
_DEGREE: Final = _any("more less too very quite rather so not mehr weniger zu sehr")

#: What besides its pattern a name needs: see `mentions`.
Needs = Literal[
    "", "unowned", "undetermined", "no preposition", "no other meaning", "a left one", "German", "a letter"
]
#: Patterns whose group `side` tells which reply; `name`, where there is one, is the mention.
PATTERNS: Final[tuple[tuple[str, Needs], ...]] = (
    # Reply A, option 2, response #2, replyB; with quotes or brackets; reply number two
    (rf"(?i:(?:\b{THE}\s+)?\b{NOUN}[\s-]?{_NUMBER}?)(?P<side>[ABb12])(?![\w-]|\.\d)(?!{_COUNTED})", ""),
    (rf"(?i:(?:\b{THE}\s+)?\b{NOUN}\s?{_NUMBER}?[\"'(\[])(?P<side>[ABab12])[\"')\]]", ""),
    (rf"(?i)(?:\b{THE}\s+)?\b{NOUN}\s+{_NUMBER}(?P<side>one|two|eins|zwei)\b", "unowned"),
    # reply a, reply one, option two: words that can mean something else
    (
        rf"(?i)(?:\b{THE}\s+)?\b{NOUN}\s+(?P<side>a)(?:{_NO_ARTICLE}|(?=\s+{_MORE}(?:\s+than\b|{_END}))|(?={_AND}{NOUN}\b))",
        "unowned",
    ),
    (
        rf"(?i)\b{NOUN}\s+(?P<side>one|eins)(?:{THEN}|{_ENDING}|(?=\s+{_MORE}\b)|(?={_AND}{NOUN}\b))(?!{_COUNTED})",
        "undetermined",
    ),
    (rf"(?i)(?:\b{THE}\s+)?\b{NOUN}\s+(?P<side>two|zwei)\b(?!{_COUNTED})", "unowned"),
    (
        rf"(?i)\b{_NOUNS}\s+(?P<name>(?P<side>[ab12]|one|two))(?={_AND}(?:{NOUN}\s+)?(?:[ab12]|one|two)\b(?!{_COUNTED}))",
        "",
    ),
    (rf"(?i)\b{_NOUNS}\s+(?:[ab12]|one|two){_AND}(?P<name>(?P<side>[ab12]|one|two))\b(?!{_COUNTED})", ""),
    (rf"(?i)\b{_NOUNS}\s+[\"'(\[](?P<name>(?P<side>[ab12]))[\"')\]]", ""),
    # the first one, the upper reply, the right-hand response, the reply on the left, the one at the top
    (
        rf"(?i)(?:\b{THE}\s+)?(?<![\w-]){_ORDINAL}(?:-hand)?\s+{ONE}\b(?!\s+or\s+(?:two|three|more)\b)",
        "unowned",
    ),
    (rf"(?i)(?:\b{THE}\s+)?\b{_INFLECTED}\s+{ONE}\b", "unowned"),
    (rf"(?i)(?:\bthe\s+)?\b(?P<side>right)-hand\s+(?:{ONE}|side|{_MESSAGE})\b", "unowned"),
    (rf"(?i)(?:\bthe\s+)?\b(?P<side>right)\s+{ONE}\b", "a left one"),
    (rf"(?i)(?:\bthe\s+)?\b{_ORDINAL}\s+{_MESSAGE}\b(?:{THEN}|(?=\s+{_MORE}\b))", "no preposition"),
    (rf"(?i)\b(?:the\s+)?{ONE}\s+(?:on|to)\s+{_SIDE_HAND}", ""),
    (rf"(?i)\b(?:the\s+)?{ONE}\s+(?:at|on)\s+(?:the\s+)?(?P<side>top|bottom)\b(?!\s+of\b)", ""),
    (rf"(?i)\b(?:the\s+)?{ONE}\s+(?P<side>above|below)\b", ""),
    (rf"(?i)\bon\s+(?P<name>{_SIDE_HAND})", ""),
    (rf"(?i)\b(?:{THE}\s+)?{ONE}\s+{_PLACE}\b", "German"),
    # the second: ended or told of; first is
    (
        rf"(?i)\bthe\s+(?P<side>first|second|1st|2nd|left)(?:{THEN}|(?={_AND}(?:the\s+)?(?:first|second|right)\b))",
        "",
    ),
    (rf"(?i)\bthe\s+(?P<side>second|2nd){_ENDING}", ""),
    (rf"(?i)\bthe\s+(?P<side>first|1st)(?=\s+[a-z]{{2,20}}s{_OBJECT})(?!{_COUNTED})", ""),
    (rf"(?i)\bthe\s+(?P<side>right)(?=\s+(?:{_VERB}|{_LINK})\b|\s*[,.;!?]|\s*\Z)", "a left one"),
    (rf"(?i)\bthe\s+(?P<side>top|bottom)(?={_TELLS})", "no preposition"),
    (rf"(?i)\b{_CHOSE}\s+(?P<name>the\s+(?P<side>top|bottom)){THEN}", ""),
    (
        rf"(?i)\b(?:die|der)\s+(?P<side>(?:erst|zweit|link|recht|ober|unter)en?)(?:{THEN}|(?=\s+{_MORE}\b))",
        "",
    ),
    (rf"(?i)(?:\A|(?<=[.!?,;\n]\s)){_PLACE}(?=\s+{_VERB}\b)", "German"),
    (rf"(?i)\bals\s+(?P<name>{_PLACE})\b", "German"),
    (
        (
            r"(?:\A|(?<=[.!?\n]\s))(?P<side>First|Second|1st|2nd)"
            r"(?=\s+(?:is|was|feels|felt|sounds|seems|seemed)\b(?!\s+(?:that|because|how|the)\b))"
        ),
        "",
    ),
    # A, B, 'A', a, b, R1
    (r"(?<![\w'])'(?P<name>(?P<side>[AB]))'(?!\w)", "no other meaning"),
    (
        rf"(?<![\w'.-])(?P<side>A)(?=\s+{_DEGREE}\s[^.!?,;\n]{{1,80}}[,;]\s(?:and\s|but\s|while\s)?B\s+{_DEGREE}\b)",
        "",
    ),
    (r"(?<![\w'-])(?:(?<!\.)|(?<=[a-z]{3}\.))(?P<side>[AB])(?![\w%-]|/c\b|\+|\.\w(?!\w))", "a letter"),
    (r"(?<![\w'./-])(?P<side>b)(?![\w'-]|/c\b|\.\w)", "no other meaning"),
    (rf"(?<![\w'.-])(?P<side>a)(?=\s+{_IS}\b|{_AND}b\b)", ""),
    (rf"(?i)\b{_LIKED}\s+(?P<name>(?P<side>a)){_NO_ARTICLE}", ""),
    (r"(?<![\w-])[Rr](?P<side>[12])(?![\w-]|\.\d)", ""),
    # 1, 2, #2, number two
    (rf"(?i)\b{_CHOSE}\s+(?P<name>(?P<side>[12]|1st|2nd)){THEN}", ""),
    (rf"(?i){_CLAUSE}(?P<name>(?P<side>[12]))(?={_TELLS}|{_AND}[12]\b)(?!{_COUNTED})", ""),
    (rf"(?i){_CLAUSE}(?P<name>(?P<side>1)){_ENDING}(?!{_COUNTED})", ""),
    (rf"(?i){_CLAUSE}(?P<name>(?P<side>2))(?=\s+[a-z]{{2,20}}s{_OBJECT})(?!{_COUNTED})", ""),
    (
        (
            r"(?i)(?:#\s?|№\s?|\bn[ro]\.\s?|\b(?:number|nummer)\s+)(?P<side>[12]|one|two|eins|zwei)(?![\w-])"
            rf"(?:{THEN}|{_ENDING})"
        ),
        "unowned",
    ),
)
#: Points to a position only where nothing was named before: that order tells none.
POINTING: Final = (
    rf"(?i)\b(?:the\s+|(?:{THE}\s+)?(?=erst|letzt))"
    rf"(?P<side>former|latter|(?:erst|letzt)ere[nrs]?)(?:\s+{ONE})?\b"
)

#: Before a letter that is the name of something else.
NO_REPLY: Final = re.compile(
    r"\b(?:plan|vitamins?|hepatitis|type|grade|step|point|appendix|class|level|category|schedule|section|part|group|"
    r"blood|exhibit|(?-i:an?)|from|from a to|typ|klasse|stufe|punkt|schritt|teil|gruppe|von a bis)\s+\Z",
    re.IGNORECASE,
)
POSSESSED: Final = re.compile(
    r"(?:'s|s'|\b(?:her|his|my|your|their|our|its|an?|whose|ihre?|seine?|meine?))\s+\Z", re.I
)
DETERMINED: Final = re.compile(
    r"\b(?:the|no|any|every|each|only|what|which|best|better|(?:kind|sort|type) of)\s+\Z", re.I
)
PREPOSITION: Final = re.compile(
    r"\b(?:in|at|on|to|of|over|from|since|after|before|with|by)\s+(?:the\s+)?\Z", re.I
)
LEFT: Final = re.compile(
    rf"(?i)\b(?:on the left|left(?:-hand)?\s+{ONE}|(?:the|die|der)\s+(?:left|linke\w?)\b)"
)
#: What tells that a capital A is a letter, wherever it stands.
FOLLOWED: Final = re.compile(
    rf"(?:'s\b|\"|\s*(?:[,.;:!?)\]<>=]|\Z|\n|\s-\s)|{_AND}(?:{NOUN}\s+)?[B2]\b|\s+(?:{_VERB}|{_LINK})\b)",
    re.IGNORECASE,
)
ACTED: Final = re.compile(rf"\s+(?:{ADVERB}\s+)?{_DID}\b")
COMPARED: Final = re.compile(rf"\s+(?:(?:more|less)\s+)?\w{{1,20}}\s+than\s+(?:{NOUN}\s+)?B\b")
NO_VERB: Final = frozenset(
    ("means", "series", "lens", "perhaps", "always", "sometimes", "news", "towards", "yes", "lots")
)
ARTICLES: Final = re.compile(r"(?:one|once|uni|use|usu|usa|eu|u\b)", re.IGNORECASE)
#: Words of German that English lacks: beside them there is no article "A".
GERMAN: Final = re.compile(
    r"\b(?:und|nicht|ich|mich|mir|eine[nmr]?|auf|mehr|wirkt|klingt|ist|besser|das|dass|weil|aber|sich|wärmer|gefühl)\b",
    re.I,
)
