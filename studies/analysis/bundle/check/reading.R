# The bundle's files: answers turned so that a pair is the same pair for everybody, and the report's tables.

read_csv <- function(name) {
  path <- file.path("data", name)
  if (!file.exists(path)) return(NULL)
  table <- read.csv(path, colClasses = "character", na.strings = character(0), check.names = FALSE,
                    encoding = "UTF-8")
  # A text that a spreadsheet would run has one apostrophe in front.
  table[] <- lapply(table, function(cell) sub("^'", "", cell))
  table
}

read_study <- function() {
  systems <- read_csv("systems.csv")
  rows <- read_csv("verdicts.csv")
  column <- function(name, otherwise) if (name %in% names(rows)) rows[[name]] else rep(otherwise, nrow(rows))
  people <- systems$system[systems$kind == "human"]
  place <- function(system) paste0(ifelse(system %in% people, "0", "1"), system)
  first <- place(rows$system_first)
  second <- place(rows$system_second)
  # People's systems come first, then by name: `a` is the same system however the pair was shown.
  first_is_a <- order_of(first, second) < order_of(second, first)
  shown <- as.integer(rows$value_shown)
  turned <- function(one, other) ifelse(first_is_a, one, other)
  table <- data.frame(
    dialogue = rows$dialogue, pair = paste(rows$dialogue, rows$pair, sep = "/"), dimension = rows$dimension,
    kind = rows$source_kind, source = rows$source, tags = column("tags", ""),
    flags_first = column("flags_first", ""), flags_second = column("flags_second", ""),
    a = turned(rows$system_first, rows$system_second), b = turned(rows$system_second, rows$system_first),
    value = ifelse(first_is_a, shown, -shown), a_first = first_is_a, weight = rep(1, nrow(rows)),
    writer_a = turned(column("writer_first", ""), column("writer_second", "")),
    writer_b = turned(column("writer_second", ""), column("writer_first", ""))
  )
  human_a <- table$a %in% people
  human_b <- table$b %in% people
  table$writer <- ifelse(human_a & (!human_b | table$writer_a == table$writer_b), table$writer_a, "")
  decoys <- systems$system[systems$kind == "decoy"]
  kept <- column("kind", "main") == "main" & column("excluded", "0") != "1" &
    !(table$a %in% decoys) & !(table$b %in% decoys)
  rated <- kept & table$kind == "rater" & column("occasion", "1") == "1"
  judged <- kept & table$kind == "judge" & column("phase", "main") != "no_rubric"
  study <- list(
    people = people, systems = sort(unique(c(table$a, table$b)), method = "radix"), slices = slices_of(table),
    dimensions = unique(table$dimension), answers = answers_of(table$value),
    eyes = eyes_of(table[rated, ], table[judged, ]), judged = table[judged, ],
    kinds = setNames(systems$kind, systems$system)
  )
  study$coded <- read_codings()
  study
}

# Places of texts in the order of their bytes, whatever the language of this machine.
order_of <- function(texts, among) {
  match(texts, sort(unique(c(texts, among)), method = "radix"))
}

# The dialogues of each slice: all, regular (where some are adversarial), and each tag.
slices_of <- function(table) {
  tags <- strsplit(table$tags, "|", fixed = TRUE)
  tagged <- function(tag) unique(table$dialogue[vapply(tags, function(one) tag %in% one, TRUE)])
  found <- setdiff(sort(unique(as.character(unlist(tags))), method = "radix"), "")
  slices <- lapply(setNames(found, found), tagged)
  every <- unique(table$dialogue)
  meaning <- list(all = every)
  if ("adversarial" %in% found) meaning$regular <- setdiff(every, slices$adversarial)
  for (name in intersect(names(meaning), found)) slices[[paste(name, "(tag)")]] <- slices[[name]]
  slices[names(meaning)] <- meaning
  slices
}

# The answers of the protocol's scale; without a protocol those of the smallest scale that has all given ones.
answers_of <- function(given) {
  scales <- list(c(-1, 1), c(-1, 0, 1), c(-2, -1, 1, 2), -2:2)
  path <- file.path("data", "protocol.json")
  if (file.exists(path)) {
    options <- length(jsonlite::fromJSON(path, simplifyVector = FALSE)$answers)
    scales <- c(scales[options - 1], scales)
  }
  for (scale in scales) if (all(given %in% scale)) return(scale)
  -2:2
}

# Whose answers, by the title that the report has for them: raters, each judge, the jury.
eyes_of <- function(rated, judged) {
  eyes <- if (nrow(rated)) list(Raters = rated) else list()
  for (name in sort(unique(judged$source), method = "radix")) {
    mine <- judged[judged$source == name, ]
    # Both orders of a judge, and repeated calls, share a weight of 1.
    mine$weight <- 1 / ave(mine$weight, mine$pair, mine$dimension, FUN = length)
    eyes[[paste("Judge", name)]] <- mine
  }
  jury <- jury_of(judged)
  if (nrow(jury)) eyes[["Jury of judges"]] <- jury
  eyes
}

