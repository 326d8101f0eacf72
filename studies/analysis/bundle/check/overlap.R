# How often a rater's and a judge's reason on one pair have a theme in common, and what chance brings. Themes are the
# dimensions of the codebook but `other`.

# Couples of reasons (rows of passages), each with pair, dialogue and, where a judge's is the other, the rater.
couples_of <- function(passages, left, right) {
  one <- data.frame(pair = passages$pair[left], left = left)
  other <- data.frame(pair = passages$pair[right], right = right)
  both <- merge(one, other, by = "pair")
  data.frame(both, dialogue = passages$dialogue[both$left], rater = passages$rater[both$left])
}

# How far rows of two sets of themes overlap, and whether either has one: the largest weight that a theme reaches in
# both, or Jaccard's coefficient (1912; of weights Ruzicka 1958).
SHARED <- function(one, other) {
  list(value = apply(pmin(one, other), 1, max), defined = apply(pmax(one, other), 1, max) > 0)
}
JACCARD <- function(one, other) {
  most <- rowSums(pmax(one, other))
  list(value = rowSums(pmin(one, other)) / ifelse(most > 0, most, 1), defined = most > 0)
}

# The mean over a pair's couples, then over pairs; by chance; and beyond chance, one dialogue left out at a time.
overlap_of <- function(couples, themes, measure) {
  here <- measure(themes[couples$left, , drop = FALSE], themes[couples$right, , drop = FALSE])
  each <- 1 / ave(couples$left, couples$pair, FUN = length)
  kept <- here$defined
  if (!any(kept)) return(NULL)
  found <- mean_share(here$value[kept], couples[kept, ], c("dialogue", "rater"), each[kept])
  sums <- rowsum(cbind(each * kept * here$value, each * kept), couples$dialogue)
  chance <- by_chance(couples, each, themes, measure, rownames(sums))
  less <- sweep(-sums, 2, colSums(sums), "+")
  observed <- c(found$value, less[, 1] / less[, 2])
  beyond <- (observed - chance) / (1 - chance)
  if (!is.finite(chance[1])) return(list(found = found))
  list(found = found, chance = chance[1], beyond = without_each(beyond[1], beyond[-1]))
}

# What reasons of different dialogues have in common, each with the weight that it has in the couples: of all, then
# without each dialogue. Reasons with the same themes are taken together.
by_chance <- function(couples, each, themes, measure, dialogues) {
  key <- apply(themes, 1, paste, collapse = " ")
  patterns <- unique(key[c(couples$left, couples$right)])
  rows <- themes[match(patterns, key), , drop = FALSE]
  n <- length(patterns)
  met <- measure(rows[rep(seq_len(n), n), , drop = FALSE], rows[rep(seq_len(n), each = n), , drop = FALSE])
  weights <- function(side) {
    cells <- tapply(each, list(factor(couples$dialogue, dialogues), factor(key[couples[[side]]], patterns)), sum)
    matrix(ifelse(is.na(cells), 0, cells), length(dialogues))
  }
  left <- weights("left")
  right <- weights("right")
  across <- lapply(list(met$value * met$defined, as.numeric(met$defined)), function(cells) {
    cells <- matrix(cells, n)
    own <- rowSums((left %*% cells) * right)
    all <- drop(colSums(left) %*% cells %*% colSums(right))
    whole <- all - sum(own)
    of_left <- drop(left %*% cells %*% colSums(right))
    to_right <- drop(right %*% t(cells) %*% colSums(left))
    c(whole, whole - of_left - to_right + 2 * own)
  })
  ifelse(across[[2]] > 1e-9, across[[1]] / across[[2]], NaN)
}

# Each reason's preference on `overall`, by whoever wrote it, on the pair as it was shown; NA where it is not known.
preferences_of <- function(passages) {
  rows <- read_csv("verdicts.csv")
  column <- function(name, otherwise) if (name %in% names(rows)) rows[[name]] else rep(otherwise, nrow(rows))
  rows <- rows[column("excluded", "0") != "1" & column("kind", "main") == "main" & rows$dimension == "overall", ]
  phase <- if ("phase" %in% names(rows)) ifelse(passages$variant == "rubric", "main", passages$variant) else ""
  key <- function(table, pair, phase) {
    paste(table$source_kind, table$source, pair, if ("order" %in% names(rows)) table$order,
          if ("occasion" %in% names(rows)) table$occasion, phase)
  }
  said <- match(
    key(passages, passages$pair, phase),
    key(rows, paste(rows$dialogue, rows$pair, sep = "/"), if ("phase" %in% names(rows)) rows$phase else "")
  )
  # Toward one reply of the pair, whichever was shown first.
  turn <- ifelse(rows$system_first < rows$system_second, 1, -1)
  (sign(as.integer(rows$value_shown)) * turn)[said]
}

# The couples that a row of the report is about; `said` is what each reason's writer preferred.
couples_for <- function(passages, coded, said, who, which_of) {
  reason <- passages$kind == "reason" & coded
  rater <- reason & passages$source_kind == "rater"
  bare <- grepl("judges without rubric", who, fixed = TRUE)
  judge <- reason & passages$source_kind == "judge" & (passages$variant == "no_rubric") == bare
  couples <- couples_of(passages, which(rater), which(judge))
  if (startsWith(who, "Raters with each other")) {
    there <- which(rater & passages$pair %in% couples$pair)
    couples <- couples_of(passages, there, there)
    couples <- couples[passages$rater[couples$left] != passages$rater[couples$right], ]
    # A couple has two raters, of which no clusters are made.
    couples$rater <- rep("", nrow(couples))
  }
  if (which_of == "all") return(couples)
  same <- said[couples$left] == said[couples$right] & said[couples$left] != 0
  couples[!is.na(same) & same, ]
}

overlap_figures <- function(study, report) {
  coded <- study$coded
  if (is.null(coded)) return(NULL)
  coders <- coders_of(coded)
  said <- preferences_of(coded$passages)
  themes <- coded$codes$kind == "dimension" & coded$codes$code != "other"
  measures <- list(overlap = SHARED, overlap_jaccard = JACCARD)
  words <- c(overlap = "themes in common", overlap_jaccard = "Jaccard's coefficient")
  do.call(rbind, lapply(names(measures), function(key) {
    do.call(rbind, lapply(rows_of(report, key), function(row) {
      weights <- coders[[row$coded_by]][, themes, drop = FALSE]
      couples <- couples_for(coded$passages, !is.na(weights[, 1]), said, row$who, row$couples_of)
      found <- overlap_of(couples, weights, measures[[key]])
      name <- paste0(words[[key]], ", ", row$coded_by, ", ", row$who, ", ", row$couples_of, ":")
      rbind(
        estimate_figures(paste(name, "found"), row$found, found$found),
        figure(paste(name, "by chance"), row$chance$value, found$chance),
        estimate_figures(paste(name, "beyond chance"), row$beyond, found$beyond)
      )
    }))
  }))
}
