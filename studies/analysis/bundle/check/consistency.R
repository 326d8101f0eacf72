# How evenly people and models do over dialogues: standard deviations of their share beyond noise, by the method of
# moments (Searle, Casella & McCulloch 1992, ch. 5), one dialogue left out at a time.

consistency_figures <- function(study, report) {
  whose <- list(Raters = study$eyes$Raters, "Judges together" = study$judged)
  do.call(rbind, lapply(rows_of(report, "consistency_people"), function(row) {
    found <- spreads_of(people_and_models(study, on(study, whose[[row$eyes]], "overall", "all")))
    name <- paste0(row$eyes, ", overall, spread over dialogues:")
    rbind(
      estimate_figures(paste(name, "people"), row$people, found$people),
      estimate_figures(paste(name, "models"), row$models, found$models),
      estimate_figures(paste(name, "people less models"), row$difference, found$difference)
    )
  }))
}

spreads_of <- function(votes) {
  score <- (1 - sign(votes$value)) / 2
  votes$rest <- score - ave(score, votes$a, votes$b)
  dialogues <- unique(votes$dialogue)
  # Products of answers by two sources in one dialogue, alike in these ways, and how many; of each dialogue.
  products <- function(ways) {
    alike <- function(ways) {
      key <- paste(votes$dialogue, do.call(paste, c(list(""), votes[ways], sep = "\r")), sep = "\r")
      sums <- rowsum(cbind(votes$rest, votes$rest^2, 1), key)
      cells <- cbind(sums[, 1]^2 - sums[, 2], sums[, 3] * (sums[, 3] - 1))
      rowsum(cells, votes$dialogue[match(rownames(sums), key)])[dialogues, , drop = FALSE]
    }
    alike(ways) - alike(c(ways, "source"))
  }
  # The mean product over all dialogues, then without each.
  means <- function(cells) {
    left <- rbind(colSums(cells), sweep(-cells, 2, colSums(cells), "+"))
    ifelse(left[, 2] > 0.5, left[, 1] / left[, 2], NaN)
  }
  inside <- products("b")
  across <- means(products(character(0)) - inside)
  models <- means(inside) - across
  people <- across + of_mean(votes)
  roots <- sqrt(pmax(people, 0)) - sqrt(pmax(models, 0))
  few <- length(dialogues) < 5 && is.finite(roots[1])
  list(
    people = deviation_of(people), models = deviation_of(models),
    difference = if (few) bare(roots[1]) else without_each(roots[1], roots[-1], -Inf, Inf)
  )
}

# What taking the mean away lowers products by: its variance by dialogue and source, crossed.
of_mean <- function(votes) {
  squares <- function(ways) sum(rowsum(votes$rest, do.call(paste, c(votes[ways], sep = "\r")))^2)
  max(squares("dialogue") + squares("source") - squares(c("dialogue", "source")), 0) / nrow(votes)^2
}

# The root of a variance, and of the ends of its interval, which may lie below 0.
deviation_of <- function(variances) {
  if (!is.finite(variances[1])) return(list(value = NULL))
  root <- function(value) sqrt(max(value, 0))
  n <- length(variances) - 1
  if (n < 5 || !all(is.finite(variances))) return(bare(root(variances[1])))
  reach <- qt(0.975, n - 1) * sqrt(jackknifed(as.matrix(variances[-1])))
  list(value = root(variances[1]), low = root(variances[1] - reach), high = root(variances[1] + reach))
}
