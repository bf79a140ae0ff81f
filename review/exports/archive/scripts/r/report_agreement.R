# The tables of the report on agreement. A table is a list of rows, a row a list of cells.

coefficients <- list(
  scale = c("percent", "alpha_ordinal", "ac2_quadratic", "fleiss_quadratic", "alpha_interval"),
  order = c("percent", "alpha_ordinal", "ac2_quadratic", "fleiss_quadratic"),
  names = c("percent", "alpha_nominal", "ac1", "fleiss")
)
titles <- c(
  percent = "Percent agreement", alpha_nominal = "Krippendorff's alpha (nominal)",
  alpha_ordinal = "Krippendorff's alpha (ordinal)",
  alpha_interval = "Krippendorff's alpha (interval)",
  fleiss = "Fleiss's kappa (identity weights)",
  fleiss_quadratic = "Fleiss's kappa (quadratic weights)", ac1 = "Gwet's AC1 (identity weights)",
  ac2_quadratic = "Gwet's AC2 (quadratic weights)"
)
types <- c(percent = "", alpha = "kappa-type", fleiss = "kappa-type", ac1 = "AC-type", ac2 = "AC-type")
icc_titles <- c("ICC(1,1): raters differ from item to item", "ICC(2,1): raters are a sample",
                "ICC(3,1): these raters only")

agreement_tables <- function() {
  asked <- read_criteria()
  asked <- lapply(asked, function(one) {
    one$ratings <- as_ratings(one$judged, one$scale)
    one$figures <- agreement(unweighted(one$ratings), coefficients[[one$kind]], TRUE)
    weight <- one$ratings$weight
    if (length(weight) && diff(range(weight)) > 1e-9) {
      one$weighted <- agreement(one$ratings, coefficients[[one$kind]])
    }
    one
  })
  names(asked) <- vapply(asked, function(one) one$code, "")
  weighted <- Filter(function(one) !is.null(one$weighted), asked)
  tables <- list(criteria = lapply(asked, summary_row, "figures", 1),
                 criteria_raters = lapply(asked, summary_row, "figures", 2))
  if (length(weighted)) tables$criteria_weighted <- lapply(weighted, summary_row, "weighted", 1)
  for (level in unique(vapply(asked, function(one) one$level, ""))) {
    of_level <- Filter(function(one) one$level == level, asked)
    tables[[paste0("level_", gsub(" ", "_", level))]] <- details(of_level)
  }
  tables$by_source <- parts(asked, "source")
  tables$by_specialty <- parts(asked, "specialty")
  tables$yes_and_no <- yes_and_no(asked)
  tables$panel <- panel_rows()
  for (code in c("decision", "precision")) tables <- c(tables, pairs_of(code, asked[[code]]$ratings))
  for (code in c("precision", "coherence")) tables <- c(tables, severity(code, asked[[code]]$ratings))
  c(tables, retest_tables(), list(controls = control_rows()))
}

most_frequent <- function(ratings) {
  if (!length(ratings$category)) return("")
  seen <- unique(ratings$category)
  times <- tabulate(ratings$category, length(ratings$scale))[seen]
  name <- gsub("_", " ", ratings$scale[seen[which.max(times)]], fixed = TRUE)
  sprintf("%s, %.1f %%", name, max(times) / length(ratings$category) * 100)
}

summary_row <- function(one, figures, which) {
  names <- coefficients[[one$kind]]
  of <- function(name) one[[figures]][[name]][[which]]
  list(criterion = one$title, level = one$level, commonest = most_frequent(one$ratings),
       percent = of(names[1]), kappa_name = titles[[names[2]]], kappa = of(names[2]),
       ac_name = titles[[names[3]]], ac = of(names[3]))
}

details <- function(asked) {
  unequal <- any(vapply(asked, function(one) !is.null(one$weighted), FALSE))
  rows <- list()
  for (one in asked) {
    for (name in coefficients[[one$kind]]) {
      row <- list(criterion = one$title, coefficient = titles[[name]],
                  type = types[[sub("_.*", "", name)]],
                  over_questions = one$figures[[name]][[1]], over_raters = one$figures[[name]][[2]])
      if (unequal) row["weighted"] <- list(one$weighted[[name]][[1]])
      rows <- c(rows, list(row))
    }
    if (one$kind == "scale") {
      rows <- c(rows, Map(function(title, figure) {
        row <- list(criterion = one$title, coefficient = title, type = "ICC", over_questions = figure)
        row["over_raters"] <- list(NULL)
        if (unequal) row["weighted"] <- list(NULL)
        row
      }, icc_titles, intraclass(one$ratings)))
    }
  }
  rows
}

parts <- function(asked, key) {
  rows <- list()
  for (one in Filter(function(one) one$main, asked)) {
    part <- ifelse(one$judged[[key]] == "", "not stated", one$judged[[key]])
    for (name in sorted(part)) {
      ratings <- unweighted(as_ratings(one$judged[part == name, ], one$scale))
      names <- coefficients[[one$kind]][1:3]
      figures <- agreement(ratings, names)
      row <- list(name, criterion = one$title, commonest = most_frequent(ratings),
                  percent = figures[[1]][[1]], kappa = figures[[2]][[1]], ac = figures[[3]][[1]])
      names(row)[1] <- key
      rows <- c(rows, list(row))
    }
  }
  rows
}

yes_and_no <- function(asked) {
  lapply(Filter(function(one) identical(one$scale, no_yes), asked), function(one) {
    found <- specific_agreement(one$ratings)
    list(criterion = one$title, positive = found[[2]], negative = found[[1]])
  })
}

