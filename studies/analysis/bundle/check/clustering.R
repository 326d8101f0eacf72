# Intervals for answers that hang together: by dialogue, rater and writer at once.
#
# Variance: the multiway sandwich of Cameron, Gelbach & Miller (2011, J. Business & Economic Statistics 29:238), no
# smaller than that of the single way with the largest (MacKinnon, Nielsen & Webb 2024, arXiv 2406.08880). Student's t
# with one degree of freedom less than the way with the fewest clusters. Shares are carried over from log odds.

# Numbers of clusters; whoever has no name is a cluster of their own.
cluster <- function(names) {
  alone <- names == ""
  names[alone] <- paste0("\r", seq_along(names))[alone]
  names
}

known <- function(names) length(unique(names[names != ""]))

# The ways in which these votes vary: those with two named clusters or more.
ways_of <- function(votes, ways = c("dialogue", "source", "writer")) {
  Filter(function(way) known(votes[[way]]) > 1, ways)
}

sandwich <- function(influence, votes, ways) {
  total <- 0
  largest <- 0
  for (size in seq_along(ways)) {
    for (chosen in combn(ways, size, simplify = FALSE)) {
      groups <- do.call(paste, c(lapply(chosen, function(way) cluster(votes[[way]])), sep = "\r"))
      sums <- rowsum(influence, groups)
      meat <- sum(sums^2) * length(sums) / max(length(sums) - 1, 1)
      total <- total + if (size %% 2) meat else -meat
      if (size == 1) largest <- max(largest, meat)
    }
  }
  max(total, largest)
}

# A value between `least` and 1 with its interval. `sides` are the votes that it compares: it is known no better than
# its less known side. All or no answers: Clopper & Pearson (1934) with `trials`.
interval <- function(value, influence, votes, ways, least = 0, sides = list(votes), trials = NULL) {
  used <- ways_of(votes, ways)
  none <- list(value = value, low = NULL, high = NULL, se = NULL, freedom = 0)
  if (!length(used)) return(none)
  counts <- vapply(used, function(way) min(vapply(sides, function(side) known(side[[way]]), 1)), 1)
  freedom <- min(counts) - 1
  if (freedom < 1) return(none)
  se <- sqrt(sandwich(influence, votes, used))
  end <- min(max(round(value), 0), 1)
  if (se < 1e-12) {
    if (abs(value - end) > 1e-9 || least < 0) return(none)
    return(exact(end, if (is.null(trials)) freedom + 1 else trials))
  }
  reach <- qt(0.975, freedom) * se
  odds <- log_odds(value, least)
  ends <- least + (1 - least) * plogis(odds + c(-1, 1) * reach * slope(value, least))
  list(value = value, low = ends[1], high = ends[2], se = se, freedom = freedom)
}

exact <- function(value, trials) {
  hits <- value * trials
  low <- if (hits > 0) qbeta(0.025, hits, trials - hits + 1) else 0
  high <- if (hits < trials) qbeta(0.975, hits + 1, trials - hits) else 1
  list(value = value, low = low, high = high, se = NULL, freedom = trials - 1)
}

# Log odds of a number between `least` and `most`, and how they move with it.
log_odds <- function(value, least = 0, most = 1) qlogis((value - least) / (most - least))
slope <- function(value, least = 0, most = 1) {
  share <- (value - least) / (most - least)
  1 / ((most - least) * share * (1 - share))
}