# What each judge says in both orders together: a preference only where both orders have it.
settled <- function(judged) {
  if (!nrow(judged)) return(judged)
  key <- paste(judged$pair, judged$dimension, judged$source, sep = "\r")
  within_order <- paste(key, judged$a_first, sep = "\r")
  said <- tapply(sign(judged$value), within_order, function(values) sign(sum(values)))
  whose <- key[match(names(said), within_order)]
  both <- tapply(as.numeric(said), whose, function(values) mean(values))
  one <- judged[!duplicated(key), ]
  mean_of <- both[paste(one$pair, one$dimension, one$source, sep = "\r")]
  one$value <- as.integer((mean_of == 1) - (mean_of == -1))
  one$weight <- 1
  one
}

# What more than half of the judges say; pairs with fewer than two judges have no verdict.
jury_of <- function(judged) {
  single <- settled(judged)
  if (!nrow(single)) return(single)
  key <- paste(single$pair, single$dimension, sep = "\r")
  number <- ave(single$weight, key, FUN = length)
  for_a <- ave(as.numeric(single$value < 0), key, FUN = sum)
  for_b <- ave(as.numeric(single$value > 0), key, FUN = sum)
  single$value <- as.integer((2 * for_b > number) - (2 * for_a > number))
  single$source <- ""
  single[!duplicated(key) & number >= 2, ]
}

on <- function(study, votes, dimension, slice) {
  votes[votes$dimension == dimension & votes$dialogue %in% study$slices[[slice]], ]
}

# The report's tables by key, and its sections with the sentence why one is absent.
read_report <- function() {
  report <- jsonlite::fromJSON(file.path("report", "report.json"), simplifyVector = FALSE)
  keyed <- function(things) setNames(things, vapply(things, function(thing) thing$key, ""))
  parts <- unlist(lapply(report$sections, function(section) section$parts), recursive = FALSE)
  tables <- lapply(parts, function(part) if (identical(part$type, "figure")) part$table else part)
  list(sections = keyed(report$sections), tables = keyed(tables), resamples = report$options$resamples)
}

# The rows of a table; none where it is not there, which `missing_tables` tells. A column that is not there ends it all:
# `$` of a list would say NULL, and nothing would be checked.
rows_of <- function(report, key, chosen = function(row) TRUE) {
  rows <- lapply(report$tables[[key]]$rows, function(row) structure(row, class = "told", table = key))
  rows[vapply(rows, function(row) isTRUE(chosen(row)), TRUE)]
}

`[[.told` <- function(row, column) {
  if (!(column %in% names(row))) {
    stop(sprintf("report/report.json: the table %s has no column %s", attr(row, "table"), column), call. = FALSE)
  }
  .subset2(row, column)
}
`$.told` <- function(row, column) row[[column]]

number <- function(value) if (is.null(value) || !length(value) || !is.finite(value)) NA_real_ else as.numeric(value)

# One line of what is printed in the end: a number of the report and what R makes of it; none where neither has one.
# `within` is how far apart two numbers may be that were drawn at random, each by itself.
figure <- function(name, told, found, within = 0) {
  if (is.na(number(told)) && is.na(number(found))) return(NULL)
  data.frame(figure = name, report = number(told), R = number(found), within = within)
}

# The value of an estimate and the ends of its interval.
estimate_figures <- function(name, told, found) {
  rbind(
    figure(name, told$value, found$value), figure(paste(name, "95 % from"), told$low, found$low),
    figure(paste(name, "95 % to"), told$high, found$high)
  )
}

# Reports are written with six digits: a number may be off by half of the sixth, and by 1e-6 beyond that.
TOLERANCE <- 1e-6
reach_of <- function(told) TOLERANCE + ifelse(told == 0, 0, 0.5 * 10^(floor(log10(abs(told))) - 5))

# Prints all lines; how many are apart.
print_figures <- function(figures) {
  if (is.null(figures) || !nrow(figures)) {
    cat("The report has no figure that is recomputed here.\n")
    return(0)
  }
  apart <- figures$R - figures$report
  told <- ifelse(is.na(figures$report), 0, figures$report)
  same <- !is.na(apart) & abs(apart) <= reach_of(told) + figures$within + 1e-12
  cat(sprintf("%-86s %12s %12s %10s\n", "figure", "report", "R", "apart"))
  cat(sprintf("%-86s %12.6g %12.6g %10.1e  %s\n", figures$figure, figures$report, figures$R, apart,
              ifelse(same, "ok", "DIFFERS")), sep = "")
  cat(sprintf("\n%d of %d figures are the same.\n", sum(same), length(same)))
  sum(!same)
}

# How far two shares p of draws at random may be apart, one from `theirs` and one from `ours` draws: five standard
# errors, and a draw of each.
drawn_apart <- function(p, theirs, ours) 5 * sqrt(p * (1 - p) * (1 / theirs + 1 / ours)) + 1 / theirs + 1 / ours
