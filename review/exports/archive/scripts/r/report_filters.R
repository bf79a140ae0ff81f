# The tables of the report on filters, and those of the report on cost that rest on grades.

measures <- c(
  "positive predictive value" = "kept traces of the batch: share acceptable",
  "sensitivity" = "acceptable traces of the batch: share kept",
  "specificity" = "traces of the batch that are not acceptable: share discarded",
  "false-discard rate" = "discarded traces of the batch: share acceptable"
)

filters_tables <- function() {
  one <- read_sample(sampled$acceptable)
  results <- read_table("filters")
  errors <- measures_of(one)
  tables <- list(
    estimators = estimators(one), overall = overall(one, errors),
    source = groups_of(one, "source", sampled$source),
    specialty = groups_of(one, "specialty", ifelse(sampled$specialty == "", "not stated", sampled$specialty)),
    by_filter = each_filter(one, results)
  )
  tables <- c(tables, calibrations(one, results), disagreements(results))
  if (any(items$kind == "placebo")) tables$placebo <- c(towards_key(), placebos())
  others <- read_table("other_batches")
  tables$others <- lapply(seq_len(nrow(others)), function(row) transported(others[row, ], errors))
  tables
}

known_discarded <- function() study_field("includes_discarded") == "1"

# Each measure as a sample and a ratio; specificity is the sensitivity of all reversed.
ratios_of <- function(one, inside = rep(TRUE, length(one$label))) {
  kept_of_acceptable <- function(part) {
    list(numerator = as.numeric(inside & part$kept), denominator = rep(0, length(inside)),
         label_denominator = as.numeric(inside))
  }
  reversed <- one
  reversed$label <- 1 - one$label
  reversed$kept <- !one$kept
  setNames(list(
    list(one, share_of(one, inside & one$kept)), list(one, kept_of_acceptable(one)),
    list(reversed, kept_of_acceptable(reversed)), list(one, share_of(one, inside & !one$kept))
  ), names(measures))
}

measures_of <- function(one, inside = rep(TRUE, length(one$label))) {
  found <- lapply(ratios_of(one, inside), function(ratio) estimate_ratio(ratio[[1]], ratio[[2]]))
  found[unknowable(one, inside)] <- list(undefined())
  found
}

# Measures that need traces nobody graded: discarded ones that were never drawn, or any of the
# kind where every graded trace was kept, or discarded.
unknowable <- function(one, inside = rep(TRUE, length(one$label))) {
  if (!known_discarded()) return(names(measures)[-1])
  kept <- one$kept[one$answered & inside]
  if (!length(kept) || sum(one$answered) == sum(one$sizes)) return(character(0))
  if (all(kept)) names(measures)[-1] else if (any(kept)) character(0) else names(measures)[1:3]
}

capital <- function(text) paste0(toupper(substr(text, 1, 1)), substring(text, 2))

overall <- function(one, errors) {
  ratios <- ratios_of(one)
  lapply(names(measures), function(name) {
    row <- list(measure = capital(name), of = measures[[name]], estimate = errors[[name]])
    if (name %in% unknowable(one)) {
      row[c("lowest", "highest", "unanswered", "adjudications", "more")] <- list(NULL)
      return(row)
    }
    part <- ratios[[name]][[1]]
    target <- ratios[[name]][[2]]
    bounds <- bounds_of(part, target)
    traces <- round(sum(expansion_weights(part) * whole_of(target, part$label)))
    more <- further_grades(part, errors[[name]], possible_of(target), traces)
    if (is.na(errors[[name]]$value)) more <- c(NA, NA)
    c(row, list(lowest = bounds$lowest$value, highest = bounds$highest$value,
                unanswered = bounds$unanswered, adjudications = more[1], more = more[2]))
  })
}

measure_row <- function(key, name, answered, found) {
  columns <- gsub("[ -]", "_", names(measures))
  c(setNames(list(name), key), list(answered = answered), setNames(found, columns))
}

