"""The text of a preregistration from the frozen protocol alone, under the headings of OSF's template.

OSF Preregistration (Bowman et al., doi 10.31222/osf.io/epgjd). What a protocol cannot know is
marked, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from studies.analysis.recording.contrasts_in_words import decided_by, hypothesis
from studies.analysis.recording.designed import answers_in_words, counted, exclusions_in_words, listed
from studies.protocol import RUBRIC, Asked, ProtocolDocument

_NOTHING: Final = "_None in the protocol._"
_REASONS: Final = {
    "required": "A written reason is required.",
    "optional": "A written reason may be given.",
    "none": "No written reason is asked for.",
}
_ORDERS: Final = {
    "fixed": "The questions stand in the same order for everybody.",
    "per_rater": "The questions stand in one random order for each rater.",
}


def registered_text(document: ProtocolDocument, sha256: str) -> str:
    """Markdown, ready to be pasted into a registry; `sha256` is that of the protocol's canonical JSON.

    Texts that raters read stand word for word in the appendix.
    """
    made_from = (
        f"Made from the frozen protocol of the study `{document.study}`, version {document.version}, "
        f"schema {document.schema}."
    )
    parts = [
        f"# Preregistration: {document.title or document.study}",
        made_from,
        f"SHA-256 of the protocol: `{sha256}`",
        *_study(document),
        *_design(document),
        *_sampling(document),
        *_variables(document),
        *_analysis(document),
        *_other(document, sha256),
        *_appendix(document),
    ]
    return "\n\n".join(parts) + "\n"


def open_field(what: str) -> str:
    """What the researcher has to write, because no protocol knows it."""
    return f"**[to be completed: {what}]**"


def _study(document: ProtocolDocument) -> Iterator[str]:
    yield "## Study information"
    yield f"### Title\n\n{document.title or open_field('title')}"
    yield (
        "### "
        f"Description\n\n{open_field('background and purpose of the study')}\n\n{_what_is_compared(document)}"
    )
    if document.is_exploratory:
        told = (
            "The protocol names no confirmatory contrast. The study is exploratory: no hypothesis is tested."
        )
    else:
        told = "\n".join(f"{place}. {hypothesis(one)}" for place, one in enumerate(document.contrasts, 1))
    yield f"### Hypotheses\n\n{told}"


def _what_is_compared(document: ProtocolDocument) -> str:
    material = document.material
    return (
        "Raters compare pairs of replies to the same dialogue: "
        f"{counted(material.dialogues, 'dialogue')}, {counted(material.responses, 'reply', 'replies')}, "
        f"{counted(material.pairs, 'pair')} of every kind. SHA-256 of the material as it is shown: "
        f"`{material.sha256}`."
    )


def _design(document: ProtocolDocument) -> Iterator[str]:
    design, journey = document.design, document.journey
    yield "## Design plan"
    yield (
        "### Study type\n\nComparison of written replies by raters, each pair of replies judged "
        "within raters. " + open_field("experiment or observational study, in the registry's words")
    )
    told = "Raters see two replies as Reply A and Reply B, and not who wrote them or which systems there are."
    checked = (
        f" At the end raters guess who wrote the replies of {counted(journey.blinding_pairs, 'pair')}."
        if journey.blinding_pairs
        else ""
    )
    yield f"### Blinding\n\n{told}{checked} {open_field('whether those who analyse the data are blinded')}"
    yield f"### Study design\n\n{' '.join(_plan(document))}"
    yield (
        "### Randomisation\n\nWhich reply of a pair stands first is balanced within pairs, within "
        "raters and, as far as the pairs allow, within systems; pairs are dealt to raters and ordered "
        "at random. Everything is "
        f"drawn from the seed {design.seed}. {_ORDERS.get(design.dimension_order, '')}".rstrip()
    )


def _plan(document: ProtocolDocument) -> Iterator[str]:
    design, journey = document.design, document.journey
    yield f"Each pair is rated by {counted(design.ratings_per_pair, 'rater')}."
    yield (
        f"A rater gets at most {counted(design.pairs_per_rater, 'main pair')}, at most "
        f"{counted(design.max_pairs_per_dialogue, 'pair')} of one dialogue, in at most "
        f"{counted(design.session_minutes, 'minute')}."
    )
    if RUBRIC in document.phases:
        yield "The preference is asked first; a second pass over the same pairs asks the other questions."
    elif journey.asking == "one_page":
        yield "All questions on a pair stand on one page."
    extras = [
        (journey.training_pairs, "training pair"),
        (journey.decoys_per_rater, "decoy"),
        (journey.checks_per_rater, "attention check"),
    ]
    planned = [counted(count, name) for count, name in extras if count]
    planned += [f"repeats of {journey.repeats_percent} % of the pairs"] if journey.repeats_percent else []
    if planned:
        yield f"Besides there are, for each rater, {listed(planned)}."
    if journey.comprehension:
        yield f"A comprehension check of {counted(len(journey.comprehension), 'question')} has to be passed."
    shown = (
        "as they came"
        if design.shown_profile == "none"
        else f"with the typography of profile {design.shown_profile}"
    )
    yield f"Replies are shown {shown}."


def _sampling(document: ProtocolDocument) -> Iterator[str]:
    texts, design = document.texts, document.design
    yield "## Sampling plan"
    yield f"### Existing data\n\n{open_field('whether any data exist, and who has seen them')}"
    adults = "Only adults take part. " if texts.adults_only else ""
    reward = f"Reward as raters read it: {_line(texts.reward)}. " if texts.reward.strip() else ""
    recruited = open_field("where and how raters are recruited, who may take part")
    yield f"### Data collection procedures\n\n{adults}{reward}{recruited}"
    yield (
        f"### Sample size\n\n{counted(design.ratings_per_pair, 'rating')} of each main pair. The "
        f"material holds {counted(document.material.pairs, 'pair')} of every kind. "
        + open_field("number of main pairs and of raters")
    )
    yield f"### Sample size rationale\n\n{open_field('power or precision; see the planning sheet')}"
    yield f"### Stopping rule\n\n{document.stopping_rule.strip() or open_field('stopping rule')}"


def _variables(document: ProtocolDocument) -> Iterator[str]:
    yield "## Variables"
    yield (
        "### Manipulated variables\n\nThe system that wrote each reply, and which of the two stands first. "
        + open_field("the systems and how their replies were made")
    )
    rows = "\n\n".join(_question(row) for row in document.rubric)
    values = ", ".join(
        f"{one.value:+d} {one.label}" if one.value else f"0 {one.label}" for one in document.answers
    )
    yield (
        f"### Measured variables\n\nAnswers to each question: {answers_in_words(document.answers)} "
        f"({values}; below 0 the reply shown first is better).\n\n{rows}\n\n"
        f"{_REASONS.get(document.design.reason, '')}".rstrip()
    )
    yield (
        "### Indices\n\nThe share of preference: wins plus half of the answers without difference, of "
        "all answers of a dimension. Dimensions are not added up."
    )


def _question(row: Asked) -> str:
    ends = f" ({row.low} – {row.high})" if row.low and row.high else ""
    return f"- **{row.name}** (`{row.key}`): {row.question}{ends}"


def _analysis(document: ProtocolDocument) -> Iterator[str]:
    plan = document.analysis
    yield "## Analysis plan"
    yield (
        "### Statistical models\n\nShares of preference with 95 % intervals from variances clustered by "
        "dialogue, rater and writer (Cameron, Gelbach & Miller, 2011), by Student's t with the fewest "
        "clusters less one as degrees of freedom; people's replies against all models weigh models, and "
        f"against each model writers, equally.{_draws(document)}"
    )
    yield (
        "### Transformations\n\nShares are tested on log odds, differences of agreement on their own "
        "scale. No answer is transformed or imputed."
    )
    yield f"### Inference criteria\n\n{_criteria(document)}"
    yield f"### Data exclusion\n\n{_exclusion(document)}"
    yield (
        "### Missing data\n\nA pair that was skipped, and a judgment that could not be read, is "
        "missing: never no "
        "difference, never a win. " + open_field("anything else about missing data")
    )
    margins = (
        f" Agreement counts as equivalent within ±{100 * plan.agreement_margin:g} points; a judge may "
        f"fall behind a rater by ε = {plan.epsilon:g}."
        if document.froze_analysis
        else ""
    )
    coding = open_field("whether reasons or replies are coded: by which codebook, by whom, of which texts")
    yield (
        "### Exploratory analysis\n\nAll else in the report is exploratory and is called so, coding of "
        f"reasons and replies too, which no protocol holds: {coding}{margins}"
    )


def _draws(document: ProtocolDocument) -> str:
    return f" Random draws start from the seed {document.analysis.seed}." if document.froze_analysis else ""


def _criteria(document: ProtocolDocument) -> str:
    if document.is_exploratory:
        return "Nothing is tested to confirm it; intervals are 95 %."
    rows = "\n".join(f"{place}. {decided_by(one)}" for place, one in enumerate(document.contrasts, 1))
    return (
        "p-values of all contrasts are corrected together by Holm (1979); each is held against its own "
        f"alpha. A contrast that cannot be computed counts as one with p = 1.\n\n{rows}"
    )


def _exclusion(document: ProtocolDocument) -> str:
    rules = document.exclusion_rules
    told = (
        f"Raters are left out for {exclusions_in_words(rules)}."
        if rules
        else "No rule of the study leaves raters out."
    )
    return (
        f"{told} Always left out are trial runs, raters who gave their place back, and answers that came "
        "after the rater had ended."
    )


def _other(document: ProtocolDocument, sha256: str) -> Iterator[str]:
    yield "## Other"
    texts = document.texts
    people = [
        ("Responsible", texts.responsible),
        ("Contact", texts.contact_email),
        ("Language of the pages", texts.language),
        ("Retention", texts.retention),
    ]
    rows = [f"- {name}: {_line(text) or open_field(name.lower())}" for name, text in people]
    yield "\n".join(
        [*rows, f"- Ethics approval: {open_field('board and number')}", f"- Protocol: SHA-256 `{sha256}`"]
    )


def _appendix(document: ProtocolDocument) -> Iterator[str]:
    """Word for word, fenced so that nothing in them is taken for Markdown."""
    yield "## Appendix: what raters read"
    texts = (
        ("Consent", document.texts.consent),
        ("Content note", document.texts.content_note),
        ("Instructions", document.texts.instructions),
    )
    for name, text in texts:
        yield f"### {name}\n\n{_verbatim(text)}"


def _verbatim(text: str) -> str:
    if not text.strip():
        return _NOTHING
    longest = max((len(run) for run in _runs_of_ticks(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _runs_of_ticks(text: str) -> Sequence[str]:
    return [run for run in "".join(one if one == "`" else " " for one in text).split(" ") if run]


def _line(text: str) -> str:
    return " ".join(text.split())
