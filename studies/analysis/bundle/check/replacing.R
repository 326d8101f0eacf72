# The alternative annotator test (Calderon, Reichart & Dror, ACL 2025): each rater is left out in turn, and rater and
# judge are held against the other raters of the pair.

replacing_figures <- function(study, report) {
  do.call(rbind, lapply(rows_of(report, "alt_test"), function(row) {
    raters <- on(study, study$eyes$Raters, row$dimension, row$slice)
    found <- advantages(raters, answers_for(study, row), max(study$answers) > 1)
    name <- paste0(row$answered_by, ", ", row$dimension, ", instead of a rater:")
    rbind(
      figure(paste(name, "raters tested"), row$raters_tested, known(found$source)),
      figure(paste(name, "epsilon, of the protocol"), row$epsilon, planned("epsilon", row$epsilon)),
      figure(paste(name, "winning rate"), row$winning_rate$value, winning_rate(found, planned("epsilon", row$epsilon))),
      estimate_figures(paste(name, "probability of advantage"), row$advantage_probability, advantage_of(found))
    )
  }))
}

# A number of the protocol's plan; without a protocol what the report took.
planned <- function(name, otherwise) {
  path <- file.path("data", "protocol.json")
  found <- if (file.exists(path)) jsonlite::fromJSON(path, simplifyVector = FALSE)$analysis[[name]]
  if (is.null(found)) otherwise else found
}

# One answer of the judge to each pair: the mean over its calls where answers are graded, of the jury that over all
# calls of its judges; else the sign of both orders together.
answers_for <- function(study, row) {
  mine <- on(study, study$eyes[[row$answered_by]], row$dimension, row$slice)
  if (max(study$answers) <= 1) {
    if (row$answered_by != "Jury of judges") mine <- settled(mine)
  } else if (row$answered_by == "Jury of judges") {
    judged <- on(study, study$judged, row$dimension, row$slice)
    mine <- judged[judged$pair %in% study$eyes[["Jury of judges"]]$pair, ]
  }
  tapply(mine$value, mine$pair, mean)
}

# Of each answer of a rater with 30 pairs or more that two others and the judge answered: who fits the others as well as
# the other does.
advantages <- function(raters, answers, graded) {
  value <- if (graded) raters$value else sign(raters$value)
  number <- ave(value, raters$pair, FUN = length)
  said <- as.numeric(answers[raters$pair])
  usable <- number >= 3 & !is.na(said)
  usable <- usable & raters$source %in% names(which(table(raters$source[usable]) >= 30))
  labels <- if (graded) -2:2 else SIGNS
  pairs <- unique(raters$pair)
  counts <- counts_of(raters, labels, pairs, value)[match(raters$pair, pairs), , drop = FALSE]
  # How far an answer is from the others of the pair: from all of them, less one's own.
  misfit <- function(answer) {
    apart <- function(of) if (graded) (of - answer)^2 else as.numeric(of != answer)
    each <- vapply(seq_along(labels), function(at) counts[, at] * apart(labels[at]), numeric(length(answer)))
    from_all <- rowSums(matrix(each, length(answer)))
    ((from_all - apart(value)) / (number - 1))[usable]
  }
  rater <- misfit(value)
  judge <- misfit(said)
  data.frame(
    dialogue = raters$dialogue[usable], source = raters$source[usable], rater = as.numeric(rater <= judge + 1e-9),
    judge = as.numeric(judge <= rater + 1e-9)
  )
}

# The share of raters of whom a one-sided t-test, at a false discovery rate of 5 % (Benjamini & Yekutieli 2001), shows
# that their advantage is less than epsilon above the judge's.
winning_rate <- function(found, epsilon) {
  if (known(found$source) < 3) return(NULL)
  p <- vapply(split(found$rater - found$judge, found$source), function(each) {
    se <- sd(each) / sqrt(length(each))
    if (se > 0) pt((mean(each) - epsilon) / se, length(each) - 1) else as.numeric(mean(each) >= epsilon)
  }, 1)
  mean(p.adjust(p, "BY") <= 0.05)
}

# How likely the judge fits at least as well, each rater weighing the same.
advantage_of <- function(found) {
  if (known(found$source) < 3) return(NULL)
  number <- ave(found$judge, found$source, FUN = length)
  raters <- known(found$source)
  value <- sum(found$judge / number) / raters
  influence <- (found$judge - value) / number / raters
  ways <- ways_of(found, c("dialogue", "source"))
  on_log_odds(value, sqrt(multiway(influence, found, ways)[1, 1]), freedom_of(found, ways))
}
