# Who agrees with whom, on signs of answers. A pair counts once, however many votes it has.

SIGNS <- c(-1, 0, 1)

# Votes for each label (pairs x labels).
counts_of <- function(votes, labels, pairs, value = sign(votes$value)) {
  table <- table(factor(votes$pair, pairs), factor(value, labels))
  matrix(as.numeric(table), nrow(table), ncol(table))
}

normal <- function(shares) shares / pmax(rowSums(shares), 1e-300)

# Against one vote of another rater, on the labels that count (`kept`): how often raters, and the judge, agree and could
# agree on each pair, and the reference's shares.
one_vote <- function(counts, said, kept) {
  shown <- sweep(counts, 2, kept, "*")
  judged <- normal(sweep(said, 2, kept, "*"))
  n <- rowSums(shown)
  there <- n >= 2 & rowSums(judged) > 0
  raters <- rowSums(shown * (shown - 1)) / pmax(n * (n - 1), 1)
  parts <- cbind(raters, 1, rowSums(shown * judged) / pmax(n, 1), 1) * there
  list(parts = parts, reference = normal(shown), there = there)
}

# Against the majority of three raters, over all choices of them; raters against three others.
three <- function(counts, said, kept) {
  majority <- sweep(majority_of_three(counts), 2, kept, "*")
  judged <- sweep(said, 2, kept, "*")
  share <- normal(counts)
  parts <- matrix(0, nrow(counts), 4)
  for (label in which(kept > 0)) {
    rest <- counts
    rest[, label] <- pmax(rest[, label] - 1, 0)
    others <- sweep(majority_of_three(rest), 2, kept, "*")
    parts[, 1] <- parts[, 1] + share[, label] * others[, label]
    parts[, 2] <- parts[, 2] + share[, label] * rowSums(others)
  }
  parts[, 3] <- rowSums(judged * majority)
  parts[, 4] <- rowSums(judged) * rowSums(majority)
  list(parts = parts, reference = majority, there = rowSums(counts) >= 4 & (parts[, 2] > 0 | parts[, 4] > 0))
}

majority_of_three <- function(counts) {
  n <- rowSums(counts)
  triples <- n * (n - 1) * (n - 2) / 6
  two <- counts * (counts - 1) / 2 * (n - counts)
  all_three <- counts * (counts - 1) * (counts - 2) / 6
  (two + all_three) / pmax(triples, 1) * (triples > 0)
}

# What is added over pairs, with nothing of pairs that do not count: agreements, ceiling, and the shares of labels of
# raters, judge and reference.
sums_with <- function(against, said, kept) {
  function(counts) {
    found <- against(counts, said, kept)
    there <- found$there & rowSums(said) > 0
    reference <- found$reference
    cbind(
      there, found$parts, apply(reference, 1, max), rowSums(reference), normal(sweep(counts, 2, kept, "*")),
      normal(sweep(said, 2, kept, "*")), reference
    ) * there
  }
}

# Agreement of judge and of raters, their difference, what chance brings either (Cohen 1960), the ceiling, and Cohen's
# kappa of judge and rater.
VALUES <- c("judge", "raters", "difference", "chance_judge", "chance_raters", "ceiling", "kappa")
values_with <- function(sums) {
  sums[sums[, 1] <= 1e-9, ] <- NaN
  marginal <- function(from) normal(sums[, from + 0:2, drop = FALSE])
  judge <- sums[, 4] / sums[, 5]
  raters <- sums[, 2] / sums[, 3]
  chance <- rowSums(marginal(11) * marginal(14))
  kappa <- ifelse(chance < 1 - 1e-12, (judge - chance) / (1 - chance), NaN)
  cbind(judge, raters, judge - raters, chance, rowSums(marginal(8) * marginal(14)), sums[, 6] / sums[, 7], kappa)
}

