# Who agrees with whom, on signs of answers. A pair counts once, however many votes it has.

SIGNS <- c(-1, 0, 1)

# Votes for each label (pairs x labels).
counts_of <- function(votes, labels, pairs, value = sign(votes$value)) {
  table <- table(factor(votes$pair, pairs), factor(value, labels))
  matrix(as.numeric(table), nrow(table), ncol(table))
}

normal <- function(shares) shares / pmax(rowSums(shares), 1e-300)

# A judge with raters, and raters with raters, on the same pairs (Zheng et al. 2023: S1 counts ties, S2 only answers
# that prefer a reply), and Cohen's kappa (1960) of judge and rater.
with_raters <- function(raters, judge, against, setup) {
  pairs <- unique(raters$pair)
  counts <- counts_of(raters, SIGNS, pairs)
  said <- normal(counts_of(judge, SIGNS, pairs))
  kept <- if (setup == "S1") c(1, 1, 1) else c(1, 0, 1)
  found <- if (against == "one rater's vote") one_vote(counts, said, kept) else three(counts, said, kept)
  there <- found$there & rowSums(said) > 0
  sums <- colSums(found$parts[there, , drop = FALSE])
  marginal <- function(shares) colSums(shares[there, , drop = FALSE]) / sum(shares[there, ])
  chance <- sum(marginal(normal(sweep(said, 2, kept, "*"))) * marginal(found$reference))
  judged <- sums[[3]] / sums[[4]]
  list(
    judge = judged, raters = sums[[1]] / sums[[2]], difference = judged - sums[[1]] / sums[[2]],
    kappa = (judged - chance) / (1 - chance)
  )
}

# Against one vote of another rater.
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

agreement_figures <- function(study, report) {
  rows <- rows_of(report, "agreement_full")
  rows <- rows[vapply(rows, function(row) {
    row$primary == "yes" && row$dimension == "overall" && row$slice == "all" && row$pairs > 0
  }, TRUE)]
  do.call(rbind, lapply(rows, function(row) {
    raters <- on(study, study$eyes$Raters, row$dimension, row$slice)
    judge <- on(study, study$eyes[[row$answered_by]], row$dimension, row$slice)
    found <- with_raters(raters, judge, row$against, if (startsWith(row$ties, "count")) "S1" else "S2")
    name <- paste0(row$answered_by, ", overall, ties ", row$ties, ":")
    rbind(
      figure(paste(name, "with raters"), row$judge_with_raters$value, found$judge),
      figure(paste(name, "raters with raters"), row$raters_with_raters$value, found$raters),
      figure(paste(name, "difference"), row$difference$value, found$difference),
      if (!is.null(row$cohen_kappa$value)) figure(paste(name, "Cohen's kappa"), row$cohen_kappa$value, found$kappa)
    )
  }))
}

# Raw agreement, Fleiss' kappa (in Gwet's form), Gwet's AC1 and AC2 (2014) and Krippendorff's alpha (2018).
coefficients <- function(counts) {
  labels <- ncol(counts)
  n <- rowSums(counts)
  apart <- abs(outer(seq_len(labels), seq_len(labels), "-"))
  weights <- 1 - apart * (apart + 1) / 2 / (labels * (labels - 1) / 2)
  shares <- colMeans(normal(counts)[n >= 1, , drop = FALSE])
  counts <- counts[n >= 2, , drop = FALSE]
  n <- n[n >= 2]
  agreed <- function(weights) {
    mean(rowSums(counts * (counts %*% weights)) / (n * (n - 1)) - rowSums(sweep(counts, 2, diag(weights), "*")) / (n * (n - 1)))
  }
  raw <- agreed(diag(labels))
  spread <- (1 - sum(shares^2)) / (labels * (labels - 1))
  beyond <- function(observed, expected) if (expected < 1 - 1e-12) (observed - expected) / (1 - expected) else NULL
  together <- t(counts) %*% (counts / (n - 1)) - diag(colSums(counts / (n - 1)), labels)
  list(
    "Raw agreement" = raw, "Fleiss' \u03ba" = beyond(raw, sum(shares^2)),
    "Gwet's AC1" = beyond(raw, labels * spread), "Gwet's AC2, ordinal" = beyond(agreed(weights), sum(weights) * spread),
    "Krippendorff's \u03b1, nominal" = alpha(together, 1 - diag(labels)),
    "Krippendorff's \u03b1, ordinal" = alpha(together, ordinal_distance(rowSums(together)))
  )
}

alpha <- function(together, distance) {
  totals <- rowSums(together)
  expected <- sum(outer(totals, totals) * distance) / (sum(totals) - 1)
  if (expected > 0) 1 - sum(together * distance) / expected else NULL
}

ordinal_distance <- function(totals) {
  middle <- cumsum(totals) - totals / 2
  outer(middle, middle, "-")^2
}

coefficient_figures <- function(study, report) {
  rows <- rows_of(report, "coefficients_full")
  rows <- rows[vapply(rows, function(row) row$dimension == "overall" && row$slice == "all", TRUE)]
  do.call(rbind, lapply(rows, function(row) {
    if (is.null(row$estimate$value)) return(NULL)
    all_votes <- if (row$answered_by == "Raters") study$eyes$Raters else settled(study$judged)
    votes <- on(study, all_votes, row$dimension, row$slice)
    graded <- row$answers == "strength"
    value <- if (graded) votes$value else sign(votes$value)
    labels <- if (graded) study$answers else sort(unique(sign(study$answers)))
    if (!all(value %in% labels)) labels <- SIGNS
    found <- coefficients(counts_of(votes, labels, unique(votes$pair), value))
    figure(paste0(row$answered_by, ", overall: ", row$coefficient), row$estimate$value, found[[row$coefficient]])
  }))
}
