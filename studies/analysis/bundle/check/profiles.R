# What reasons stress: shares of each code, and how far two sources' profiles of dimensions are apart.

# Which passages are reasons of raters, of judges with the rubric, of judges without it, or of one judge.
reasons_of <- function(passages, title) {
  reason <- passages$kind == "reason"
  if (title == "Raters") return(reason & passages$source_kind == "rater")
  bare <- grepl("(, no|without) rubric$", title)
  judged <- reason & passages$source_kind == "judge" & (passages$variant == "no_rubric") == bare
  if (startsWith(title, "Judges")) return(judged)
  judged & passages$source == sub(", no rubric$", "", sub("^Judge ", "", title))
}

profile_figures <- function(study, report) {
  if (is.null(study$coded)) return(NULL)
  coders <- coders_of(study$coded)
  passages <- study$coded$passages
  stressed <- lapply(rows_of(report, "reasons_dimensions"), function(row) {
    weights <- coders[[row$coded_by]][, row$code]
    mine <- reasons_of(passages, row$source) & !is.na(weights)
    name <- paste0("reasons, ", row$coded_by, ", ", row$source, ", ", row$code, ":")
    found <- mean_share(weights[mine], passages[mine, ], c("dialogue", "rater"))
    estimate_figures(paste(name, "share"), row$share, found)
  })
  rbind(
    do.call(rbind, stressed),
    do.call(rbind, lapply(rows_of(report, "profile_distance"), function(row) {
      distance_figures(study, report, row, beside(study, coders, row))
    })),
    difference_figures(study, report, coders, rows_of(report, "profile_differences"))
  )
}

# The reasons of both on the dialogues in which both have some: weights, whose they are, and what each counts, so that
# dialogues count alike.
beside <- function(study, coders, row) {
  passages <- study$coded$passages
  weights <- coders[[row$coded_by]]
  sides <- lapply(c(row$left, row$right), function(title) reasons_of(passages, title) & !is.na(weights[, 1]))
  both <- intersect(passages$dialogue[sides[[1]]], passages$dialogue[sides[[2]]])
  here <- passages$dialogue %in% both & (sides[[1]] | sides[[2]])
  left <- sides[[1]][here]
  rows <- passages[here, ]
  list(weights = weights[here, , drop = FALSE], left = left, rows = rows,
       counts = 1 / ave(seq_along(left), rows$dialogue, left, FUN = length))
}

# Jensen-Shannon divergence to base 2 (Lin 1991) of rows of two profiles, each divided by its sum.
divergence_of <- function(left, right) {
  left <- left / rowSums(left)
  right <- right / rowSums(right)
  middle <- (left + right) / 2
  bits <- function(part) rowSums(ifelse(part > 0, part * log2(part / middle), part))
  pmax((bits(left) + bits(right)) / 2, 0)
}

# A source's mean weights in each dialogue (dialogues x codes).
means_by_dialogue <- function(both, side) {
  rowsum(both$weights[side, , drop = FALSE] * both$counts[side], both$rows$dialogue[side])
}

# A source's profile, its mean weights divided by their sum, and how each row moves it (rows x codes); NULL where it is
# empty.
profile_of <- function(both, side, dimensions) {
  weights <- both$weights[, dimensions, drop = FALSE]
  part <- both$counts * side / sum(both$counts * side)
  means <- colSums(part * weights)
  total <- sum(means)
  if (total <= 1e-12) return(NULL)
  moved <- part * sweep(weights, 2, means)
  profile <- means / total
  list(profile = profile, moved = (moved - outer(rowSums(moved), profile)) / total)
}

# The divergence with its interval by dialogue and rater. Delta method: a share p of one profile moves it by
# log2(p / m) / 2, m the mean of both; at equal profiles nothing does, and there is no interval.
divergence_apart <- function(both, left, right) {
  if (is.null(left) || is.null(right)) return(list(value = NULL))
  slopes <- function(of) ifelse(of$profile > 0, log2(of$profile / ((left$profile + right$profile) / 2)) / 2, 0)
  influence <- left$moved %*% slopes(left) + right$moved %*% slopes(right)
  ways <- ways_of(both$rows, c("dialogue", "rater"))
  value <- divergence_of(t(left$profile), t(right$profile))
  straight(value, sqrt(multiway(influence, both$rows, ways)[1, 1]), freedom_of(both$rows, ways), 0, 1)
}

distance_figures <- function(study, report, row, both) {
  dimensions <- study$coded$codes$kind == "dimension"
  profiles <- lapply(list(both$left, !both$left), function(side) profile_of(both, side, dimensions))
  told <- divergence_apart(both, profiles[[1]], profiles[[2]])
  told_any <- !is.null(told$value)
  left <- means_by_dialogue(both, both$left)[, dimensions, drop = FALSE]
  right <- means_by_dialogue(both, !both$left)[, dimensions, drop = FALSE]
  chance <- exchanged(left, right, report$resamples)
  name <- paste0("profiles, ", row$coded_by, ", ", row$left, " and ", row$right, ":")
  rbind(
    estimate_figures(paste(name, "divergence"), row$divergence, told),
    estimate_figures(paste(name, "distance"), row$distance, lapply(told[c("value", "low", "high")], function(end) {
      if (is.null(end)) NULL else sqrt(end)
    })),
    figure(paste(name, "divergence by chance"), row$baseline$value, if (told_any) chance$mean, chance$mean_within),
    figure(paste(name, "p"), row$p, profiles_apart(both, profiles[[1]], profiles[[2]])),
    figure(paste(name, "p, for these"), row$p_exchanged, if (told_any) chance$p, chance$p_within)
  )
}

