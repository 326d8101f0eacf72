# Ratings against the logarithm of published sizes: Spearman's rho, and Theil and Sen's slope for a tenfold size.

scale_figures <- function(study, report) {
  systems <- read_csv("systems.csv")
  columns <- c(total = "params_total", active = "params_active")
  do.call(rbind, lapply(rows_of(report, "size"), function(row) {
    if (is.null(row$rho$value) || !(row$parameters %in% names(columns))) return(NULL)
    elo <- elo_of(study, on(study, study$eyes[[row$eyes]], row$dimension, "all"))
    size <- suppressWarnings(as.numeric(systems[[columns[[row$parameters]]]]))
    known <- !(systems$kind %in% c("human", "decoy")) & !is.na(size) & size > 0 & systems$system %in% names(elo)
    x <- log10(size[known])
    y <- elo[systems$system[known]]
    couples <- combn(length(x), 2)
    couples <- couples[, x[couples[1, ]] != x[couples[2, ]], drop = FALSE]
    slopes <- (y[couples[2, ]] - y[couples[1, ]]) / (x[couples[2, ]] - x[couples[1, ]])
    name <- paste0(row$eyes, ", ", row$dimension, ", ", row$parameters, " parameters:")
    rbind(
      figure(paste(name, "Spearman's rho"), row$rho$value, cor(rank(x), rank(y))),
      figure(paste(name, "Elo for a tenfold size"), row$slope$value, median(slopes))
    )
  }))
}
