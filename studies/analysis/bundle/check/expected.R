# Which sections and tables the report has to hold: one that is not there would not be checked, and nobody would know.

# By section, its tables that are looked at here, wherever the section is not absent.
ALWAYS <- list(
  confirmatory = c("contrasts", "contrasts_full"), preference = c("preference", "preference_full"),
  ranking = c("ranking", "ranking_full"), agreement = c("coefficients", "coefficients_full"), replacing = "alt_test",
  coding_agreement = character(0), profiles = character(0), profile_distance = "profile_distance",
  overlap = c("overlap", "overlap_jaccard"), strategies = character(0), safety = "safety_preferred",
  scale_size = "size", scale_speed = "speed", scale_axis = c("axis", "axis_among"), halo = "halo",
  consistency = character(0), bias_position = character(0), blinding = "blinding", leaks = "leaks"
)

# By table, its section, and whether these data make it.
WHERE <- list(
  interaction = list("preference", function(study) any_slice(study, first_dimension(study))),
  interaction_full = list("preference", function(study) any_slice(study, study$dimensions)),
  agreement = list("agreement", function(study) judged_and_rated(study)),
  agreement_full = list("agreement", function(study) judged_and_rated(study)),
  coding_agreement = list("coding_agreement", function(study) coded_twice(study)),
  reasons_dimensions = list("profiles", function(study) has_codes(study, "dimension")),
  profile_differences = list("profile_distance", function(study) has_codes(study, "dimension")),
  strategies = list("strategies", function(study) any_replies(study, function(of) any(of$human) && !all(of$human))),
  strategies_interaction = list("strategies", function(study) {
    both <- c(FALSE, TRUE)
    any_replies(study, function(of) all(table(factor(of$human, both), factor(of$adversarial, both)) > 0))
  }),
  size_share = list("scale_size", function(study) any_share(study)),
  size_families = list("scale_size", function(study) any_family(study, sizes_of(study))),
  speed_share = list("scale_speed", function(study) any_share(study)),
  speed_families = list("scale_speed", function(study) any_family(study, speeds_of(study))),
  axis_partial = list("scale_axis", function(study) length(unlist(sizes_of(study))) > 0),
  consistency_people = list("consistency", function(study) {
    nrow(people_and_models(study, on(study, rbind(study$eyes$Raters, study$judged), "overall", "all"))) > 0
  }),
  bias_position = list("bias_position", function(study) length(study$eyes) > 0)
)

# People's replies beside the same model's on a slice, and elsewhere.
any_slice <- function(study, dimensions) {
  slices <- study$slices[setdiff(names(study$slices), c("all", "regular"))]
  any(vapply(study$eyes, function(votes) {
    votes <- people_and_models(study, votes[votes$dimension %in% dimensions, ])
    any(vapply(slices, function(dialogues) {
      inside <- votes$dialogue %in% dialogues
      model <- paste(votes$dimension, votes$b)
      any(model[inside] %in% model[!inside])
    }, TRUE))
  }, TRUE))
}

judged_and_rated <- function(study) !is.null(study$eyes$Raters) && nrow(study$judged) > 0
has_codes <- function(study, kind) any(study$coded$codes$kind == kind)

coded_twice <- function(study) {
  human <- study$coded$codings$coder_kind == "human"
  twice <- study$coded$codings$passage[human][duplicated(study$coded$codings$passage[human])]
  kinds <- study$coded$passages$kind[study$coded$passages$passage %in% twice]
  any(kinds == "reason") || (any(kinds == "reply") && has_codes(study, "strategy"))
}

any_replies <- function(study, holds) {
  if (!has_codes(study, "strategy")) return(FALSE)
  any(vapply(coders_of(study$coded), function(weights) isTRUE(holds(replies_of(study, weights))), TRUE))
}

# Whose answers are read first: raters' and the jury's, else everybody's.
first_eyes <- function(study) {
  found <- intersect(c("Raters", "Jury of judges"), names(study$eyes))
  if (length(found)) found else names(study$eyes)
}

any_share <- function(study) {
  any(vapply(first_eyes(study), function(eyes) length(share_ratings(study, eyes, first_dimension(study))) > 0, TRUE))
}

any_family <- function(study, facts) {
  any(vapply(first_eyes(study), function(eyes) {
    rated <- names(elo_ratings(study, eyes, first_dimension(study)))
    any(vapply(facts, function(fact) length(families_of("all families", intersect(rated, names(fact)))) > 0, TRUE))
  }, TRUE))
}

# Says which sections are absent, and which sections and tables are missing; how many are missing.
print_missing <- function(study, report) {
  wanted <- lapply(names(ALWAYS), function(section) {
    sometimes <- Filter(function(one) one[[1]] == section, WHERE)
    c(ALWAYS[[section]], names(Filter(function(one) one[[2]](study), sometimes)))
  })
  names(wanted) <- names(ALWAYS)
  told <- intersect(names(wanted), names(report$sections))
  absent <- Filter(function(section) report$sections[[section]]$absent != "", told)
  cat(sprintf("\n%d sections of the report that are looked at here are absent, as they say:\n", length(absent)))
  for (section in report$sections[absent]) {
    cat(sprintf("  not in the report: %s %s\n", sub("([^.?!])$", "\\1.", section$title), section$absent))
  }
  lost <- setdiff(names(wanted), told)
  for (section in lost) cat(sprintf("  MISSING from report/report.json: the section %s\n", section))
  tables <- setdiff(unlist(wanted[setdiff(told, absent)]), names(report$tables))
  for (table in tables) {
    section <- names(Filter(function(tables) table %in% tables, wanted))
    cat(sprintf("  MISSING from report/report.json: the table %s of the section %s, which these data make\n", table,
                report$sections[[section]]$title))
  }
  length(lost) + length(tables)
}

# What a reader sees first has to stand in the tables that are recomputed, number for number.
same_rows_figures <- function(study, report) {
  firsts <- c("contrasts", "preference", "interaction", "ranking", "agreement", "coefficients")
  do.call(rbind, lapply(firsts, function(key) {
    first <- report$tables[[key]]$rows
    full <- report$tables[[paste0(key, "_full")]]$rows
    if (!length(first) || !length(full)) return(NULL)
    shared <- intersect(names(first[[1]]), names(full[[1]]))
    known <- lapply(full, function(row) row[shared])
    found <- vapply(first, function(row) list(row[shared]) %in% known, TRUE)
    figure(paste0("rows of ", key, " that stand in ", key, "_full too"), length(first), sum(found))
  }))
}
