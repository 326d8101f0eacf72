# What coders saw in reasons and replies: the codings that results rest on, and how human coders agree.

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
  list(codes = codes, passages = with_raters_named(passages), codings = codings, marks = marks)
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

# Of reasons the pair over all dialogues and, of raters' alone, whose they are: judges are no sample of judges.
with_raters_named <- function(passages) {
  passages$pair <- paste(passages$dialogue, passages$pair, sep = "/")
  passages$rater <- ifelse(passages$kind == "reason" & passages$source_kind == "rater", passages$source, "")
  passages
}

# By title, the share of a passage's codings that gave each code (passages x codes; NA where nobody coded): of human
# coders together, and of each language model.
coders_of <- function(coded) {
  human <- coded$codings$coder_kind == "human"
  models <- sort(unique(coded$codings$coder[!human]), method = "radix")
  rows <- c(
    if (any(human)) list("Human coders" = human),
    setNames(lapply(models, function(name) !human & coded$codings$coder == name), sprintf("Coder %s", models))
  )
  lapply(rows, function(mine) {
    weights <- rowsum(coded$marks[mine, , drop = FALSE], coded$codings$passage[mine])
    weights <- weights / as.numeric(table(coded$codings$passage[mine])[rownames(weights)])
    found <- weights[match(coded$passages$passage, rownames(weights)), , drop = FALSE]
    dimnames(found) <- list(NULL, coded$codes$code)
    found
  })
}

# The mean over codes of each coefficient, on passages with two human coders or more; one dialogue left out at a time.
coder_figures <- function(study, report) {
  coded <- study$coded
  shown <- c(alpha = "Krippendorff's \u03b1, nominal", raw = "Raw agreement", ac1 = "Gwet's AC1")
  do.call(rbind, lapply(rows_of(report, "coding_agreement"), function(row) {
    kind <- c(reasons = "reason", replies = "reply")[[row$passages]]
    mine <- coded$codings$coder_kind == "human" &
      coded$codings$passage %in% coded$passages$passage[coded$passages$kind == kind]
    mine[mine] <- coded$codings$passage[mine] %in% coded$codings$passage[mine][duplicated(coded$codings$passage[mine])]
    passage <- coded$codings$passage[mine]
    dialogue <- coded$passages$dialogue[match(unique(passage), coded$passages$passage)]
    asked <- which(kind == "reason" | coded$codes$kind == "strategy")
    each <- lapply(asked, function(code) {
      sums <- coefficient_sums(2)(counts_of(list(pair = passage), c(0, 1), unique(passage), coded$marks[mine, code]))
      sums <- rowsum(sums, dialogue)
      total <- colSums(sums)
      coefficient_values(2)(rbind(total, sweep(-sums, 2, total, "+")))
    })
    do.call(rbind, lapply(names(shown), function(key) {
      values <- vapply(each, function(one) one[, match(shown[[key]], COEFFICIENTS)], numeric(nrow(each[[1]])))
      means <- rowMeans(matrix(values, ncol = length(each)), na.rm = TRUE)
      estimate_figures(paste0("human coders, ", row$passages, ": ", key), row[[key]], without_each(means[1], means[-1]))
    }))
  }))
}
