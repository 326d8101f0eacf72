"""The statistics of a report, each with whose it is: told and cited where a section really used it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Method:
    """`sentence` is true of a report in which one of `tables` has a number: in the column, or in a row
    that begins so in one of its texts, where `where` names one.

    `cites` are keys of REFERENCES.
    """

    tables: tuple[str, ...]
    sentence: str
    cites: tuple[str, ...] = ()
    where: str = ""


#: In the report's order. A reference in parentheses is written as it stands in `cites`.
METHODS: Final[tuple[Method, ...]] = (
    Method(
        ("preference", "preference_full"),
        "The primary number is the share of preference, wins plus half of the ties; for people's "
        "replies against all models, models and, against each model, the writers of people's replies "
        "have the same weight.",
    ),
    Method(
        ("ranking",),
        "Systems were ranked by Bradley–Terry strengths on the Elo scale, ties as half a win for each "
        "(Bradley & Terry, 1952); the ranks left open follow from simultaneous intervals of all "
        "differences (Mogstad et al., 2024).",
        ("Bradley & Terry, 1952", "Mogstad et al., 2024"),
    ),
    Method(
        ("ranking_models",),
        "Beside them stands a model that gives ties a rate of their own (Davidson, 1970).",
        ("Davidson, 1970",),
        "davidson",
    ),
    Method(
        ("ranking_models",),
        "Grades of preference were modelled by cumulative logits (Agresti, 1992).",
        ("Agresti, 1992",),
        "graded",
    ),
    Method(
        ("ranking_style",),
        "A further ranking holds length and formatting equal (after Dubois et al., 2024).",
        ("Dubois et al., 2024",),
    ),
    Method(
        ("agreement",),
        "Agreement counts each pair once, with ties as a label and again among decisive answers only "
        "(Zheng et al., 2023), judges beside raters on the same pairs; couples of votes that share a "
        "rater were taken as dependent (Aronow et al., 2015).",
        ("Zheng et al., 2023", "Aronow et al., 2015"),
    ),
    Method(
        ("agreement", "agreement_full", "coefficients", "coefficients_full"),
        "Judges and raters were set against chance by Cohen's κ (Cohen, 1960).",
        ("Cohen, 1960",),
        "cohen_kappa",
    ),
    Method(
        ("coefficients",),
        "Fleiss' κ is in the form for unequal numbers of votes (Gwet, 2014).",
        ("Gwet, 2014",),
        "Fleiss'",
    ),
    Method(("coefficients",), "AC1 is Gwet's (Gwet, 2008).", ("Gwet, 2008",), "Gwet's AC1"),
    Method(("coefficients",), "AC2 weighs ordered answers (Gwet, 2014).", ("Gwet, 2014",), "Gwet's AC2"),
    Method(
        ("coefficients",),
        "α is Krippendorff's (Krippendorff, 2018).",
        ("Krippendorff, 2018",),
        "Krippendorff's",
    ),
    Method(
        ("alt_test",),
        "Whether a judge could stand in for a rater was tested by the alternative annotator test "
        "(Calderon et al., 2025), with the false discovery rate held at 5 % (Benjamini & Yekutieli, "
        "2001).",
        ("Calderon et al., 2025", "Benjamini & Yekutieli, 2001"),
    ),
    Method(
        ("assisted",),
        "Estimates assisted by a judge are prediction-powered (Angelopoulos et al., 2023).",
        ("Angelopoulos et al., 2023",),
    ),
    Method(
        ("coding_agreement",),
        "Human coders' agreement is Krippendorff's α of each code, given or not (Krippendorff, 2018), and "
        "AC1 (Gwet, 2008), as the mean over codes, with jackknife intervals (Efron & Stein, 1981).",
        ("Krippendorff, 2018", "Gwet, 2008", "Efron & Stein, 1981"),
        "alpha",
    ),
    Method(
        ("coding_llm",),
        "Language models that code were set against what more than half of the human coders gave, by "
        "Cohen's κ (Cohen, 1960), precision and recall.",
        ("Cohen, 1960",),
        "kappa",
    ),
    Method(
        ("reasons_dimensions", "reasons_strategies_full", "strategies"),
        "How often a code was given is the mean over passages of the share of a passage's coders who "
        "gave it.",
        where="share",
    ),
    Method(
        ("profile_distance", "profile_distance_full"),
        "How far the profiles of two sources' reasons are apart is the Jensen–Shannon divergence to base "
        "2 (Lin, 1991) and its root, a distance (Endres & Schindelin, 2003), with jackknife intervals "
        "(Efron & Stein, 1981); beside it stands what exchanging both sources' reasons in whole "
        "dialogues brings, with a permutation p-value for these raters and judges (Phipson & Smyth, 2010).",
        ("Lin, 1991", "Endres & Schindelin, 2003", "Efron & Stein, 1981", "Phipson & Smyth, 2010"),
        "divergence",
    ),
    Method(
        ("profile_distance", "profile_distance_full"),
        "Whether profiles differ by more than raters do was tested by the ANOVA-type statistic (Brunner et "
        "al., 1997) with the clustered covariance of their difference.",
        ("Brunner et al., 1997",),
        "p_exchanged",
    ),
    Method(
        ("overlap", "overlap_jaccard"),
        "Themes that two reasons on one pair have in common were counted as at least one theme in both "
        "and by Jaccard's coefficient (Jaccard, 1912), each set against couples of reasons from "
        "different dialogues, as (in common − chance) / (1 − chance).",
        ("Jaccard, 1912",),
        "found",
    ),
    Method(
        ("strategies_change_full", "strategies_interaction"),
        "Whether strategies change on adversarial dialogues was tested by dealing the dialogues' marks "
        "out anew, of people's replies within writers (Phipson & Smyth, 2010), corrected over strategies "
        "(Holm, 1979).",
        ("Phipson & Smyth, 2010", "Holm, 1979"),
        "p_holm",
    ),
    Method(
        tuple(f"{fact}{measure}{which}" for fact in ("size", "speed") for measure in ("", "_share")
              for which in ("", "_full")),
        "Ratings of models were set against the logarithm of their size or time by Spearman's rank "
        "correlation (Spearman, 1904) and the median slope of all couples of systems (Theil, 1950; Sen, "
        "1968), tested by permutation of the systems (Phipson & Smyth, 2010); the correlation's interval is "
        "of the systems' true scores (Fay & Herriot, 1979), the slope's redraws the ratings with their "
        "clustered covariance.",
        ("Spearman, 1904", "Theil, 1950", "Sen, 1968", "Phipson & Smyth, 2010", "Fay & Herriot, 1979"),
        "rho",
    ),
    Method(
        ("axis", "axis_full"),
        "Ratings were set against scores on other benchmarks by Spearman's rank correlation (Spearman, "
        "1904), with intervals of the systems' true scores (Fay & Herriot, 1979).",
        ("Spearman, 1904", "Fay & Herriot, 1979"),
        "rho",
    ),
    Method(
        ("axis_partial",),
        "With size or a benchmark held equal the correlation is partial, of ranks, tested by "
        "permutation of what is left (Freedman & Lane, 1983).",
        ("Freedman & Lane, 1983",),
        "rho",
    ),
    Method(
        ("halo",),
        "How much the dimensions share (halo: Thorndike, 1920) was measured by the mean of their rank "
        "correlations (Spearman, 1904) and the share of the first component, with jackknife intervals "
        "(Efron & Stein, 1981).",
        ("Thorndike, 1920", "Spearman, 1904", "Efron & Stein, 1981"),
        "mean",
    ),
    Method(
        ("consistency",),
        "How evenly systems do is told by variance components over dialogues and replies, by the method "
        "of moments (Searle et al., 1992), with jackknife intervals (Efron & Stein, 1981).",
        ("Searle et al., 1992", "Efron & Stein, 1981"),
        "spread",
    ),
    Method(
        ("divergence", "divergence_judges_full"),
        "Pairs on which raters and judges part were ordered by gaps that are shrunk by empirical Bayes "
        "(Efron & Morris, 1975).",
        ("Efron & Morris, 1975",),
        "shrunk",
    ),
    Method(
        ("bias_swaps",),
        "Judges' verdicts in both orders were compared by McNemar's exact test (McNemar, 1947) and by "
        "the sign test on dialogues.",
        ("McNemar, 1947",),
    ),
    Method(
        ("blinding",),
        "Blinding was assessed by the index of Bang et al. (2004) for each kind of writer and by that "
        "of James et al. (1996) for both together.",
        ("Bang et al., 2004", "James et al., 1996"),
    ),
    Method(
        ("leaks",),
        "How well style alone tells people's replies from models' was measured by ridge logistic "
        "regression (le Cessie & van Houwelingen, 1992) in five folds of dialogues, as the area under "
        "the ROC curve (LeDell et al., 2015) with intervals from placement values (DeLong et al., 1988) "
        "and permutation p-values (Phipson & Smyth, 2010).",
        (
            "le Cessie & van Houwelingen, 1992", "LeDell et al., 2015", "DeLong et al., 1988",
            "Phipson & Smyth, 2010",
        ),
        "auc",
    ),
)  # fmt: skip
