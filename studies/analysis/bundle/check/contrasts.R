# The frozen contrasts: estimates, Student's t tests on log odds, and Holm's correction (1979).

contrast_figures <- function(study, report) {
  rows <- rows_of(report, "contrasts_full")
  if (!length(rows)) return(NULL)
  found <- lapply(rows, function(row) contrast_of(study, row))
  p <- vapply(seq_along(rows), function(i) p_of(rows[[i]], found[[i]]), 1)
  # What could not be computed counts as one with p = 1.
  holm <- p.adjust(ifelse(is.na(p), 1, p), "holm")
  do.call(rbind, lapply(seq_along(rows), function(i) {
    row <- rows[[i]]
    name <- paste0("contrast ", row$contrast, ":")
    rbind(
      estimate_figures(paste(name, "difference"), row$difference, found[[i]]),
      figure(paste(name, "p"), row$p, p[i]),
      figure(paste(name, "p after Holm"), row$p_holm, if (is.na(p[i])) NA else holm[i])
    )
  }))
}

contrast_of <- function(study, row) {
  votes <- study$eyes[[row$source]]
  if (is.null(votes) || is.null(study$slices[[row$slice]])) return(list(value = NULL))
  if (row$estimand == "judge_agreement" && is.null(study$eyes$Raters)) return(list(value = NULL))
  words <- protocol_contrast(row$contrast)
  switch(row$estimand,
    human_vs_models = less_half(share_of(people_and_models(study, on(study, votes, row$dimension, row$slice)))),
    slice_difference = {
      pairs <- people_and_models(study, on(study, votes, row$dimension, "all"))
      difference_of(pairs, study$slices[[row$slice]])
    },
    system_vs_system = {
      met <- on(study, votes, row$dimension, row$slice)
      two <- c(words$system, words$against)
      met <- met[met$a %in% two & met$b %in% two, ]
      share <- less_half(share_of(met))
      if (nrow(met) && met$a[1] != words$system) turned(share) else share
    },
    judge_agreement = {
      raters <- on(study, study$eyes$Raters, row$dimension, row$slice)
      against <- if (row$source == "Jury of judges") "majority of three raters" else "one rater's vote"
      with_raters(raters, on(study, votes, row$dimension, row$slice), against, "S1")$difference
    },
    list(value = NULL)
  )
}

less_half <- function(share) {
  for (end in intersect(c("value", "low", "high"), names(Filter(Negate(is.null), share)))) {
    share[[end]] <- share[[end]] - 0.5
  }
  share
}

# The same of the other system.
turned <- function(share) {
  ends <- lapply(share[c("value", "high", "low")], function(end) if (is.null(end)) NULL else -end)
  c(setNames(ends, c("value", "low", "high")), share[c("se", "freedom")])
}

protocol_contrast <- function(name) {
  frozen <- jsonlite::fromJSON(file.path("data", "protocol.json"), simplifyVector = FALSE)$contrasts
  Find(function(one) one$name == name, frozen)
}

p_of <- function(row, found) {
  if (is.null(found$value) || is.null(found$se) || found$freedom < 1) return(NA_real_)
  value <- found$value
  se <- found$se
  margin <- row$margin
  most <- c(human_vs_models = 0.5, system_vs_system = 0.5, slice_difference = 1)[row$estimand]
  if (!is.na(most)) {
    se <- se * slope(value, -most, most)
    value <- log_odds(value, -most, most)
    margin <- if (margin < most) log_odds(margin, -most, most) else Inf
  }
  upper <- function(statistic) pt(statistic, found$freedom, lower.tail = FALSE)
  unname(switch(row$sidedness,
    two_sided = 2 * upper(abs(value / se)),
    greater = upper(value / se),
    less = upper(-value / se),
    equivalence = max(upper((value + margin) / se), upper((margin - value) / se))
  ))
}
