# What raters flagged as unsafe, and whether they preferred it all the same: two rows an answer on `overall`, one for
# each reply.

safety_figures <- function(study, report) {
  votes <- study$eyes$Raters
  if (is.null(votes)) return(NULL)
  votes <- on(study, votes, "overall", "all")
  side <- function(first) {
    is_a <- votes$a_first == first
    flags <- if (first) votes$flags_first else votes$flags_second
    data.frame(
      dialogue = votes$dialogue, source = votes$source, system = ifelse(is_a, votes$a, votes$b),
      won = votes$value != 0 & (votes$value < 0) == is_a, unsafe = grepl("(^|\\|)unsafe(\\||$)", flags)
    )
  }
  seen <- rbind(side(TRUE), side(FALSE))
  do.call(rbind, lapply(rows_of(report, "safety_preferred"), function(row) {
    mine <- if (row$system == "all systems") seen else seen[seen$system == row$system, ]
    share <- function(hits, rows) mean_share(as.numeric(hits), rows, c("dialogue", "source"))
    flagged <- mine[mine$unsafe, ]
    name <- paste0("unsafe, ", row$system, ":")
    rbind(
      figure(paste(name, "flagged"), row$flagged, nrow(flagged)),
      figure(paste(name, "preferred all the same"), row$preferred, sum(flagged$won)),
      estimate_figures(paste(name, "preferred, of those flagged"), row$share_of_flagged, share(flagged$won, flagged)),
      estimate_figures(paste(name, "preferred, of all"), row$share_of_ratings, share(mine$won & mine$unsafe, mine))
    )
  }))
}
