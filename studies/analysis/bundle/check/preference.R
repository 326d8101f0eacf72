# Shares of preference of people's replies over models': each writer the same weight against each model, each model the
# same weight in the mean, ties as half a win.

people_and_models <- function(study, votes) votes[votes$a %in% study$people & !(votes$b %in% study$people), ]

# Weights that add up to 1 in each cell (a model), shared evenly among its writers.
even_weights <- function(votes) {
  writer <- paste(votes$b, votes$writer, sep = "\r")
  total <- ave(votes$weight, writer, FUN = sum)
  writers <- ave(seq_along(writer), votes$b, FUN = function(rows) length(unique(writer[rows])))
  votes$weight / (total * writers)
}

# The mean over models, what each vote moves it by, and the part of all weight that each vote has.
over_models <- function(votes, win = (1 - sign(votes$value)) / 2) {
  weight <- even_weights(votes)
  share <- weight / length(unique(votes$b))
  mean_of <- ave(weight * win, votes$b, FUN = sum)
  list(value = sum(share * win), influence = share * (win - mean_of), weight = share)
}

# A mean over models is known no better than the means it is made of: influences are made up for the part h of its
# model's weight, and g of all weight, that a vote's cluster holds, by the root of (1 - g) / (1 - h), at least 1 (the
# leverage of HC2, MacKinnon & White 1985). NULL where a model's votes are all of one cluster and others are not.
loosened <- function(found, votes, ways) {
  whole <- ave(found$weight, votes$b, FUN = sum)
  factor <- rep(1, nrow(votes))
  for (way in ways_of(votes, ways)) {
    name <- cluster(votes[[way]])
    h <- ave(found$weight, votes$b, name, FUN = sum) / whole
    if (any(h > 1 - 1e-9 & whole < 1 - 1e-9)) return(NULL)
    g <- ave(found$weight, name, FUN = sum)
    factor <- pmax(factor, ifelse(h < 1 - 1e-9, sqrt((1 - g) / (1 - h)), 1))
  }
  found$influence * factor
}

WAYS <- c("dialogue", "source", "writer")

share_of <- function(votes, win = (1 - sign(votes$value)) / 2) {
  if (!nrow(votes)) return(list(value = NULL))
  found <- over_models(votes, win)
  influence <- loosened(found, votes, WAYS)
  if (is.null(influence)) return(bare(found$value))
  interval(found$value, influence, votes, WAYS)
}

# The share of wins among the answers that prefer a reply: a ratio, by its derivative, and known as well as these
# answers.
decisive_of <- function(votes) {
  won <- over_models(votes, as.numeric(votes$value < 0))
  lost <- over_models(votes, as.numeric(votes$value > 0))
  decided <- won$value + lost$value
  if (decided == 0) return(list(value = NULL))
  value <- won$value / decided
  both <- list(influence = (won$influence - value * (won$influence + lost$influence)) / decided, weight = won$weight)
  influence <- loosened(both, votes, WAYS)
  if (is.null(influence)) return(bare(value))
  interval(value, influence, votes, WAYS, sides = list(votes, votes[votes$value != 0, ]))
}

# The share on some dialogues less that on all others, over the models that have answers on both.
difference_of <- function(votes, dialogues) {
  inside <- votes$dialogue %in% dialogues
  both <- votes$b %in% intersect(votes$b[inside], votes$b[!inside])
  sides <- list(votes[inside & both, ], votes[!inside & both, ])
  if (!nrow(sides[[1]])) return(list(value = NULL))
  found <- lapply(sides, over_models)
  value <- found[[1]]$value - found[[2]]$value
  influence <- Map(function(one, side) loosened(one, side, WAYS), found, sides)
  if (any(vapply(influence, is.null, TRUE))) return(bare(value))
  interval(value, c(influence[[1]], -influence[[2]]), do.call(rbind, sides), WAYS, least = -1, sides = sides)
}

preference_figures <- function(study, report) {
  shares <- lapply(rows_of(report, "preference_full", function(row) is_headline(study, row)), function(row) {
    votes <- chosen(study, row)
    share <- estimate_figures(paste(place(row), "share"), row$share, share_of(votes))
    if (row$slice != "all" || row$model != "all models") return(share)
    rbind(
      share,
      estimate_figures(paste(place(row), "wins"), row$wins, share_of(votes, as.numeric(votes$value < 0))),
      estimate_figures(paste(place(row), "ties"), row$ties, share_of(votes, as.numeric(votes$value == 0))),
      estimate_figures(paste(place(row), "losses"), row$losses, share_of(votes, as.numeric(votes$value > 0))),
      estimate_figures(paste(place(row), "share without ties"), row$share_without_ties, decisive_of(votes))
    )
  })
  changes <- lapply(rows_of(report, "interaction_full", function(row) is_headline(study, row)), function(row) {
    votes <- chosen(study, row, slice = "all")
    name <- paste(place(row), "less elsewhere")
    estimate_figures(name, row$difference, difference_of(votes, study$slices[[row$slice]]))
  })
  do.call(rbind, c(shares, changes))
}

# The first dimension: of raters and the jury all of it, of single judges the mean over models.
is_headline <- function(study, row) {
  row$dimension == first_dimension(study) && (row$model == "all models" || !startsWith(row$eyes, "Judge "))
}

chosen <- function(study, row, slice = row$slice) {
  votes <- people_and_models(study, on(study, study$eyes[[row$eyes]], row$dimension, slice))
  if (row$model == "all models") votes else votes[votes$b == row$model, ]
}

place <- function(row) paste0(row$eyes, ", ", row$dimension, ", ", row$slice, ", ", row$model, ":")

# How often the reply shown first is preferred, of the answers that prefer one. Writers say nothing of sides.
position_figures <- function(study, report) {
  do.call(rbind, lapply(rows_of(report, "bias_position"), function(row) {
    votes <- on(study, study$eyes[[row$eyes]], row$dimension, row$slice)
    if (row$eyes != "Raters") votes$source <- rep("", nrow(votes))
    votes <- votes[votes$value != 0, ]
    first <- as.numeric((votes$value < 0) == votes$a_first)
    found <- mean_share(first, votes, c("dialogue", "source"), votes$weight)
    estimate_figures(paste0(row$eyes, ", ", row$dimension, ": first shown preferred"), row$first_preferred, found)
  }))
}
