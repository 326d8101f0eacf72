"""The statistics of a report, each with whose it is: cited where a section really used it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: What stands in the text, and the whole reference.
REFERENCES: Final[Mapping[str, str]] = {
    "Agresti, 1992": "Agresti, A. (1992). Analysis of ordinal paired comparison data. Applied "
    "Statistics, 41, 287–297.",
    "Angelopoulos et al., 2023": "Angelopoulos, A. N., Duchi, J. C., & Zrnic, T. (2023). PPI++: Efficient "
    "prediction-powered inference. arXiv:2311.01453.",
    "Aronow et al., 2015": "Aronow, P. M., Samii, C., & Assenova, V. A. (2015). Cluster-robust variance "
    "estimation for dyadic data. Political Analysis, 23, 564–577.",
    "Bang et al., 2004": "Bang, H., Ni, L., & Davis, C. E. (2004). Assessment of blinding in clinical "
    "trials. Controlled Clinical Trials, 25, 143–156.",
    "Benjamini & Yekutieli, 2001": "Benjamini, Y., & Yekutieli, D. (2001). The control of the false "
    "discovery rate in multiple testing under dependency. Annals of Statistics, 29, 1165–1188.",
    "Bradley & Terry, 1952": "Bradley, R. A., & Terry, M. E. (1952). Rank analysis of incomplete "
    "block designs: I. The method of paired comparisons. Biometrika, 39, 324–345.",
    "Calderon et al., 2025": "Calderon, N., Reichart, R., & Dror, R. (2025). The alternative "
    "annotator test for LLM-as-a-judge. Proceedings of ACL 2025.",
    "Cameron et al., 2011": "Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2011). Robust inference with "
    "multiway clustering. Journal of Business & Economic Statistics, 29, 238–249.",
    "Cameron & Miller, 2015": "Cameron, A. C., & Miller, D. L. (2015). A practitioner's guide to "
    "cluster-robust inference. Journal of Human Resources, 50, 317–372.",
    "Clopper & Pearson, 1934": "Clopper, C. J., & Pearson, E. S. (1934). The use of confidence or fiducial "
    "limits illustrated in the case of the binomial. Biometrika, 26, 404–413.",
    "Cohen, 1960": "Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and "
    "Psychological Measurement, 20, 37–46.",
    "Davidson, 1970": "Davidson, R. R. (1970). On extending the Bradley–Terry model to accommodate ties in "
    "paired comparison experiments. Journal of the American Statistical Association, 65, 317–328.",
    "DeLong et al., 1988": "DeLong, E. R., DeLong, D. M., & Clarke-Pearson, D. L. (1988). Comparing "
    "the areas under two or more correlated receiver operating characteristic curves. Biometrics, 44, "
    "837–845.",
    "Dubois et al., 2024": "Dubois, Y., Galambosi, B., Liang, P., & Hashimoto, T. B. (2024). "
    "Length-controlled AlpacaEval: A simple way to debias automatic evaluators. arXiv:2404.04475.",
    "Gwet, 2008": "Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of "
    "high agreement. British Journal of Mathematical and Statistical Psychology, 61, 29–48.",
    "Gwet, 2014": "Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.). Advanced Analytics.",
    "Holm, 1979": "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian "
    "Journal of Statistics, 6, 65–70.",
    "James et al., 1996": "James, K. E., Bloch, D. A., Lee, K. K., Kraemer, H. C., & Fuller, R. K. "
    "(1996). An index for assessing blindness in a multi-centre clinical trial. Statistics in Medicine, "
    "15, 1421–1434.",
    "Krippendorff, 2018": "Krippendorff, K. (2018). Content analysis: An introduction to its "
    "methodology (4th ed.). Sage.",
    "le Cessie & van Houwelingen, 1992": "le Cessie, S., & van Houwelingen, J. C. (1992). Ridge "
    "estimators in logistic regression. Applied Statistics, 41, 191–201.",
    "LeDell et al., 2015": "LeDell, E., Petersen, M., & van der Laan, M. (2015). Computationally efficient "
    "confidence intervals for cross-validated area under the ROC curve estimates. Electronic Journal of "
    "Statistics, 9, 1583–1607.",
    "MacKinnon et al., 2024": "MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2024). Jackknife "
    "inference with two-way clustering. arXiv:2406.08880.",
    "McNemar, 1947": "McNemar, Q. (1947). Note on the sampling error of the difference between correlated "
    "proportions or percentages. Psychometrika, 12, 153–157.",
    "Mogstad et al., 2024": "Mogstad, M., Romano, J. P., Shaikh, A. M., & Wilhelm, D. (2024). Inference for "
    "ranks with applications to mobility across neighbourhoods and academic achievement across "
    "countries. Review of Economic Studies, 91, 476–518.",
    "Phipson & Smyth, 2010": "Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be zero. "
    "Statistical Applications in Genetics and Molecular Biology, 9, 39.",
    "Schuirmann, 1987": "Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the "
    "power approach for assessing the equivalence of average bioavailability. Journal of "
    "Pharmacokinetics and Biopharmaceutics, 15, 657–680.",
    "Zheng et al., 2023": "Zheng, L., Chiang, W.-L., Sheng, Y., et al. (2023). Judging LLM-as-a-judge with "
    "MT-Bench and Chatbot Arena. Advances in Neural Information Processing Systems, 36.",
}  # fmt: skip


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
