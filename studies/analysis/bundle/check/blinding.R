# Whether raters can tell people's replies from models': Bang's index (Bang, Ni & Davis 2004) of either kind of
# replies, and James' (James et al. 1996) of both, by rater.

blinding_figures <- function(study, report) {
  rows <- rows_of(report, "blinding")
  if (!length(rows)) return(NULL)
  guesses <- read_guesses()
  do.call(rbind, lapply(rows, function(row) {
    name <- paste0("guesses at ", row$kind, " replies:")
    if (row$kind == "both") return(estimate_figures(paste(name, "James' index"), row$james, james_of(guesses)))
    mine <- guesses[guesses$kind == c("people's" = "human", "models'" = "llm")[[row$kind]], ]
    certain <- mine$right * mine$certainty / 5
    rbind(
      estimate_figures(paste(name, "Bang's index"), row$bang, bang_of(mine, mine$right)),
      estimate_figures(paste(name, "Bang's index, by certainty"), row$bang_weighted, bang_of(mine, certain))
    )
  }))
}

# One row a reply that somebody who is not left out guessed at.
read_guesses <- function() {
  table <- read_csv("guesses.csv")
  sessions <- read_csv("sessions.csv")
  column <- function(name) if (name %in% names(table)) suppressWarnings(as.integer(table[[name]])) else NA
  side <- function(side) {
    data.frame(
      source = table$rater, kind = table[[paste0("kind_", side)]], guess = table[[paste0("guess_", side)]],
      certainty = column(paste0("certainty_", side))
    )
  }
  both <- rbind(side("first"), side("second"))
  both$certainty[is.na(both$certainty)] <- 0
  both <- both[both$kind %in% c("human", "llm") & both$guess %in% c("person", "ai", "unknown"), ]
  if ("excluded" %in% names(sessions)) both <- both[!(both$source %in% sessions$rater[sessions$excluded == "1"]), ]
  both$right <- ifelse(both$guess == "unknown", 0, ifelse((both$guess == "person") == (both$kind == "human"), 1, -1))
  both
}

# Right less wrong, of all; where all are right or all wrong, exact with raters as the trials.
bang_of <- function(guesses, told) {
  if (!length(told)) return(list(value = NULL))
  if (all(told == told[1])) {
    if (abs(told[1]) != 1) return(bare(told[1]))
    far <- 2 * exact(1, known(guesses$source))$low - 1
    return(list(value = told[1], low = if (told[1] > 0) far else -1, high = if (told[1] > 0) 1 else -far))
  }
  by_rater(mean(told), (told - mean(told)) / length(told), guesses, -1)
}

by_rater <- function(value, influence, guesses, least) {
  ways <- ways_of(guesses, "source")
  if (!length(ways)) return(bare(value))
  straight(value, sqrt(multiway(influence, guesses, ways)[1, 1]), freedom_of(guesses, ways), least, 1)
}

# (1 + P + (1 - P) kappa) / 2, with P the share of unknown and kappa how much more often guesses are wrong than where
# they go with nothing; its derivative by differences.
james_of <- function(guesses) {
  cells <- factor(paste(guesses$kind, guesses$guess), outer(c("human", "llm"), c("person", "ai", "unknown"), paste))
  shares <- as.numeric(table(cells)) / nrow(guesses)
  # In the order of the cells: human person, llm person, human ai, llm ai, human unknown, llm unknown.
  chance <- function(p) {
    ventured <- sum(p[1:4])
    ((p[1] + p[3]) * (p[3] + p[4]) + (p[2] + p[4]) * (p[1] + p[2])) / ventured^2
  }
  index <- function(p) {
    unknown <- p[5] + p[6]
    kappa <- ((p[3] + p[2]) / (1 - unknown) - chance(p)) / chance(p)
    (1 + unknown + (1 - unknown) * kappa) / 2
  }
  kinds <- c(sum(shares[c(1, 3, 5)]), sum(shares[c(2, 4, 6)]))
  if (!nrow(guesses) || any(kinds == 0)) return(list(value = NULL))
  if (sum(shares[5:6]) == 1) return(bare(1))
  if (chance(shares) == 0) return(list(value = NULL))
  slopes <- vapply(1:6, function(cell) {
    step <- replace(rep(0, 6), cell, 1e-6)
    (index(shares + step) - index(shares - step)) / 2e-6
  }, 1)
  by_rater(index(shares), (slopes[as.integer(cells)] - sum(slopes * shares)) / nrow(guesses), guesses, 0)
}
