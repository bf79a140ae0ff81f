# Work out the tables of this study's reports again from its grades, and compare.
#
#     Rscript analysis.R [--only-compare]
#
# Needs R 4.0 and no package. Prints every figure as CSV, then on standard error what differs from
# reports.csv. Ends with 1 if anything does.

options(stringsAsFactors = FALSE, warn = 1)
arguments <- commandArgs()
script <- sub("^--file=", "", grep("^--file=", arguments, value = TRUE))
folder <- dirname(normalizePath(script))
for (name in c("archive", "intervals", "panel", "ratings", "agreement", "raters", "weighted",
               "report_agreement", "report_quality", "report_filters", "report_workload",
               "document")) {
  source(file.path(folder, "r", paste0(name, ".R")), encoding = "UTF-8")
}
set.seed(1)

study <- read_table("study")
raters <- read_table("raters")
path_grades <- read_table("path_grades")
path_edges <- read_table("path_edges")
edges_of_path <- split(seq_len(nrow(path_edges)), paste(path_edges$trace, path_edges$path))
grades <- read_grades()
items <- read_items()
current <- by_item(grades$is_current)
independent <- by_item(grades$is_independent)
warned <- (grades$is_current | grades$after_reveal) &
  (grades$safety_flag != "" | grades$answer_key_disputed)
warnings_of <- by_item(warned)
# A harm found when an item was graded again is real: it warns of the item.
for (row in which(!is.na(items$repeat_of))) {
  twin <- match(items$repeat_of[row], items$item)
  warnings_of[[twin]] <- c(warnings_of[[twin]], warnings_of[[row]])
}
items <- conclude()
sampled <- items[items$kind == "sampled", ]

figures <- figures_of(list(
  agreement = agreement_tables(), quality = quality_tables(), workload = workload_tables(),
  filters = filters_tables(), funnel = cost_tables()
))
if (!"--only-compare" %in% arguments) write.csv(figures, row.names = FALSE, na = "")

consensus <- read_table("consensus")
wrong <- items$unanswered != consensus$unanswered | items$waits_for != consensus$waits_for |
  items$joint_decision != consensus$decision
found <- differences(figures)
lines <- c(found$lines, if (any(wrong)) paste0("consensus.csv, item ", items$item[wrong], ": differs"))
verdict <- if (length(lines)) paste(length(lines), "differ") else "all as reported"
writeLines(c(lines, sprintf(
  "%d figures, %d of them with resampled intervals (%d of these of too few items to compare), %s.",
  nrow(figures), found$resampled, found$few, verdict)), stderr())
quit(status = as.integer(length(lines) > 0))
