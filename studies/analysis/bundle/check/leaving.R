# Which headline numbers are not redone, and why. Headline numbers are those of the tables that the report's first
# section, In short, is read from, of the rationales' first tables, and of the tables on score against size, speed and
# benchmarks. Counts of answers, pairs and clusters are not among them, ranks are.

HEADLINE <- c(
  "contrasts", "preference", "interaction", "ranking", "agreement", "coefficients", "alt_test", "coding_agreement",
  "reasons_dimensions", "profile_distance", "profile_differences", "overlap", "overlap_jaccard", "strategies",
  "strategies_interaction", "safety_preferred", "size", "size_share", "size_families", "speed", "speed_share",
  "speed_families", "axis", "axis_partial", "axis_among", "halo", "consistency_people", "bias_position", "blinding",
  "leaks"
)

ENDS <- c("low", "high")
EVERY <- c("value", ENDS)
UNBOUNDED <- c("never lost", "never won", "linked one way only", "not linked", "no votes")
everywhere <- function(row, rows) TRUE

# Tables, columns (NULL: all), parts of a cell (a number by itself is a value), which rows, and why.
left <- function(tables, columns, parts, why, rows = everywhere) {
  list(tables = tables, columns = columns, parts = parts, why = why, rows = rows)
}
NOT_REDONE <- list(
  left("ranking", c("rank_low", "rank_high"), EVERY,
       "ranks left open: whole numbers from 8,000 draws, which other draws may move"),
  left("ranking", "elo_dialogues", EVERY,
       "Elo over dialogues alone: resampled; the interval over all clusters is redone"),
  left("ranking", "elo", EVERY, "Elo of systems that a prior places: their strength has no bound",
       function(row, rows) row$remark %in% UNBOUNDED),
  left("ranking", "rank", EVERY, "ranks beside a system that a prior places",
       function(row, rows) any(vapply(rows, function(one) one$eyes == row$eyes && one$remark %in% UNBOUNDED, TRUE))),
  left(c("size", "size_share", "size_families", "speed", "speed_share", "speed_families", "axis", "axis_partial"),
       c("rho", "slope"), ENDS,
       "intervals of rho (of true scores) and of slopes over the ratings' noise: drawn at random; what they are around is redone"),
  left("halo", c("mean", "first", "independent"), EVERY,
       "dimensions of pairs and systems together: In short tells of single answers, which are redone",
       function(row, rows) row$level != "answers, within each source"),
  left("leaks", NULL, EVERY, "leaks: a classifier with folds drawn at random, on features of texts")
)

# The columns of a table that hold headline numbers.
number_columns <- function(report, key) {
  columns <- report$tables[[key]]$columns
  keys <- vapply(columns, function(column) column$key, "")
  kinds <- vapply(columns, function(column) column$kind, "")
  keys[!(kinds %in% c("text", "count")) | keys %in% c("rank", "rank_low", "rank_high")]
}

# How many numbers stand in these columns and parts of a table's cells.
numbers_in <- function(report, key, columns, parts, chosen = everywhere) {
  rows <- rows_of(report, key)
  sum(vapply(Filter(function(row) chosen(row, rows), rows), function(row) {
    sum(vapply(columns, function(column) {
      cell <- row[[column]]
      if (is.list(cell)) sum(lengths(cell[parts]) > 0) else as.integer(!is.null(cell) && "value" %in% parts)
    }, 1L))
  }, 1L))
}

print_not_redone <- function(report) {
  all <- sum(vapply(HEADLINE, function(key) numbers_in(report, key, number_columns(report, key), EVERY), 1L))
  counts <- vapply(NOT_REDONE, function(one) {
    sum(vapply(one$tables, function(key) {
      columns <- number_columns(report, key)
      chosen <- if (is.null(one$columns)) columns else intersect(one$columns, columns)
      numbers_in(report, key, chosen, one$parts, one$rows)
    }, 1L))
  }, 1L)
  cat(sprintf("\nThe report has %d headline numbers; %d are recomputed above, %d are not:\n", all, all - sum(counts),
              sum(counts)))
  for (i in which(counts > 0)) cat(sprintf("%6d  %s\n", counts[i], NOT_REDONE[[i]]$why))
}
