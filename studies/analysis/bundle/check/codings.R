# What coders saw in reasons and replies: how human coders agree, and how often a rater's and a judge's reason on a pair
# have a theme in common.

coding_figures <- function(study, report) {
  coded <- read_codings()
  if (is.null(coded)) return(NULL)
  rbind(coder_figures(coded, report), overlap_figures(study, coded, report))
}

# The codings that results rest on: done, by the newest codebook in use, of no trial and of no coder's own family, the
# first of each coder on a passage, and on answers that the analysis keeps.
read_codings <- function() {
  codes <- read_csv("codes.csv")
  passages <- read_csv("passages.csv")
  codings <- read_csv("codings.csv")
  if (is.null(codes) || is.null(passages) || is.null(codings)) return(NULL)
  codings <- codings[codings$outcome == "ok" & codings$status %in% c("done", ""), ]
  codings <- codings[codings$for_trial != "1" & codings$passage %in% passages$passage, ]
  if (!nrow(codings)) return(NULL)
  versions <- as.integer(codes$codebook_version)
  newest <- max(versions[codes$codebook_sha256 %in% codings$codebook_sha256])
  codes <- codes[versions == newest, ]
  passages <- passages[!left_out(passages), ]
  codings <- codings[codings$codebook_sha256 == codes$codebook_sha256[1] & codings$same_family != "1" &
                       codings$passage %in% passages$passage, ]
  codings <- codings[order(suppressWarnings(as.integer(codings$replicate)), na.last = FALSE), ]
  codings <- codings[!duplicated(codings[c("passage", "coder", "coder_kind")]), ]
  given <- strsplit(codings$codes, "|", fixed = TRUE)
  marks <- do.call(rbind, lapply(given, function(one) as.numeric(codes$code %in% one)))
  list(codes = codes, passages = passages, codings = codings, marks = marks)
}

# Reasons of answers that the analysis leaves out, on whatever dimension and in the phase that they were written in, and
# of raters' repeated answers.
left_out <- function(passages) {
  rows <- read_csv("verdicts.csv")
  column <- function(name, otherwise) if (name %in% names(rows)) rows[[name]] else rep(otherwise, nrow(rows))
  phase <- ifelse(passages$source_kind == "judge" & passages$variant == "rubric", "main", passages$variant)
  if (!("phase" %in% names(rows))) phase <- ""
  key <- function(table, phase) {
    paste(table$source_kind, table$source, table$dialogue, table$pair, table$order, table$occasion, phase)
  }
  dropped <- column("excluded", "0") == "1" | column("kind", "main") != "main"
  reason <- passages$kind == "reason"
  (reason & key(passages, phase) %in% key(rows, column("phase", ""))[dropped]) |
    (reason & passages$source_kind == "rater" & !(passages$occasion %in% c("1", "")))
}

# The mean over codes of each coefficient, passages with two human coders or more.
coder_figures <- function(coded, report) {
  kinds <- c(reasons = "reason", replies = "reply")
  measures <- c(alpha = "Krippendorff's \u03b1, nominal", raw = "Raw agreement", ac1 = "Gwet's AC1")
  do.call(rbind, lapply(rows_of(report, "coding_agreement"), function(row) {
    chosen <- coded$passages$passage[coded$passages$kind == kinds[[row$passages]]]
    mine <- coded$codings$coder_kind == "human" & coded$codings$passage %in% chosen
    passage <- coded$codings$passage[mine]
    twice <- passage %in% passage[duplicated(passage)]
    asked <- if (row$passages == "replies") coded$codes$kind == "strategy" else rep(TRUE, nrow(coded$codes))
    each <- lapply(which(asked), function(code) {
      given <- coded$marks[mine, code][twice]
      coefficients(counts_of(list(pair = passage[twice]), c(0, 1), unique(passage[twice]), given))
    })
    do.call(rbind, lapply(names(measures), function(key) {
      values <- unlist(lapply(each, function(one) one[[measures[[key]]]]))
      if (is.null(row[[key]]$value)) return(NULL)
      figure(paste0("human coders, ", row$passages, ": ", key), row[[key]]$value, mean(values))
    }))
  }))
}

# At least one theme (a dimension, but not `other`) in both reasons of a couple, of couples in which either has one; the
# mean over a pair's couples, then over pairs. Only all couples of raters with all judges are done anew.
overlap_figures <- function(study, coded, report) {
  themes <- coded$codes$kind == "dimension" & coded$codes$code != "other"
  do.call(rbind, lapply(rows_of(report, "overlap"), function(row) {
    bare <- identical(row$who, "Raters with judges without rubric")
    if (!(bare || identical(row$who, "Raters with judges")) || row$couples_of != "all") return(NULL)
    human <- row$coded_by == "Human coders"
    mine <- if (human) coded$codings$coder_kind == "human" else {
      coded$codings$coder_kind != "human" & paste("Coder", coded$codings$coder) == row$coded_by
    }
    weights <- rowsum(coded$marks[mine, themes, drop = FALSE], coded$codings$passage[mine])
    weights <- weights / as.numeric(table(coded$codings$passage[mine])[rownames(weights)])
    told <- coded$passages[coded$passages$kind == "reason" & coded$passages$passage %in% rownames(weights), ]
    told$pair <- paste(told$dialogue, told$pair, sep = "/")
    raters <- told[told$source_kind == "rater", ]
    judges <- told[told$source_kind == "judge" & (told$variant == "no_rubric") == bare, ]
    couples <- merge(raters[c("pair", "passage")], judges[c("pair", "passage")], by = "pair")
    least <- pmin(weights[couples$passage.x, , drop = FALSE], weights[couples$passage.y, , drop = FALSE])
    most <- pmax(weights[couples$passage.x, , drop = FALSE], weights[couples$passage.y, , drop = FALSE])
    defined <- as.numeric(apply(most, 1, max) > 0)
    value <- apply(least, 1, max)
    each <- 1 / ave(defined, couples$pair, FUN = length)
    if (is.null(row$found$value)) return(NULL)
    name <- paste0("themes in common, ", row$coded_by, ", ", row$who)
    figure(name, row$found$value, sum(each * defined * value) / sum(each * defined))
  }))
}