panel_rows <- function() {
  graded <- grades$rater[unlist(independent[items$kind == "sampled"])]
  lapply(which(raters$in_panel == "1"), function(row) {
    list(rater = raters$rater[row], specialty = raters$specialty[row],
         seniority = raters$seniority[row], graded = sum(graded == raters$rater[row]))
  })
}

# The panel's confusion, and each pair's kappa; short scales list the cells of each pair.
pairs_of <- function(code, ratings) {
  scale <- ratings$scale
  whole <- matrix(0, length(scale), length(scale))
  rows <- list()
  for (first in seq_along(ratings$raters)) for (second in seq_along(ratings$raters)) {
    if (second <= first) next
    found <- cohen(ratings, first, second)
    if (!sum(found$confusion)) next
    whole <- whole + found$confusion + t(found$confusion)
    row <- list(first = ratings$raters[first], second = ratings$raters[second], kappa = found$kappa)
    if (length(scale) <= 3) {
      for (a in seq_along(scale)) for (b in seq_along(scale)) {
        row[[paste0("c_", scale[a], "_", scale[b])]] <- found$confusion[a, b]
      }
    }
    rows <- c(rows, list(row))
  }
  counts <- if (length(rows)) lapply(seq_along(scale), function(k) {
    c(list(said = scale[k]), setNames(as.list(whole[k, ]), paste0("p_", scale)))
  })
  setNames(list(counts, rows), paste0(c("confusion_", "pairs_"), code))
}

severity <- function(code, ratings) {
  residuals <- residuals_of(ratings)
  rows <- lapply(seq_along(ratings$raters), function(r) own_rows(ratings, residuals, r))
  severities <- Map(function(rater, own) {
    list(rater = rater, residual = mean_residual(ratings, residuals, sort(own)),
         drift = drift(ratings, residuals, own))
  }, ratings$raters, rows)
  over_time <- Map(function(rater, own) {
    c(list(rater = rater), setNames(quarters(ratings, residuals, own), paste0("quarter_", 1:4)))
  }, ratings$raters, rows)
  setNames(list(severities, over_time), paste0(c("severity_", "drift_"), code))
}

# Repeats beside the same rater's first grade of the item.
retest_tables <- function() {
  first <- unlist(independent[items$kind == "sampled"])
  again <- unlist(independent[items$kind == "repeat"])
  twin <- items$repeat_of[match(grades$item[again], items$item)]
  match_of <- first[match(paste(twin, grades$rater[again]), paste(grades$item[first], grades$rater[first]))]
  again <- again[!is.na(match_of)]
  match_of <- match_of[!is.na(match_of)]
  who <- sorted(grades$rater[again])
  able <- grades$could_judge[again] & grades$could_judge[match_of]
  again <- again[able]
  match_of <- match_of[able]
  same <- lapply(who, function(rater) {
    own <- grades$rater[again] == rater
    list(rater = rater, decision = proportion(sum((grades$decision[again] == grades$decision[match_of])[own]), sum(own)))
  })
  points <- list(Precision = grades$precision, Coherence = grades$own_coherence,
                 Decision = match(grades$decision, decisions))
  rows <- Map(function(title, values, scale) {
    retest_row(title, values[match_of], values[again], again, scale)
  }, names(points), points, list(one_to_five, one_to_five, as.character(1:3)))
  list(retest = rows, retest_raters = same)
}

retest_row <- function(title, first, second, again, scale) {
  n <- length(first)
  if (!n) {
    nothing <- undefined()
    return(list(criterion = title, exact = nothing, kappa = nothing, ac2 = nothing, shift = nothing))
  }
  question <- items$question[match(grades$item[again], items$item)]
  ratings <- as_ratings(data.frame(
    unit = rep(as.character(seq_len(n)), 2), value = as.character(c(first, second)),
    rater = rep(c("1", "2"), each = n), question = rep(question, 2), at = 0, weight = 1
  ), scale)
  list(criterion = title, exact = proportion(sum(first == second), n),
       kappa = cohen(ratings, 1, 2)$kappa,
       ac2 = agreement(ratings, "ac2_quadratic")[[1]][[1]],
       shift = clustered_mean(second - first, question))
}

# Grades of control items that met what was expected.
control_rows <- function() {
  rows <- unlist(independent[items$kind == "control" & !is.na(items$expected_precision)])
  if (!length(rows)) return(list())
  item <- items[match(grades$item[rows], items$item), ]
  able <- grades$could_judge[rows]
  near <- function(given, expected) able & !is.na(given) & abs(given - expected) <= item$expected_tolerance
  met <- data.frame(
    precision = near(grades$precision[rows], item$expected_precision),
    coherence = near(grades$own_coherence[rows], item$expected_coherence),
    decision = ifelse(item$expected_decision == "", NA, able & grades$decision[rows] == item$expected_decision)
  )
  groups <- c(list(`the panel` = rep(TRUE, length(rows))),
              sapply(sorted(grades$rater[rows]), function(r) grades$rater[rows] == r, simplify = FALSE))
  Map(function(name, inside) {
    of <- met[inside, ]
    share <- function(column) proportion(sum(column, na.rm = TRUE), sum(!is.na(column)))
    every <- apply(of, 1, all, na.rm = TRUE)
    list(rater = name, precision = share(of$precision), coherence = share(of$coherence),
         decision = share(of$decision), all = proportion(sum(every), nrow(of)))
  }, names(groups), groups)
}
