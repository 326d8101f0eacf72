# Recomputes the report's headline figures in plain R and holds each against report/report.json:
#
#     Rscript check.R
#
# in the bundle's folder. It takes the package jsonlite. With lme4 and ordinal it adds models with crossed random
# effects, which are another way to the same question and are never held to be equal. Exit code 1: a figure differs, or
# a table that should be there is missing. In the end it says which headline numbers it does not redo.
# Formulas and sources are those of the report's method; the code is written anew and shares nothing with it.

if (!requireNamespace("jsonlite", quietly = TRUE)) {
  stop("The package jsonlite is missing: install.packages(\"jsonlite\"), or on Debian: apt install r-cran-jsonlite")
}
parts <- c(
  "reading", "expected", "leaving", "clustering", "jackknife", "preference", "agreement", "coefficients", "ranking",
  "contrasts", "replacing", "codings", "profiles", "overlap", "strategies", "safety", "association", "scale", "axis",
  "halo", "consistency", "blinding", "models"
)
for (part in parts) {
  source(file.path("check", paste0(part, ".R")), encoding = "UTF-8")
}

# Whatever R draws, it draws the same each time.
set.seed(1)
study <- read_study()
report <- read_report()
figures <- rbind(
  same_rows_figures(study, report),
  preference_figures(study, report),
  position_figures(study, report),
  ranking_figures(study, report),
  agreement_figures(study, report),
  coefficient_figures(study, report),
  contrast_figures(study, report),
  replacing_figures(study, report),
  coder_figures(study, report),
  profile_figures(study, report),
  overlap_figures(study, report),
  strategy_figures(study, report),
  safety_figures(study, report),
  scale_figures(study, report),
  axis_figures(study, report),
  halo_figures(study, report),
  consistency_figures(study, report),
  blinding_figures(study, report)
)
wrong <- print_figures(figures)
missing <- print_missing(study, report)
print_not_redone(report)
crossed_models(study, report)
if (wrong + missing > 0) quit(status = 1)