# Both sources' reasons exchanged in whole dialogues: all ways where they are no more than the resamples, else as many
# at random. The mean divergence, p (Phipson & Smyth 2010), and each code's p.
exchanged <- function(left, right, resamples) {
  half <- (left - right) / 2
  middle <- colSums(left + right) / 2
  n <- nrow(half)
  all <- n < 60 && 2^n <= resamples
  signs <- if (all) as.matrix(expand.grid(rep(list(c(1, -1)), n))) else {
    matrix(sample(c(-1, 1), OURS * n, replace = TRUE), OURS)
  }
  moved <- signs %*% half
  apart <- function(moved) {
    found <- divergence_of(sweep(moved, 2, middle, "+"), sweep(-moved, 2, middle, "+"))
    ifelse(is.finite(found), found, 0)
  }
  drawn <- apart(moved)
  own <- if (all) 0 else 1
  share <- function(far) (far + own) / (nrow(signs) + own)
  p <- share(sum(drawn >= apart(t(colSums(half))) - 1e-9))
  by_code <- share(colSums(abs(moved) >= rep(abs(colSums(half)) - 1e-9, each = nrow(moved))))
  within <- function(p) if (all) 0 * p else drawn_apart(p, resamples, OURS)
  list(
    mean = mean(drawn), mean_within = if (all) 0 else 5 * sd(drawn) * sqrt(1 / resamples + 1 / OURS),
    p = p, p_within = within(p), by_code = by_code, by_code_within = within(by_code)
  )
}

# p that both profiles are alike, by dialogues and raters: the sum of squared differences over the mean profile,
# divided by its expectation, beside F (Box 1954; Brunner, Dette & Munk 1997).
profiles_apart <- function(both, left, right) {
  if (is.null(left) || is.null(right)) return(NULL)
  middle <- (left$profile + right$profile) / 2
  scale <- ifelse(middle > 0, 1 / sqrt(ifelse(middle > 0, middle, 1)), 0)
  ways <- ways_of(both$rows, c("dialogue", "rater"))
  freedom <- freedom_of(both$rows, ways)
  if (freedom < 1) return(NULL)
  spread <- multiway(sweep(left$moved - right$moved, 2, scale, "*"), both$rows, ways)
  expected <- sum(diag(spread))
  if (expected < 1e-24) return(NULL)
  f <- expected^2 / sum(spread^2)
  apart <- sum(((left$profile - right$profile) * scale)^2)
  pf(apart / expected, f, f * freedom, lower.tail = FALSE)
}

# Code by code: both means on the same dialogues and their difference, with p by Student's t on Fisher's z, Holm
# within two sources, and p by the exchanges.
difference_figures <- function(study, report, coders, rows) {
  couple <- vapply(rows, function(row) paste(row$coded_by, row$left, row$right, sep = "\r"), "")
  do.call(rbind, lapply(unname(split(rows, couple)), function(mine) {
    both <- beside(study, coders, mine[[1]])
    ways <- c("dialogue", "rater")
    share <- function(hits, side) mean_share(hits[side], both$rows[side, ], ways, both$counts[side])
    changes <- lapply(mine, function(row) {
      share_change(both$weights[, row$code], both$rows, list(both$left, !both$left), ways, both$counts)
    })
    p <- vapply(changes, function(change) number(p_of_change(change)), 1)
    holm <- p.adjust(ifelse(is.na(p), 1, p), "holm")
    chance <- exchanged(means_by_dialogue(both, both$left), means_by_dialogue(both, !both$left), report$resamples)
    do.call(rbind, lapply(seq_along(mine), function(i) {
      row <- mine[[i]]
      hits <- both$weights[, row$code]
      name <- paste0("profiles, ", row$coded_by, ", ", row$left, " and ", row$right, ", ", row$code, ":")
      at <- match(row$code, colnames(both$weights))
      rbind(
        estimate_figures(paste(name, "first"), row$left_share, share(hits, both$left)),
        estimate_figures(paste(name, "second"), row$right_share, share(hits, !both$left)),
        estimate_figures(paste(name, "difference"), row$difference, changes[[i]]),
        figure(paste(name, "p"), row$p, p[i]),
        figure(paste(name, "p after Holm"), row$p_holm, if (!is.na(p[i])) holm[i]),
        figure(paste(name, "p, for these"), row$p_exchanged, chance$by_code[at], chance$by_code_within[at])
      )
    }))
  }))
}

p_of_change <- function(change) {
  if (is.null(change$se) || abs(change$value) >= 1) return(NULL)
  2 * pt(-abs(atanh(change$value) * (1 - change$value^2) / change$se), change$freedom)
}