groups_of <- function(one, key, group) {
  lapply(sorted(group), function(name) {
    inside <- group == name
    measure_row(key, name, sum(one$answered & inside), measures_of(one, inside))
  })
}

# Filters that ran on sampled items, in the order of reports.
filters_run <- function(results) {
  results <- results[number(results$item) %in% sampled$item, ]
  unique(results$filter[order(number(results$place))])
}

# What a filter said of each sampled item; a row of NA where it did not look at it.
said_by <- function(results, name) {
  of_filter <- results[results$filter == name, ]
  of_filter[match(sampled$item, number(of_filter$item)), ]
}

each_filter <- function(one, results) {
  rows <- list(measure_row("filter", "all together", sum(one$answered), measures_of(one)))
  c(rows, lapply(filters_run(results), function(name) {
    said <- said_by(results, name)
    ran <- !is.na(said$filter)
    alone <- one
    alone$kept <- ran & said$passed == "1"
    decides <- any(said$decides[ran] == "1")
    title <- if (decides) name else paste(name, "(measures only)")
    measure_row("filter", title, sum(one$answered & ran), measures_of(alone, ran))
  }))
}

# The share acceptable by the score of each filter that scores, and by the learned score.
calibrations <- function(one, results) {
  tables <- list()
  for (name in filters_run(results)) {
    score <- number(said_by(results, name)$score)
    if (any(!is.na(score))) {
      tables[[paste0("score_", name)]] <- calibration(one, ifelse(is.na(score), 0, score), !is.na(score))
    }
  }
  lacks <- study_field("learned_score_lacks") != ""
  tables["learned_score"] <- list(
    if (lacks) list() else calibration(one, one$score, rep(TRUE, length(one$label))))
  tables
}

# Ten bins of about equal numbers of answered items; items of one score share a bin.
calibration <- function(one, score, inside) {
  answered <- which(one$answered & inside)
  if (!length(answered)) return(list())
  # Of the same numbers as numpy's: 7 * 0.1 is a little more than 0.7.
  edges <- unique(sort(score[answered])[ceiling(length(answered) * (1:9 * 0.1))])
  bin <- findInterval(score[answered], edges, left.open = TRUE)
  lapply(sort(unique(bin)), function(index) {
    members <- seq_along(score) %in% answered[bin == index]
    list(score = weighted.mean(score[members], 1 / one$chance[members]),
         acceptable = estimate_ratio(one, share_of(one, members)))
  })
}

# Items where the second reader's answer and the panel part: at most 200 are listed.
disagreements <- function(results) {
  said <- said_by(results, "answer")
  told <- !is.na(said$filter) & !is.na(sampled$acceptable)
  right <- told & said$passed == "1"
  wrong_reasoning <- which(right & sampled$acceptable == 0)
  sound_reasoning <- which(told & !right & sampled$acceptable == 1)
  list(right_answer_wrong_reasoning = listing(head(wrong_reasoning, 200), results),
       wrong_answer_sound_reasoning = listing(head(sound_reasoning, 200), results))
}

listing <- function(rows, results) {
  lapply(rows, function(row) {
    item <- sampled[row, ]
    failed <- results$filter[number(results$item) == item$item & results$passed != "1"]
    list(trace = paste("Trace", substr(item$trace, 1, 8)), source = item$source,
         specialty = item$specialty,
         failed = if (length(failed)) paste(failed, collapse = ", ") else "none",
         precision = item$joint_precision, coherence = item$joint_coherence,
         decision = item$joint_decision)
  })
}

# 1 if every rater who could judge accepts an item and nobody disputes its key, else 0.
accepted_by_all <- function() {
  vapply(current, function(rows) {
    able <- rows[grades$could_judge[rows]]
    if (!length(able)) return(NA_real_)
    as.numeric(all(grades$decision[able] == "accept") && !any(grades$answer_key_disputed[rows]))
  }, 0)
}

towards_key <- function() {
  one <- read_sample(accepted_by_all()[items$kind == "sampled"], settles = FALSE)
  lapply(c(TRUE, FALSE), function(kept) {
    known <- kept || known_discarded()
    accepted <- if (known) estimate_ratio(one, share_of(one, one$kept == kept)) else undefined()
    placebo_row("Towards the answer key", kept, items$kind == "sampled", accepted)
  })
}

