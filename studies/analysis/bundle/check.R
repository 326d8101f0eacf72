# Recomputes the report's headline figures in plain R and holds each against report/report.json:
#
#     Rscript check.R
#
# in the bundle's folder. It takes the package jsonlite. With lme4 and ordinal it adds models with crossed random
# effects, which are another way to the same question and are never held to be equal. Exit code 1: a figure differs.
# Formulas and sources are those of the report's method; the code is written anew and shares nothing with it.

if (!requireNamespace("jsonlite", quietly = TRUE)) {
  stop("The package jsonlite is missing: install.packages(\"jsonlite\"), or on Debian: apt install r-cran-jsonlite")
}
parts <- c(
  "reading", "clustering", "preference", "agreement", "ranking", "contrasts", "codings", "scale", "models"
)
for (part in parts) {
  source(file.path("check", paste0(part, ".R")))
}

study <- read_study()
report <- read_report()
figures <- rbind(
  preference_figures(study, report),
  position_figures(study, report),
  ranking_figures(study, report),
  agreement_figures(study, report),
  coefficient_figures(study, report),
  contrast_figures(study, report),
  coding_figures(study, report),
  scale_figures(study, report)
)
wrong <- print_figures(figures)
crossed_models(study, report)
if (wrong > 0) quit(status = 1)
