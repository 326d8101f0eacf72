# Bradley & Terry's strengths (1952, Biometrika 39:324) on the Elo scale, ties as half a win: a logistic regression
# without intercept on which two systems met. The people's systems have the mean 1500.

ranking_figures <- function(study, report) {
  first <- first_dimension(study)
  rows <- rows_of(report, "ranking_full", function(row) row$dimension == first && row$slice == "all")
  whose <- unique(vapply(rows, function(row) row$eyes, ""))
  do.call(rbind, lapply(whose, function(eyes) {
    mine <- Filter(function(row) row$eyes == eyes, rows)
    votes <- on(study, study$eyes[[eyes]], first, "all")
    elo <- elo_of(study, votes)
    ends <- elo_intervals(study, votes, elo)
    # Who is placed by a prior, or not at all, is not recomputed: the report says so beside the name.
    placed <- Filter(function(row) row$system %in% names(elo), mine)
    do.call(rbind, lapply(placed, function(row) {
      name <- paste0(eyes, ", ", first, ", ", row$system, ":")
      values <- estimate_figures(paste(name, "Elo"), row$elo, ends[[row$system]])
      if (length(placed) < length(mine)) return(values)
      rbind(values, figure(paste(name, "rank"), row$rank, 1 + sum(elo > elo[[row$system]] + 1e-6)))
    }))
  }))
}

first_dimension <- function(study) if ("overall" %in% study$dimensions) "overall" else study$dimensions[1]

# What each answer moves strengths by (answers x systems): the inverse information times its score, with the anchor's
# mean held. NULL where one system or none is ranked.
elo_influences <- function(study, votes, elo) {
  core <- names(elo)
  if (length(core) < 2) return(NULL)
  sides <- outer(votes$a, core, "==") - outer(votes$b, core, "==")
  expected <- plogis(drop(sides %*% elo) * log(10) / 400)
  information <- crossprod(sides * (votes$weight * expected * (1 - expected)), sides)
  bread <- matrix(0, length(core), length(core))
  bread[-1, -1] <- solve(information[-1, -1])
  anchor <- anchor_in(study, core)
  bread <- sweep(bread, 2, colMeans(bread[anchor, , drop = FALSE]))
  score <- votes$weight * ((1 - sign(votes$value)) / 2 - expected)
  400 / log(10) * (sides * score) %*% t(bread)
}

# The answers on two systems that are ranked.
among <- function(votes, elo) votes[votes$a %in% names(elo) & votes$b %in% names(elo), ]

elo_intervals <- function(study, votes, elo) {
  votes <- among(votes, elo)
  influence <- elo_influences(study, votes, elo)
  used <- ways_of(votes)
  freedom <- freedom_of(votes, used)
  if (is.null(influence) || freedom < 1) return(lapply(elo, bare))
  se <- sqrt(diag(multiway(influence, votes, used)))
  # The anchor alone is 1500 by definition.
  Map(function(value, se) if (se < 1e-6) bare(value) else straight(value, se, freedom), elo, se)
}

# The people's systems, or all where none of theirs is ranked.
anchor_in <- function(study, core) if (any(core %in% study$people)) core %in% study$people else rep(TRUE, length(core))

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
    control = glm.control(epsilon = 1e-10, maxit = 200)
  )
  strength <- setNames(c(0, fit$coefficients), core)
  1500 + 400 / log(10) * (strength - mean(strength[anchor_in(study, core)]))
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
