# How dimensions hang together in single answers: Spearman's correlations, ranks centred within each source, one
# dialogue and one rater left out at a time.

halo_figures <- function(study, report) {
  rows <- rows_of(report, "halo", function(row) row$level == "answers, within each source")
  do.call(rbind, lapply(rows, function(row) {
    votes <- if (row$eyes == "Judges together") study$judged else study$eyes[[row$eyes]]
    answers <- answers_beside(study, votes)
    name <- paste0(row$eyes, ", dimensions together:")
    sampled <- row$eyes == "Raters"
    rbind(
      estimate_figures(paste(name, "mean correlation"), row$mean, together_of(answers, sampled, mean_of, -1)),
      estimate_figures(paste(name, "first component"), row$first, together_of(answers, sampled, largest_of, 0)),
      figure(paste(name, "first component, if independent"), row$independent, 1 / ncol(answers$ranks))
    )
  }))
}

mean_of <- function(matrix) mean(matrix[upper.tri(matrix)])
largest_of <- function(matrix) {
  if (all(is.finite(matrix))) eigen(matrix, symmetric = TRUE)$values[1] / nrow(matrix) else NaN
}

# A row for each answer that has all dimensions that half or more of the answers have: ranks of those of the rubric.
answers_beside <- function(study, votes) {
  key <- paste(votes$pair, votes$source, votes$a_first, sep = "\r")
  answers <- unique(key)
  cells <- vapply(study$dimensions, function(dimension) {
    mine <- votes$dimension == dimension
    as.numeric(tapply(votes$value[mine], factor(key[mine], answers), mean))
  }, numeric(length(answers)))
  number <- colSums(!is.na(cells))
  kept <- number >= max(0.5 * max(number[study$dimensions != "overall"]), 1)
  whole <- rowSums(is.na(cells[, kept, drop = FALSE])) == 0
  rows <- votes[match(answers[whole], key), c("dialogue", "source")]
  rubric <- kept & study$dimensions != "overall"
  ranks <- apply(cells[whole, rubric, drop = FALSE], 2, function(values) {
    ranked <- rank(values)
    ranked - ave(ranked, rows$source)
  })
  list(rows = rows, ranks = ranks)
}

# A number of the correlation matrix, with the jackknife's variance by dialogue and, of raters, by rater.
together_of <- function(answers, sampled, number_of, least) {
  k <- ncol(answers$ranks)
  moments <- cbind(1, answers$ranks, answers$ranks[, rep(seq_len(k), k)] * answers$ranks[, rep(seq_len(k), each = k)])
  whole <- colSums(moments)
  value_of <- function(sums) {
    spread <- matrix(sums[-seq_len(k + 1)], k) - outer(sums[1 + seq_len(k)], sums[1 + seq_len(k)]) / sums[1]
    size <- sqrt(diag(spread))
    size[!(size > 1e-9)] <- NaN
    number_of(spread / outer(size, size))
  }
  value <- value_of(whole)
  if (!is.finite(value)) return(list(value = NULL))
  without <- function(ways) apply(sweep(-rowsum(moments, crossed(answers$rows, ways)), 2, whole, "+"), 1, value_of)
  ways <- c("dialogue", if (sampled && known(answers$rows$source) > 1) "source")
  each <- lapply(choices_of(ways), without)
  if (known(answers$rows$dialogue) < 5 || !all(is.finite(unlist(each)))) return(bare(value))
  variances <- vapply(each, function(one) jackknifed(as.matrix(one)), 1)
  alone <- variances[seq_along(ways)]
  variance <- max(sum(alone) - sum(variances[-seq_along(ways)]), alone)
  straight(value, sqrt(variance), freedom_of(answers$rows, ways), least, 1)
}