# A judge with raters, and raters with raters, on the same pairs (Zheng et al. 2023: S1 counts ties, S2 only answers
# that prefer a reply).
with_raters <- function(raters, judge, against, setup) {
  sample <- counted(raters, SIGNS)
  said <- normal(counts_of(judge, SIGNS, sample$pairs$pair))
  kept <- if (setup == "S1") c(1, 1, 1) else c(1, 0, 1)
  pairwise <- against == "one rater's vote"
  of <- if (pairwise) one_vote else three
  there <- sums_with(of, said, kept)(sample$counts)[, 1] > 0
  if (!any(there)) return(setNames(rep(list(list(value = NULL)), length(VALUES)), VALUES))
  sample <- only_pairs(sample, there)
  said <- said[there, , drop = FALSE]
  found <- jackknife(sample, sums_with(of, said, kept), values_with, !(VALUES %in% c("difference", "kappa")))
  found <- setNames(found, VALUES)
  if (!pairwise || !sparse(sample)) return(found)
  first <- VALUES[1:3]
  variance <- dyadic_variance(sample, sweep(sample$counts, 2, kept, "*"), normal(sweep(said, 2, kept, "*")))
  clusters <- clusters_in(sample)
  values <- vapply(found[first], function(one) number(one$value), 1)
  found[first] <- told_by(values, variance, min(clusters[clusters > 1]) - 1, c(TRUE, TRUE, FALSE))
  found
}

# Whether pairs have the votes of a few out of many raters.
sparse <- function(sample) {
  raters <- known(sample$votes$source)
  raters >= FEWEST_RATERS && 2 * nrow(sample$votes) < raters * nrow(sample$pairs)
}

# Two couples of votes hang together if they share either rater, or dialogue or writer (Aronow, Samii & Assenova 2015,
# Political Analysis 23:564): variances of the judge's agreement with a vote, that of two votes, and their difference.
dyadic_variance <- function(sample, shown, said) {
  size <- nrow(shown)
  n <- rowSums(shown)
  judge <- rowSums(shown * said) / n
  raters <- rowSums(shown * (shown - 1)) / (n * (n - 1))
  at <- cbind(sample$votes$unit, sample$votes$label)
  unit <- sample$votes$unit
  counts <- shown[at] > 0
  with_judge <- (said[at] - mean(judge)) / n[unit] * counts / size
  alike <- shown[at] - 1 - (n[unit] - 1) * mean(raters)
  with_raters <- 2 * alike / (n * (n - 1))[unit] * counts / size
  by_vote <- cbind(with_judge, with_raters, with_judge - with_raters)
  by_pair <- cbind(judge - mean(judge), raters - mean(raters)) / size
  by_pair <- cbind(by_pair, by_pair[, 1] - by_pair[, 2])
  clusters <- clusters_in(sample)
  total <- floor <- 0
  for (chosen in choices_of(names(clusters)[clusters > 1])) {
    totals <- rowsum(if ("source" %in% chosen) by_vote else by_pair, groups_of(sample, chosen))
    meat <- colSums(totals^2) * nrow(totals) / max(nrow(totals) - 1, 1)
    total <- total + sign_of(chosen) * meat
    if (identical(length(chosen), 1L) && chosen != "source") floor <- pmax(floor, meat)
  }
  pmax(total, floor)
}

# The larger p of two one-sided tests that the difference lies within the margin (Schuirmann 1987).
equivalence_p <- function(difference, margin) {
  if (is.null(difference$se)) return(NULL)
  max(pt((margin + c(1, -1) * difference$value) / difference$se, difference$freedom, lower.tail = FALSE))
}

agreement_figures <- function(study, report) {
  rows <- rows_of(report, "agreement_full", function(row) {
    row$primary == "yes" && row$dimension == "overall" && row$slice == "all"
  })
  do.call(rbind, lapply(rows, function(row) {
    raters <- on(study, study$eyes$Raters, row$dimension, row$slice)
    judge <- on(study, study$eyes[[row$answered_by]], row$dimension, row$slice)
    found <- with_raters(raters, judge, row$against, if (startsWith(row$ties, "count")) "S1" else "S2")
    margin <- planned("agreement_margin", row$margin)
    name <- paste0(row$answered_by, ", overall, ties ", row$ties, ":")
    rbind(
      estimate_figures(paste(name, "with raters"), row$judge_with_raters, found$judge),
      estimate_figures(paste(name, "raters with raters"), row$raters_with_raters, found$raters),
      estimate_figures(paste(name, "difference"), row$difference, found$difference),
      figure(paste(name, "p (equivalence)"), row$equivalence_p, equivalence_p(found$difference, margin)),
      estimate_figures(paste(name, "chance, judge"), row$chance_judge, found$chance_judge),
      estimate_figures(paste(name, "chance, raters"), row$chance_raters, found$chance_raters),
      estimate_figures(paste(name, "ceiling"), row$ceiling, found$ceiling),
      estimate_figures(paste(name, "Cohen's kappa"), row$cohen_kappa, found$kappa)
    )
  }))
}
