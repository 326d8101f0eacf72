# Leaving out one dialogue, rater or writer at a time (Snijders & Borgatti 1999, Connections 22:161): intervals of
# whatever can be had from sums over pairs.

# Votes counted by pair: `counts` (pairs x labels), and of each pair its dialogue and writer.
counted <- function(votes, labels, value = sign(votes$value)) {
  pairs <- unique(votes$pair)
  first <- match(pairs, votes$pair)
  list(
    votes = data.frame(unit = match(votes$pair, pairs), label = match(value, labels), source = votes$source),
    pairs = data.frame(pair = pairs, dialogue = votes$dialogue[first], writer = votes$writer[first]),
    counts = counts_of(votes, labels, pairs, value)
  )
}

only_pairs <- function(sample, kept) {
  votes <- sample$votes[kept[sample$votes$unit], ]
  votes$unit <- cumsum(kept)[votes$unit]
  list(votes = votes, pairs = sample$pairs[kept, ], counts = sample$counts[kept, , drop = FALSE])
}

# How many dialogues, raters and writers these pairs have; a way without any is not there.
clusters_in <- function(sample) {
  counts <- c(
    dialogue = known(sample$pairs$dialogue), source = known(sample$votes$source), writer = known(sample$pairs$writer)
  )
  counts[counts > 0]
}

# The groups of some ways crossed, of votes where raters are among them, else of pairs.
groups_of <- function(sample, ways) {
  pairs <- data.frame(dialogue = cluster(sample$pairs$dialogue), writer = cluster(sample$pairs$writer))
  if (!("source" %in% ways)) return(crossed(pairs, ways))
  crossed(cbind(pairs[sample$votes$unit, ], source = sample$votes$source), ways)
}

FEWEST_RATERS <- 5

# Estimates from `sums` (counts to pairs x m) and `values` (added sums, n x m, to n x q); `shares` says which of the q
# are shares. By one way: each cluster left out. Crossed ways: along the tangent, added and taken away.
jackknife <- function(sample, sums, values, shares) {
  base <- sums(sample$counts)
  total <- colSums(base)
  found <- drop(values(t(total)))
  less <- lost_with_a_vote(sample, base, sums)
  added <- function(ways, by_pair, by_vote) {
    rowsum(if ("source" %in% ways) by_vote else by_pair, groups_of(sample, ways))
  }
  clusters <- clusters_in(sample)
  single <- list()
  for (way in names(clusters)) {
    if (clusters[[way]] < (if (way == "source") FEWEST_RATERS else 2)) next
    spread <- jackknifed(values(sweep(-added(way, base, less), 2, total, "+")))
    if (all(is.finite(spread) | !is.finite(found))) single[[way]] <- spread
  }
  used <- clusters[names(single)]
  if (!length(used)) return(lapply(found, bare))
  tangent <- tangent_of(values, total)
  variance <- Reduce(`+`, single)
  for (chosen in Filter(function(ways) length(ways) > 1, choices_of(names(used)))) {
    moved <- added(chosen, base %*% tangent, less %*% tangent)
    centred <- sweep(moved, 2, colMeans(moved))
    variance <- variance + sign_of(chosen) * colSums(centred^2) * nrow(moved) / max(nrow(moved) - 1, 1)
  }
  told_by(found, settled_variance(variance, single), min(used) - 1, shares)
}

# Nothing where no way alone moves it, and no less than dialogue or writer alone.
settled_variance <- function(variance, single) {
  finite <- lapply(single, function(spread) ifelse(is.finite(spread), spread, 0))
  variance <- ifelse(is.finite(variance) & do.call(pmax, unname(finite)) > 1e-24, variance, 0)
  by_pair <- finite[names(finite) != "source"]
  pmax(variance, if (length(by_pair)) do.call(pmax, unname(by_pair)) else 0)
}

# What each vote adds to its pair's sums (votes x m).
lost_with_a_vote <- function(sample, base, sums) {
  lost <- matrix(0, nrow(sample$votes), ncol(base))
  for (label in seq_len(ncol(sample$counts))) {
    without <- sample$counts
    without[, label] <- pmax(without[, label] - 1, 0)
    mine <- sample$votes$label == label
    lost[mine, ] <- (base - sums(without))[sample$votes$unit[mine], , drop = FALSE]
  }
  lost
}

# The jackknife's variance of each column, from what it is without each cluster.
jackknifed <- function(without) {
  colSums(sweep(without, 2, colMeans(without))^2) * (nrow(without) - 1) / nrow(without)
}

# How the values move with each sum (m x q), by differences.
tangent_of <- function(values, total) {
  step <- 1e-6 * max(abs(total))
  steps <- diag(step, length(total))
  slopes <- (values(sweep(steps, 2, total, "+")) - values(sweep(-steps, 2, total, "+"))) / (2 * step)
  ifelse(is.finite(slopes), slopes, 0)
}

told_by <- function(found, variance, freedom, shares) {
  Map(function(value, se, share) {
    if (!is.finite(value)) list(value = NULL) else
      if (share) on_log_odds(value, se, freedom) else straight(value, se, freedom, -1, 1)
  }, found, sqrt(variance), shares)
}

# A number with an interval from what it is without each dialogue.
without_each <- function(value, without, least = -1, most = 1) {
  if (!is.finite(value)) return(list(value = NULL))
  if (length(without) < 2 || !all(is.finite(without))) return(bare(value))
  straight(value, sqrt(jackknifed(as.matrix(without))), length(without) - 1, least, most)
}
