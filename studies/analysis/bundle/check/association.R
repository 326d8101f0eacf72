# Rank correlations of a few systems: Spearman's rho (1904), Theil and Sen's slope with its exact interval (Sen 1968),
# and permutation tests.

EXACT <- 9
OURS <- 20000
THEIRS <- 100000

# Ranks centred within each group; nothing of whoever is alone in theirs.
centred_ranks <- function(values, groups) {
  ave(values, groups, FUN = function(mine) rank(mine) - (length(mine) + 1) / 2)
}

rho_of <- function(x, y, groups = rep(1, length(x))) {
  if (length(x) < 3) return(NULL)
  x <- centred_ranks(x, groups)
  y <- centred_ranks(y, groups)
  sum(x * y) / sqrt(sum(x^2) * sum(y^2))
}

# The slopes of all couples of a group that differ in x, in order.
steps_of <- function(x, y, groups = rep(1, length(x))) {
  couples <- combn(length(x), 2)
  kept <- x[couples[1, ]] != x[couples[2, ]] & groups[couples[1, ]] == groups[couples[2, ]]
  couples <- couples[, kept, drop = FALSE]
  sort((y[couples[2, ]] - y[couples[1, ]]) / (x[couples[2, ]] - x[couples[1, ]]))
}

# Sen's interval by Kendall's test with its exact distribution: the numbers of couples in the wrong order, group after
# group of equal x set among those before (Mann & Whitney 1947).
sen_ends <- function(x, y) {
  steps <- steps_of(x, y)
  sizes <- as.numeric(table(x))
  likely <- 1
  for (i in seq_along(sizes)[-1]) {
    before <- sum(sizes[seq_len(i - 1)])
    likely <- convolve(likely, rev(dwilcox(0:(before * sizes[i]), before, sizes[i])), type = "open")
  }
  out <- sum(cumsum(likely) <= 0.025 + 1e-9)
  if (out) steps[c(out, length(steps) + 1 - out)] else NULL
}

# All orderings of 1 … n, a row each.
orderings <- function(n) {
  rows <- matrix(1L, 1, 1)
  for (last in seq_len(n)[-1]) {
    rows <- do.call(rbind, lapply(seq_len(last), function(at) {
      cbind(rows[, seq_len(at - 1), drop = FALSE], last, rows[, seq_len(last - 1) >= at, drop = FALSE])
    }))
  }
  unname(rows)
}

# So many of them at random: numbers drawn for all, sorted within each row.
drawn_orderings <- function(n) {
  sorted <- order(rep(seq_len(OURS), each = n), runif(OURS * n))
  matrix((sorted - 1) %% n + 1, OURS, n, byrow = TRUE)
}

# All of them, or some at random; made once for each n.
MADE <- new.env()
orders_for <- function(n, all) {
  key <- paste(n, all)
  if (is.null(MADE[[key]])) assign(key, if (all) orderings(n) else drawn_orderings(n), MADE)
  MADE[[key]]
}

# The two-sided p of rho, over orderings within each group, and how far from the report's it may be: 0 where all are
# gone through.
rho_test <- function(x, y, groups = rep(1, length(x))) {
  x <- centred_ranks(x, groups)
  y <- centred_ranks(y, groups)
  members <- Filter(function(mine) length(mine) > 1, split(seq_along(x), groups))
  all <- prod(factorial(lengths(members))) <= factorial(EXACT)
  products <- lapply(members, function(mine) {
    orders <- orders_for(length(mine), all)
    # Two groups of one size are not ordered alike.
    if (!all) orders <- orders[sample.int(nrow(orders)), ]
    drop(matrix(y[mine][orders], nrow(orders)) %*% x[mine])
  })
  total <- Reduce(if (all) function(one, other) as.vector(outer(one, other, "+")) else `+`, products)
  p_from(abs(total), abs(sum(x * y)), all, slack = 1e-9 * max(sqrt(sum(x^2) * sum(y^2)), 1))
}

p_from <- function(drawn, found, all, slack) {
  far <- sum(drawn >= found - slack)
  if (all) return(list(p = far / length(drawn), within = 0))
  p <- (far + 1) / (length(drawn) + 1)
  list(p = p, within = drawn_apart(p, THEIRS, length(drawn)))
}

# Spearman's partial correlation: of what z leaves of the ranks of x and y, by least squares.
left_of <- function(values, z) {
  given <- centred_ranks(z, rep(1, length(z)))
  size <- sum(given^2)
  values - if (size > 0) given * sum(values * given) / size else 0
}

partial_of <- function(x, y, z) {
  if (length(x) < 4) return(list(rho = NULL, test = NULL))
  one <- rep(1, length(x))
  x <- left_of(centred_ranks(x, one), z)
  y <- left_of(centred_ranks(y, one), z)
  if (sqrt(sum(x^2) * sum(y^2)) < 1e-9) return(list(rho = NULL, test = NULL))
  rho <- sum(x * y) / sqrt(sum(x^2) * sum(y^2))
  list(rho = rho, test = if (length(x) >= 8) partial_test(x, y, z, rho))
}

# Orderings of what z leaves of y, of which z again takes its part (Freedman & Lane 1983).
partial_test <- function(x, y, z, rho) {
  all <- length(y) <= EXACT
  orders <- orders_for(length(y), all)
  drawn <- matrix(y[orders], nrow(orders))
  given <- centred_ranks(z, rep(1, length(z)))
  size <- sum(given^2)
  if (size > 0) drawn <- drawn - outer(drop(drawn %*% given) / size, given)
  p_from(abs(drop(drawn %*% x) / sqrt(sum(x^2) * rowSums(drawn^2))), abs(rho), all, slack = 1e-9)
}
