# Bradley & Terry's strengths (1952, Biometrika 39:324) on the Elo scale, ties as half a win: a logistic regression
# without intercept on which two systems met. The people's systems have the mean 1500.

ranking_figures <- function(study, report) {
  rows <- rows_of(report, "ranking_full")
  first <- if ("overall" %in% study$dimensions) "overall" else study$dimensions[1]
  rows <- rows[vapply(rows, function(row) row$dimension == first && row$slice == "all", TRUE)]
  whose <- unique(vapply(rows, function(row) row$eyes, ""))
  do.call(rbind, lapply(whose, function(eyes) {
    mine <- rows[vapply(rows, function(row) row$eyes == eyes, TRUE)]
    elo <- elo_of(study, on(study, study$eyes[[eyes]], first, "all"))
    # Who is placed by a prior, or not at all, is not recomputed: the report says so beside the name.
    mine <- mine[vapply(mine, function(row) row$system %in% names(elo), TRUE)]
    do.call(rbind, lapply(mine, function(row) {
      name <- paste0(eyes, ", ", first, ", ", row$system, ":")
      values <- figure(paste(name, "Elo"), row$elo$value, elo[[row$system]])
      if (length(mine) < length(rows[vapply(rows, function(one) one$eyes == eyes, TRUE)])) return(values)
      rbind(values, figure(paste(name, "rank"), row$rank, 1 + sum(elo > elo[[row$system]] + 1e-6)))
    }))
  }))
}

# Of the systems that wins and ties link both ways, with most of the people's among them.
elo_of <- function(study, votes) {
  names <- study$systems
  score <- (1 - sign(votes$value)) / 2
  wins <- matrix(0, length(names), length(names), dimnames = list(names, names))
  add <- function(of, over, points) {
    sums <- tapply(points, list(factor(of, names), factor(over, names)), sum)
    ifelse(is.na(sums), 0, sums)
  }
  wins <- wins + add(votes$a, votes$b, votes$weight * score) + add(votes$b, votes$a, votes$weight * (1 - score))
  core <- linked_both_ways(wins, study$people)
  if (length(core) < 2) return(setNames(rep(1500, length(core)), core))
  couples <- combn(core, 2)
  played <- wins[t(couples)] + wins[t(couples[2:1, , drop = FALSE])]
  couples <- couples[, played > 0, drop = FALSE]
  won <- wins[t(couples)]
  played <- played[played > 0]
  sides <- matrix(0, ncol(couples), length(core), dimnames = list(NULL, core))
  sides[cbind(seq_len(ncol(couples)), match(couples[1, ], core))] <- 1
  sides[cbind(seq_len(ncol(couples)), match(couples[2, ], core))] <- -1
  fit <- glm.fit(
    sides[, -1, drop = FALSE], won / played, weights = played, family = quasibinomial(), intercept = FALSE,
    control = glm.control(epsilon = 1e-14, maxit = 200)
  )
  strength <- setNames(c(0, fit$coefficients), core)
  anchor <- if (any(core %in% study$people)) core %in% study$people else TRUE
  1500 + 400 / log(10) * (strength - mean(strength[anchor]))
}

linked_both_ways <- function(wins, people) {
  there <- rowSums(wins + t(wins)) > 0
  reach <- (wins > 0) | diag(nrow(wins)) == 1
  for (through in seq_len(nrow(wins))) reach <- reach | outer(reach[, through], reach[through, ])
  both <- reach & t(reach)
  best <- order(-(both %*% (rownames(wins) %in% people)), -rowSums(both), !(rownames(wins) %in% people))
  best <- best[there[best]]
  if (!length(best)) return(character(0))
  rownames(wins)[both[best[1], ] & there]
}
