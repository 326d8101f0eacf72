# Support beside other benchmarks, with size or benchmark held equal, and benchmarks among themselves.

axis_figures <- function(study, report) {
  scores <- scores_of(study)
  sizes <- sizes_of(study)
  if (length(sizes)) names(sizes) <- sprintf("size (%s)", names(sizes))
  first <- first_dimension(study)
  with_each <- lapply(rows_of(report, "axis"), function(row) {
    name <- paste0(row$eyes, ", ", row$dimension, ", Elo and ", row$benchmark, ":")
    association_figures(name, row, scores[[row$benchmark]], elo_ratings(study, row$eyes, row$dimension))
  })
  held <- lapply(rows_of(report, "axis_partial"), function(row) {
    ratings <- elo_ratings(study, row$eyes, first)
    facts <- c(sizes, scores)
    of <- facts[[row$of]]
    given <- facts[[row$given]]
    three <- Reduce(intersect, list(names(ratings), names(of), names(given)))
    found <- partial_of(of[three], ratings[three], given[three])
    name <- paste0(row$eyes, ", ", first, ", Elo and ", row$of, ", ", row$given, " held equal:")
    rbind(
      figure(paste(name, "Spearman's partial rho"), row$rho$value, found$rho),
      figure(paste(name, "p"), row$p, found$test$p, max(found$test$within, 0))
    )
  })
  do.call(rbind, c(with_each, held, among_benchmarks(study, report, scores)))
}

among_benchmarks <- function(study, report, scores) {
  rows <- rows_of(report, "axis_among")
  couple <- function(one, other) {
    both <- Reduce(intersect, list(names(one), names(other), models_in(study)))
    list(x = one[both], y = other[both], rho = rho_of(one[both], other[both]))
  }
  lapply(rows, function(row) {
    name <- paste0("benchmarks, ", row$one, " and ", row$other, ":")
    if (row$other %in% names(scores) && row$one %in% names(scores)) {
      found <- couple(scores[[row$one]], scores[[row$other]])
      test <- if (!is.null(found$rho)) rho_test(found$x, found$y)
      return(rbind(
        figure(paste(name, "Spearman's rho"), row$rho$value, found$rho),
        figure(paste(name, "p"), row$p, test$p, max(test$within, 0))
      ))
    }
    figure(paste(name, "mean of rho"), row$rho$value, mean_rho(study, row, scores, couple))
  })
}

# The mean over couples of benchmarks, or of somebody's ratings with each; none where signs differ.
mean_rho <- function(study, row, scores, couple) {
  eyes <- Filter(function(eyes) startsWith(row$one, paste0("support (", eyes, ")")), names(study$eyes))
  all <- if (length(eyes)) {
    ratings <- elo_ratings(study, eyes[[1]], first_dimension(study))
    unlist(lapply(scores, function(score) couple(ratings, score)$rho))
  } else if (length(scores) > 1) {
    unlist(combn(length(scores), 2, function(at) list(couple(scores[[at[1]]], scores[[at[2]]])$rho)))
  }
  all <- all[is.finite(all)]
  if (!length(all) || (min(all) < 0 && max(all) > 0)) NULL else mean(all)
}
