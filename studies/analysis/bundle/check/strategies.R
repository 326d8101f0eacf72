# Strategies in replies: how many of a system's replies use each, and how people and models change on adversarial
# dialogues.

# The coded replies but decoys': weights of strategies, whose they are, and who wrote them.
replies_of <- function(study, weights) {
  passages <- study$coded$passages
  kind <- study$kinds[passages$system]
  kept <- passages$kind == "reply" & !is.na(weights[, 1]) & !(!is.na(kind) & kind == "decoy")
  rows <- passages[kept, ]
  responses <- read_csv("responses.csv")
  writers <- if (is.null(responses)) character(0) else setNames(responses$writer, responses$response)
  rows$writer <- ifelse(rows$response %in% names(writers), writers[rows$response], "")
  tags <- strsplit(passages$tags, "|", fixed = TRUE)
  adversarial <- unique(passages$dialogue[vapply(tags, function(one) "adversarial" %in% one, TRUE)])
  list(
    weights = weights[kept, study$coded$codes$kind == "strategy", drop = FALSE], rows = rows,
    human = rows$system %in% study$people, adversarial = rows$dialogue %in% adversarial
  )
}

strategy_figures <- function(study, report) {
  if (is.null(study$coded)) return(NULL)
  replies <- lapply(coders_of(study$coded), function(weights) replies_of(study, weights))
  shares <- lapply(rows_of(report, "strategies"), function(row) {
    of <- replies[[row$coded_by]]
    mine <- if (row$system == "all people") of$human else !of$human
    found <- mean_share(of$weights[mine, row$strategy], of$rows[mine, ], c("dialogue", "writer"))
    name <- paste0("strategies, ", row$coded_by, ", ", row$system, ", ", row$strategy, ":")
    estimate_figures(paste(name, "share"), row$share, found)
  })
  rows <- rows_of(report, "strategies_interaction")
  turns <- lapply(rows, function(row) turn_figures(replies[[row$coded_by]], row, rows, report$resamples))
  do.call(rbind, c(shares, turns))
}

turn_figures <- function(of, row, rows, resamples) {
  hits <- of$weights[, row$strategy]
  on <- of$adversarial
  parts <- list(of$human & on, of$human & !on, !of$human & on, !of$human & !on)
  change <- function(parts) share_change(hits, of$rows, parts, c("dialogue", "writer"))
  test <- turn_test(of, hits, resamples)
  of_them <- Filter(function(one) one$coded_by == row$coded_by, rows)
  told <- vapply(of_them, function(one) number(one$p), 1)
  mine <- vapply(of_them, function(one) one$strategy == row$strategy, TRUE)
  holm <- p.adjust(ifelse(is.na(told), 1, told), "holm")[mine]
  name <- paste0("strategies, ", row$coded_by, ", ", row$strategy, ", adversarial less regular:")
  rbind(
    estimate_figures(paste(name, "people"), row$people, change(parts[1:2])),
    estimate_figures(paste(name, "models"), row$models, change(parts[3:4])),
    estimate_figures(paste(name, "people less models"), row$difference, change(parts)),
    figure(paste(name, "p"), row$p, test$p, max(test$within, 0)),
    figure(paste(name, "p after Holm, of the report's p"), row$p_holm, if (!is.null(row$p)) holm, 1e-6)
  )
}

# Dialogues whose replies the same people wrote exchange the mark `adversarial`; people's mean less models' in each
# dialogue counts, less what is the mean of these writers' dialogues.
turn_test <- function(of, hits, resamples) {
  mean_by <- function(side) tapply(hits[side], of$rows$dialogue[side], mean)
  people <- mean_by(of$human)
  models <- mean_by(!of$human)
  both <- intersect(names(people), names(models))
  if (!length(both)) return(NULL)
  values <- people[both] - models[both]
  theirs <- of$human & of$rows$writer != ""
  together <- function(names) paste(sort(unique(names)), collapse = "\r")
  wrote <- tapply(of$rows$writer[theirs], of$rows$dialogue[theirs], together)
  stratum <- ifelse(both %in% names(wrote), wrote[both], "")
  mark <- both %in% of$rows$dialogue[of$adversarial]
  mixed <- tapply(mark, stratum, function(marks) any(marks) && !all(marks))
  if (!any(mixed)) return(NULL)
  middle <- values - ave(values, stratum)
  drawn <- rep(0, OURS)
  for (mine in split(seq_along(both), stratum)) {
    marked <- sum(mark[mine])
    if (!marked || marked == length(mine)) next
    orders <- drawn_orderings(length(mine))[, seq_len(marked), drop = FALSE]
    drawn <- drawn + rowSums(matrix(middle[mine][orders], OURS))
  }
  p <- (1 + sum(abs(drawn) >= abs(sum(middle[mark])) - 1e-9)) / (1 + OURS)
  list(p = p, within = drawn_apart(p, resamples, OURS))
}
