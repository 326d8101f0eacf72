# Ratings against what else is known of models: the logarithm of their published size, the time that their answers took,
# and scores on other benchmarks. Intervals of rho (of true scores) and of slopes over the ratings' noise
# are drawn at random, and are not done anew.

# Sizes, times and scores by name: numbers named by system.
sizes_of <- function(study) {
  systems <- read_csv("systems.csv")
  columns <- c(total = "params_total", active = "params_active")
  lapply(Filter(function(column) column %in% names(systems), columns), function(column) {
    told <- suppressWarnings(as.numeric(systems[[column]]))
    kept <- !(systems$kind %in% c("human", "decoy")) & !is.na(told) & told > 0
    setNames(log10(told[kept]), systems$system[kept])
  })
}

speeds_of <- function(study) {
  calls <- read_csv("llm_calls.csv")
  if (is.null(calls)) return(list())
  calls <- calls[calls$purpose == "generate" & calls$result == "answered" & calls$system != "", ]
  lapply(c("first token" = "first_token_ms", "whole answer" = "latency_ms"), function(column) {
    time <- suppressWarnings(as.numeric(calls[[column]]))
    told <- !is.na(time) & time > 0
    vapply(split(time[told], calls$system[told]), function(times) log10(median(times) / 1000), 1)
  })
}

scores_of <- function(study) {
  table <- read_csv("benchmarks.csv")
  if (is.null(table)) return(list())
  table <- table[table$score != "", ]
  lapply(split(table, table$benchmark), function(rows) setNames(as.numeric(rows$score), rows$system))
}

models_in <- function(study) study$systems[!(study$kinds[study$systems] %in% c("human", "decoy"))]

# Ratings of models by somebody's eyes: Elo, or the share of preference against people's replies.
elo_ratings <- function(study, eyes, dimension) {
  elo <- elo_of(study, on(study, study$eyes[[eyes]], dimension, "all"))
  round(elo[names(elo) %in% models_in(study)], 8)
}

share_ratings <- function(study, eyes, dimension) {
  votes <- people_and_models(study, on(study, study$eyes[[eyes]], dimension, "all"))
  if (!nrow(votes)) return(numeric(0))
  vapply(split(votes, votes$b), function(mine) round(1 - over_models(mine)$value, 8), 1)
}

# One row of a table: rho, its p, the slope, and the slope's interval over systems.
association_figures <- function(name, row, fact, ratings, groups = NULL) {
  both <- intersect(names(ratings), if (is.null(groups)) names(fact) else intersect(names(fact), names(groups)))
  x <- unname(fact[both])
  y <- unname(ratings[both])
  within <- if (is.null(groups)) rep(1, length(both)) else groups[both]
  rho <- rho_of(x, y, within)
  test <- if (is.null(rho) || !is.finite(rho)) NULL else rho_test(x, y, within)
  values <- rbind(
    figure(paste(name, "Spearman's rho"), row$rho$value, rho),
    figure(paste(name, "p"), row$p, test$p, max(test$within, 0))
  )
  if (!("slope" %in% names(row))) return(values)
  middle <- if (!is.null(test)) median(steps_of(x, y, within))
  values <- rbind(values, figure(paste(name, "slope"), row$slope$value, middle))
  if (!is.null(groups)) return(values)
  ends <- if (!is.null(test)) sen_ends(x, y)
  found <- list(value = middle, low = ends[1], high = ends[2])
  rbind(values, estimate_figures(paste(name, "slope, over systems"), row$slope_systems, found))
}

scale_figures <- function(study, report) {
  rbind(
    against_figures(study, report, "size", "parameters", sizes_of(study)),
    against_figures(study, report, "speed", "time", speeds_of(study))
  )
}

# Tables on one kind of fact, whose column says which: Elo, share, and within families.
against_figures <- function(study, report, key, column, facts) {
  one <- function(end, ratings_of, word) {
    lapply(rows_of(report, paste0(key, end)), function(row) {
      name <- paste0(row$eyes, ", ", row$dimension, ", ", word, " and ", key, " (", row[[column]], "):")
      association_figures(name, row, facts[[row[[column]]]], ratings_of(study, row$eyes, row$dimension))
    })
  }
  families <- lapply(rows_of(report, paste0(key, "_families")), function(row) {
    ratings <- elo_ratings(study, row$eyes, first_dimension(study))
    fact <- facts[[row[[column]]]]
    name <- paste0(row$eyes, ", Elo and ", key, " (", row[[column]], "), within ", row$family, ":")
    association_figures(name, row, fact, ratings, families_of(row$family, intersect(names(ratings), names(fact))))
  })
  do.call(rbind, c(one("", elo_ratings, "Elo"), one("_share", share_ratings, "share"), families))
}

# The family of each of these systems, of families with three of them or more; of one family alone where it is named.
families_of <- function(chosen, among) {
  systems <- read_csv("systems.csv")
  family <- setNames(systems$family, systems$system)[among]
  large <- names(which(table(family[family != ""]) >= 3))
  family[family %in% (if (chosen == "all families") large else intersect(chosen, large))]
}
