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

# The clusters of several ways crossed.
crossed <- function(table, ways) do.call(paste, c(lapply(ways, function(way) cluster(table[[way]])), sep = "\r"))

# The ways in which these votes vary: those with two named clusters or more.
ways_of <- function(votes, ways = c("dialogue", "source", "writer")) {
  Filter(function(way) known(votes[[way]]) > 1, ways)
}

# Every choice of one way and more, and whether it is added or taken away.
choices_of <- function(ways) {
  unlist(lapply(seq_along(ways), function(size) combn(ways, size, simplify = FALSE)), recursive = FALSE)
}
sign_of <- function(chosen) if (length(chosen) %% 2) 1 else -1

# The covariance of k estimates from influences (votes x k). What the subtraction leaves below 0 becomes 0.
multiway <- function(influence, votes, ways) {
  influence <- as.matrix(influence)
  total <- 0
  largest <- rep(0, ncol(influence))
  for (chosen in choices_of(ways)) {
    sums <- rowsum(influence, crossed(votes, chosen))
    meat <- crossprod(sums) * nrow(sums) / max(nrow(sums) - 1, 1)
    total <- total + sign_of(chosen) * meat
    if (length(chosen) == 1) largest <- pmax(largest, diag(meat))
  }
  parts <- eigen((total + t(total)) / 2, symmetric = TRUE)
  matrix <- parts$vectors %*% (pmax(parts$values, 0) * t(parts$vectors))
  diag(matrix) <- pmax(diag(matrix), largest)
  matrix
}

# One degree of freedom less than the way with the fewest clusters has; what compares `sides` is known no better than
# its less known side. With `lacking`, a side that has no such clusters at all (judges are no raters) says nothing of
# them.
freedom_of <- function(votes, ways, sides = list(votes), lacking = FALSE) {
  fewest <- vapply(ways, function(way) {
    counts <- vapply(sides, function(side) known(side[[way]]), 1)
    if (lacking) counts[counts == 0] <- known(votes[[way]])
    min(counts)
  }, 1)
  if (length(fewest)) min(fewest) - 1 else 0
}

# A value between `least` and `most` with its interval, on log odds. All or no answers: Clopper & Pearson (1934) with
# `trials`, or as many as the way with the fewest clusters has.
interval <- function(value, influence, votes, ways, least = 0, most = 1, trials = NULL, ...) {
  used <- ways_of(votes, ways)
  freedom <- freedom_of(votes, used, ...)
  if (freedom < 1) return(bare(value))
  se <- sqrt(multiway(influence, votes, used)[1, 1])
  end <- min(max(round(value), 0), 1)
  if (se < 1e-12 && abs(value - end) < 1e-9 && least == 0) {
    return(exact(end, if (is.null(trials)) freedom + 1 else trials))
  }
  on_log_odds(value, se, freedom, least, most)
}

bare <- function(value) list(value = value, low = NULL, high = NULL, se = NULL, freedom = 0)

# The interval of a value with this standard error; none where nothing varies.
on_log_odds <- function(value, se, freedom, least = 0, most = 1) {
  if (freedom < 1 || se < 1e-12) return(bare(value))
  if (value <= least || value >= most) return(straight(value, se, freedom, least, most))
  reach <- qt(0.975, freedom) * se
  odds <- log_odds(value, least, most) + c(-1, 1) * reach * slope(value, least, most)
  ends <- least + (most - least) * plogis(odds)
  list(value = value, low = ends[1], high = ends[2], se = se, freedom = freedom)
}

straight <- function(value, se, freedom, least = -Inf, most = Inf) {
  if (freedom < 1 || se < 1e-12) return(bare(value))
  reach <- qt(0.975, freedom) * se
  list(value = value, low = max(value - reach, least), high = min(value + reach, most), se = se, freedom = freedom)
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

# The weighted mean of 0 and 1 (or what is between) in rows; where all are alike, exact with dialogues as the trials.
mean_share <- function(hits, rows, ways, weight = rep(1, length(hits))) {
  if (!length(hits)) return(list(value = NULL))
  value <- sum(weight * hits) / sum(weight)
  if (all(hits == hits[1])) {
    return(if (hits[1] %in% c(0, 1)) exact(hits[1], max(known(rows$dialogue), 1)) else bare(hits[1]))
  }
  interval(value, weight * (hits - value) / sum(weight), rows, ways)
}

# (share of the rows of part 1 less that of part 2) less the same of parts 3 and 4, where there are four. Where all or
# none of a part's rows count, a difference of two has `squared_arms`, and that of four has no interval.
share_change <- function(hits, rows, parts, ways, weight = rep(1, length(hits))) {
  signs <- c(1, -1, -1, 1)[seq_along(parts)]
  each <- lapply(parts, function(part) weight * part / sum(weight * part))
  means <- vapply(each, function(part) round(sum(part * hits), 12), 1)
  moved <- Map(function(part, mean) part * (hits - mean), each, means)
  value <- sum(signs * means)
  if (any(means == 0 | means == 1)) {
    if (length(parts) > 2) return(bare(value))
    own <- Map(function(part, mean, by) interval(mean, by[part], rows[part, ], ways), parts, means, moved)
    return(squared_arms(value, own[[1]], own[[2]]))
  }
  influence <- Reduce(`+`, Map(`*`, signs, moved))
  bound <- length(parts) / 2
  there <- Reduce(`|`, parts)
  interval(value, influence[there], rows[there, ], ways, least = -bound, most = bound,
           sides = lapply(parts, function(part) rows[part, ]), lacking = TRUE)
}

# A difference of two shares whose squared arms are the sums of theirs (Newcombe 1998, Statistics in Medicine 17:873,
# method 10). No standard error belongs to it.
squared_arms <- function(value, left, right) {
  if (is.null(left$low) || is.null(right$low)) return(bare(value))
  low <- value - sqrt((left$value - left$low)^2 + (right$high - right$value)^2)
  high <- value + sqrt((left$high - left$value)^2 + (right$value - right$low)^2)
  list(value = value, low = low, high = high, se = NULL, freedom = 0)
}
