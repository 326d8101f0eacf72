"""Whose the statistics of a report are: the sources that its methods in words may cite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: What stands in the text, and the whole reference.
REFERENCES: Final[Mapping[str, str]] = {
    "Agresti, 1992": "Agresti, A. (1992). Analysis of ordinal paired comparison data. Applied Statistics, "
    "41, 287–297.",
    "Angelopoulos et al., 2023": "Angelopoulos, A. N., Duchi, J. C., & Zrnic, T. (2023). PPI++: Efficient "
    "prediction-powered inference. arXiv:2311.01453.",
    "Aronow et al., 2015": "Aronow, P. M., Samii, C., & Assenova, V. A. (2015). Cluster-robust variance "
    "estimation for dyadic data. Political Analysis, 23, 564–577.",
    "Bang et al., 2004": "Bang, H., Ni, L., & Davis, C. E. (2004). Assessment of blinding in clinical "
    "trials. Controlled Clinical Trials, 25, 143–156.",
    "Benjamini & Yekutieli, 2001": "Benjamini, Y., & Yekutieli, D. (2001). The control of the false "
    "discovery rate in multiple testing under dependency. Annals of Statistics, 29, 1165–1188.",
    "Bradley & Terry, 1952": "Bradley, R. A., & Terry, M. E. (1952). Rank analysis of incomplete block "
    "designs: I. The method of paired comparisons. Biometrika, 39, 324–345.",
    "Brunner et al., 1997": "Brunner, E., Dette, H., & Munk, A. (1997). Box-type approximations in "
    "nonparametric factorial designs. Journal of the American Statistical Association, 92, 1494–1502.",
    "Calderon et al., 2025": "Calderon, N., Reichart, R., & Dror, R. (2025). The alternative annotator test "
    "for LLM-as-a-judge: How to statistically justify replacing human annotators with LLMs. Proceedings of "
    "ACL 2025, 16051–16081.",
    "Cameron & Miller, 2015": "Cameron, A. C., & Miller, D. L. (2015). A practitioner's guide to "
    "cluster-robust inference. Journal of Human Resources, 50, 317–372.",
    "Cameron et al., 2011": "Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2011). Robust inference with "
    "multiway clustering. Journal of Business & Economic Statistics, 29, 238–249.",
    "Clopper & Pearson, 1934": "Clopper, C. J., & Pearson, E. S. (1934). The use of confidence or fiducial "
    "limits illustrated in the case of the binomial. Biometrika, 26, 404–413.",
    "Cohen, 1960": "Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and "
    "Psychological Measurement, 20, 37–46.",
    "Davidson, 1970": "Davidson, R. R. (1970). On extending the Bradley–Terry model to accommodate ties in "
    "paired comparison experiments. Journal of the American Statistical Association, 65, 317–328.",
    "DeLong et al., 1988": "DeLong, E. R., DeLong, D. M., & Clarke-Pearson, D. L. (1988). Comparing the "
    "areas under two or more correlated receiver operating characteristic curves: A nonparametric approach. "
    "Biometrics, 44, 837–845.",
    "Dubois et al., 2024": "Dubois, Y., Galambosi, B., Liang, P., & Hashimoto, T. B. (2024). "
    "Length-controlled AlpacaEval: A simple way to debias automatic evaluators. arXiv:2404.04475.",
    "Efron & Morris, 1975": "Efron, B., & Morris, C. (1975). Data analysis using Stein's estimator and its "
    "generalizations. Journal of the American Statistical Association, 70, 311–319.",
    "Efron & Stein, 1981": "Efron, B., & Stein, C. (1981). The jackknife estimate of variance. Annals of "
    "Statistics, 9, 586–596.",
    "Endres & Schindelin, 2003": "Endres, D. M., & Schindelin, J. E. (2003). A new metric for probability "
    "distributions. IEEE Transactions on Information Theory, 49, 1858–1860.",
    "Fay & Herriot, 1979": "Fay, R. E., & Herriot, R. A. (1979). Estimates of income for small places: An "
    "application of James–Stein procedures to census data. Journal of the American Statistical Association, "
    "74, 269–277.",
    "Freedman & Lane, 1983": "Freedman, D., & Lane, D. (1983). A nonstochastic interpretation of reported "
    "significance levels. Journal of Business & Economic Statistics, 1, 292–298.",
    "Gwet, 2008": "Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence "
    "of high agreement. British Journal of Mathematical and Statistical Psychology, 61, 29–48.",
    "Gwet, 2014": "Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.). Advanced Analytics.",
    "Holm, 1979": "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian "
    "Journal of Statistics, 6, 65–70.",
    "Jaccard, 1912": "Jaccard, P. (1912). The distribution of the flora in the alpine zone. New "
    "Phytologist, 11, 37–50.",
    "James et al., 1996": "James, K. E., Bloch, D. A., Lee, K. K., Kraemer, H. C., & Fuller, R. K. (1996). "
    "An index for assessing blindness in a multi-centre clinical trial: Disulfiram for alcohol cessation—a "
    "VA cooperative study. Statistics in Medicine, 15, 1421–1434.",
    "Krippendorff, 2018": "Krippendorff, K. (2018). Content analysis: An introduction to its methodology "
    "(4th ed.). Sage.",
    "le Cessie & van Houwelingen, 1992": "le Cessie, S., & van Houwelingen, J. C. (1992). Ridge estimators "
    "in logistic regression. Applied Statistics, 41, 191–201.",
    "LeDell et al., 2015": "LeDell, E., Petersen, M., & van der Laan, M. (2015). Computationally efficient "
    "confidence intervals for cross-validated area under the ROC curve estimates. Electronic Journal of "
    "Statistics, 9, 1583–1607.",
    "Lin, 1991": "Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on "
    "Information Theory, 37, 145–151.",
    "MacKinnon et al., 2024": "MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2024). Jackknife inference "
    "with two-way clustering. arXiv:2406.08880.",
    "McNemar, 1947": "McNemar, Q. (1947). Note on the sampling error of the difference between correlated "
    "proportions or percentages. Psychometrika, 12, 153–157.",
    "Mogstad et al., 2024": "Mogstad, M., Romano, J. P., Shaikh, A. M., & Wilhelm, D. (2024). Inference for "
    "ranks with applications to mobility across neighbourhoods and academic achievement across countries. "
    "Review of Economic Studies, 91, 476–518.",
    "Phipson & Smyth, 2010": "Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be "
    "zero: Calculating exact p-values when permutations are randomly drawn. Statistical Applications in "
    "Genetics and Molecular Biology, 9, 39.",
    "Schuirmann, 1987": "Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and "
    "the power approach for assessing the equivalence of average bioavailability. Journal of "
    "Pharmacokinetics and Biopharmaceutics, 15, 657–680.",
    "Searle et al., 1992": "Searle, S. R., Casella, G., & McCulloch, C. E. (1992). Variance components. "
    "Wiley.",
    "Sen, 1968": "Sen, P. K. (1968). Estimates of the regression coefficient based on Kendall's tau. "
    "Journal of the American Statistical Association, 63, 1379–1389.",
    "Spearman, 1904": "Spearman, C. (1904). The proof and measurement of association between two things. "
    "American Journal of Psychology, 15, 72–101.",
    "Theil, 1950": "Theil, H. (1950). A rank-invariant method of linear and polynomial regression analysis, "
    "I, II and III. Proceedings of the Koninklijke Nederlandse Akademie van Wetenschappen, 53, 386–392, "
    "521–525 and 1397–1412.",
    "Thorndike, 1920": "Thorndike, E. L. (1920). A constant error in psychological ratings. Journal of "
    "Applied Psychology, 4, 25–29.",
    "Zheng et al., 2023": "Zheng, L., Chiang, W.-L., Sheng, Y., et al. (2023). Judging LLM-as-a-judge with "
    "MT-Bench and Chatbot Arena. Advances in Neural Information Processing Systems, 36.",
}  # fmt: skip