placebos <- function() {
  arms <- c(placebo_random = "Towards a wrong option at random",
            placebo_nearest = "Towards the nearest wrong option")
  answers <- accepted_by_all()
  rows <- list()
  for (arm in names(arms)) for (kept in c(TRUE, FALSE)) {
    of_arm <- items$kind == "placebo" & items$arm == arm
    own <- answers[of_arm & items$is_kept == kept]
    if (length(own)) {
      accepted <- proportion(sum(own, na.rm = TRUE), sum(!is.na(own)))
      rows <- c(rows, list(placebo_row(arms[[arm]], kept, of_arm, accepted)))
    }
  }
  rows
}

placebo_row <- function(title, kept, chosen, accepted) {
  own <- current[chosen & items$is_kept == kept]
  own <- own[vapply(own, function(rows) any(grades$could_judge[rows]), FALSE)]
  count <- function(holds) sum(vapply(own, function(rows) any(holds[rows]), FALSE))
  list(traces = paste0(title, ", ", if (kept) "kept" else "discarded"), graded = length(own),
       accepted = accepted, disputed = count(grades$answer_key_disputed),
       flagged = count(grades$safety_flag != ""))
}

# A batch that nobody graded: Rogan and Gladen (1978), error by Greiner and Gardner (2000).
transported <- function(row, errors) {
  made <- number(row$traces)
  kept <- number(row$kept)
  list(batch = row$batch, made = made, kept = kept,
       share = rogan_gladen(made, kept, errors$sensitivity, errors$specificity))
}

rogan_gladen <- function(made, kept, sensitivity, specificity) {
  if (!made || is.na(sensitivity$value) || is.na(specificity$value)) return(undefined())
  youden <- sensitivity$value + specificity$value - 1
  if (youden <= 0) return(undefined())
  apparent <- kept / made
  value <- min(1, max(0, (apparent + specificity$value - 1) / youden))
  if (is.na(sensitivity$error) || is.na(specificity$error)) return(estimate(value, n = made))
  variance <- apparent * (1 - apparent) / made + (value * sensitivity$error)^2 +
    ((1 - value) * specificity$error)^2
  half <- z * sqrt(variance) / youden
  within_ends(estimate(value, value - half, value + half, made), 0, 1)
}

cost_tables <- function() {
  one <- read_sample(sampled$acceptable)
  costs <- read_table("costs")
  tables <- list()
  for (row in seq_len(nrow(costs))) {
    cost <- costs[row, ]
    inside <- one$kept & (cost$source == "all sources" | sampled$source == cost$source)
    key <- paste0("cost_", tolower(cost$currency))
    tables[[key]] <- c(tables[[key]], list(spent_row(cost, estimate_ratio(one, share_of(one, inside)))))
  }
  tables
}

spent_row <- function(cost, acceptable) {
  spent <- number(cost$spent)
  kept <- number(cost$kept)
  per_kept <- if (kept) spent / kept else NA
  per_accepted <- if (kept) cost_per_accepted(spent / kept, acceptable) else undefined()
  if (number(cost$calls_of_unknown_price)) per_kept <- per_accepted <- undefined()
  list(source = cost$source, spent = spent, kept = kept, per_kept = per_kept,
       acceptable = acceptable, per_accepted = per_accepted)
}

cost_per_accepted <- function(per_kept, acceptable) {
  n <- acceptable$n
  if (is.na(acceptable$value) || !acceptable$value) return(undefined(n))
  value <- per_kept / acceptable$value
  if (is.na(acceptable$low) || !acceptable$low) return(estimate(value, n = n))
  settled <- acceptable$settled
  if (!is.null(settled)) {
    settled <- if (settled[2]) c(settled[1], per_kept / settled[3], per_kept / settled[2])
  }
  estimate(value, per_kept / acceptable$high, per_kept / acceptable$low, n, settled = settled)
}
