# Agreement of any number of sources: raw, Fleiss' kappa (in Gwet's form), Gwet's AC1 and AC2 (2014) and Krippendorff's
# alpha (2018), each from sums over pairs, so that a pair, or a vote, can be left out.

# What is added over pairs: how many have two votes, their raw and weighted agreement, how many have any, the shares of
# labels, and Krippendorff's coincidences.
coefficient_sums <- function(labels) {
  weights <- ordinal_weights(labels)
  from <- rep(seq_len(labels), labels)
  to <- rep(seq_len(labels), each = labels)
  function(counts) {
    n <- rowSums(counts)
    paired <- as.numeric(n >= 2)
    together <- counts[, from] * (counts[, to] - rep(as.numeric(from == to), each = nrow(counts)))
    together <- matrix(together, nrow(counts))
    couples <- pmax(n * (n - 1), 1)
    raw <- rowSums(together[, from == to, drop = FALSE]) / couples
    weighted <- drop(together %*% as.vector(weights)) / couples
    cbind(paired, paired * raw, paired * weighted, n >= 1, normal(counts), together * paired / pmax(n - 1, 1))
  }
}

ordinal_weights <- function(labels) {
  apart <- abs(outer(seq_len(labels), seq_len(labels), "-"))
  1 - apart * (apart + 1) / 2 / (labels * (labels - 1) / 2)
}

COEFFICIENTS <- c(
  "Raw agreement", "Fleiss' \u03ba", "Gwet's AC1", "Gwet's AC2, ordinal", "Krippendorff's \u03b1, nominal",
  "Krippendorff's \u03b1, ordinal"
)
coefficient_values <- function(labels) {
  spread <- sum(ordinal_weights(labels))
  function(sums) {
    raw <- sums[, 2] / sums[, 1]
    weighted <- sums[, 3] / sums[, 1]
    shares <- sums[, 4 + seq_len(labels), drop = FALSE] / sums[, 4]
    same <- rowSums(shares^2)
    gwet <- (1 - same) / (labels * (labels - 1))
    beyond <- function(observed, expected) {
      ifelse(expected < 1 - 1e-12, (observed - expected) / (1 - expected), NaN)
    }
    cells <- sums[, -seq_len(4 + labels), drop = FALSE]
    alphas <- t(apply(cells, 1, function(one) {
      together <- matrix(one, labels)
      c(alpha(together, 1 - diag(labels)), alpha(together, ordinal_distance(rowSums(together))))
    }))
    cbind(raw, beyond(raw, same), beyond(raw, labels * gwet), beyond(weighted, spread * gwet), alphas)
  }
}

alpha <- function(together, distance) {
  totals <- rowSums(together)
  expected <- sum(outer(totals, totals) * distance) / (sum(totals) - 1)
  if (is.finite(expected) && expected > 0) 1 - sum(together * distance) / expected else NaN
}

ordinal_distance <- function(totals) {
  middle <- cumsum(totals) - totals / 2
  outer(middle, middle, "-")^2
}

coefficients <- function(votes, labels, value) {
  found <- jackknife(
    counted(votes, labels, value), coefficient_sums(length(labels)), coefficient_values(length(labels)),
    COEFFICIENTS == "Raw agreement"
  )
  setNames(found, COEFFICIENTS)
}

coefficient_figures <- function(study, report) {
  rows <- rows_of(report, "coefficients_full", function(row) row$dimension == "overall" && row$slice == "all")
  # The same votes for all coefficients on one scale.
  kept <- list()
  do.call(rbind, lapply(rows, function(row) {
    key <- paste(row$answered_by, row$answers)
    if (is.null(kept[[key]])) kept[[key]] <<- coefficients_for(study, row)
    name <- paste0(row$answered_by, ", overall: ", row$coefficient)
    estimate_figures(name, row$estimate, kept[[key]][[row$coefficient]])
  }))
}

coefficients_for <- function(study, row) {
  all_votes <- if (row$answered_by == "Raters") study$eyes$Raters else settled(study$judged)
  votes <- on(study, all_votes, row$dimension, row$slice)
  graded <- row$answers == "strength"
  value <- if (graded) votes$value else sign(votes$value)
  labels <- if (graded) study$answers else sort(unique(sign(study$answers)))
  if (!all(value %in% labels)) labels <- SIGNS
  coefficients(votes, labels, value)
}
