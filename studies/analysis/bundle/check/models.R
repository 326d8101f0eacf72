# Models with crossed random effects of dialogues, raters, pairs and writers: another way to ask whether people's replies
# are preferred. They tell of one typical dialogue and rater, the report's shares of the average over them, so that
# numbers differ; direction and significance are what is to be compared.

crossed_models <- function(study, report) {
  raters <- study$eyes$Raters
  cat("\nModels with crossed random effects (a check of direction, never the same number as above; minutes in a large study)\n")
  votes <- if (is.null(raters)) NULL else people_and_models(study, on(study, raters, "overall", "all"))
  if (is.null(votes) || !nrow(votes)) return(cat("There are no raters' answers on people's and models' replies.\n"))
  votes$adversarial <- votes$dialogue %in% study$slices$adversarial
  if (available("lme4")) logistic_model(votes)
  if (available("ordinal")) ordinal_model(votes, study$answers)
}

available <- function(package) {
  there <- requireNamespace(package, quietly = TRUE)
  if (!there) {
    cat(sprintf("The package %s is missing: install.packages(\"%s\"), or on Debian: apt install r-cran-%s\n",
                package, package, package))
  }
  there
}

# Groups that repeat: with one vote each there is nothing to tell apart from noise.
grouping <- function(votes) {
  Filter(function(way) known(votes[[way]]) > 2 && known(votes[[way]]) < nrow(votes), c("dialogue", "source", "pair", "writer"))
}

# Of the answers that prefer a reply: is it the person's?
logistic_model <- function(votes) {
  votes <- votes[votes$value != 0, ]
  votes$people <- as.integer(votes$value < 0)
  random <- sprintf("(1 | %s)", grouping(votes))
  fixed <- if (length(unique(votes$adversarial)) > 1) "people ~ adversarial" else "people ~ 1"
  for (left in unique(c("people ~ 1", fixed))) {
    formula <- paste(c(left, random), collapse = " + ")
    cat("\nlme4::glmer, ", formula, "\n", sep = "")
    fit <- fitted_with_words(lme4::glmer(as.formula(formula), votes, family = binomial()))
    if (is.null(fit)) next
    found <- summary(fit)$coefficients
    for (name in rownames(found)) say_effect(name, found[name, 1], found[name, 2], endsWith(left, "adversarial"))
    clustered(votes, left)
  }
}

# All answers with their strength, as they were shown: +1 where the person's reply stood first, -1 where it stood second.
# So thresholds hold what sides do, and the effect of `side` is the preference for people's replies.
ordinal_model <- function(votes, answers) {
  votes$side <- ifelse(votes$a_first, 1, -1)
  votes$answer <- factor(-votes$value * votes$side, levels = answers, ordered = TRUE)
  votes$answer <- droplevels(votes$answer)
  if (nlevels(votes$answer) < 3) return(cat("\nordinal::clmm: fewer than three kinds of answers.\n"))
  groups <- grouping(votes)
  votes[groups] <- lapply(votes[groups], factor)
  formula <- paste(c("answer ~ side", sprintf("(0 + side | %s)", groups)), collapse = " + ")
  cat("\nordinal::clmm, ", formula, "\n", sep = "")
  fit <- fitted_with_words(ordinal::clmm(as.formula(formula), data = votes))
  if (is.null(fit)) return(invisible())
  found <- summary(fit)$coefficients
  say_effect("side", found["side", 1], found["side", 2])
  clustered(votes, "people ~ 1")
}

# Says what a fit warns of; NULL, and why, where there is none.
fitted_with_words <- function(fitting) {
  withCallingHandlers(
    tryCatch(fitting, error = function(problem) {
      cat("  no fit:", conditionMessage(problem), "\n")
      NULL
    }),
    warning = function(word) {
      cat("  warning:", conditionMessage(word), "\n")
      invokeRestart("muffleWarning")
    },
    message = function(word) {
      cat("  note:", conditionMessage(word))
      invokeRestart("muffleMessage")
    }
  )
}

say_effect <- function(name, estimate, se, sliced = FALSE) {
  p <- 2 * pnorm(-abs(estimate / se))
  what <- switch(name,
    "(Intercept)" = paste0("people's replies over models'", if (sliced) " on other than adversarial dialogues"),
    side = "people's replies over models', strength of answers",
    adversarialTRUE = "adversarial dialogues less others",
    name
  )
  if (!is.finite(p)) return(cat(sprintf("  %s: log odds %+.3f, no standard error\n", what, estimate)))
  cat(sprintf("  %s: log odds %+.3f (%+.3f to %+.3f), p %s: %s\n", what, estimate, estimate - 1.96 * se,
              estimate + 1.96 * se, if (p < 0.001) "< 0.001" else sprintf("= %.3f", p), verdict(estimate, p < 0.05)))
}

clustered <- function(votes, left) {
  if (endsWith(left, "adversarial")) {
    found <- difference_of(votes, unique(votes$dialogue[votes$adversarial]))
    middle <- 0
    name <- "difference of shares, clustered"
  } else {
    found <- share_of(votes)
    middle <- 0.5
    name <- "share of preference of the same answers, clustered"
  }
  if (is.null(found$low)) return(cat("  ", name, ": no interval\n", sep = ""))
  clear <- found$low > middle || found$high < middle
  cat(sprintf("  %s: %.3f (%.3f to %.3f): %s\n", name, found$value, found$low, found$high,
              verdict(found$value - middle, clear)))
}

verdict <- function(estimate, clear) {
  paste(if (clear) "clearly" else "not clearly", if (estimate > 0) "above" else "below", "no difference")
}
