# Coefficients of agreement: 1 - observed / expected disagreement, with two bootstraps. Percent
# agreement; Fleiss (1971); Krippendorff (2011); Gwet (2008, 2014). Over questions: a replicate
# draws questions. Over raters: it draws questions and raters (Owen 2007); with fewer than six
# raters it is a t interval.

agreement_weights <- function(kind, positions) {
  if (kind == "identity" || length(positions) < 2) return(diag(length(positions)))
  apart <- abs(outer(positions, positions, "-"))
  1 - (apart / max(apart))^2
}

# A coefficient of each row of totals; NA where it is undefined.
coefficient <- function(name, totals, positions) {
  points <- length(positions)
  totals <- matrix(totals, ncol = 2 + points + 2 * points^2)
  rated <- totals[, 1]
  paired <- totals[, 2]
  shares <- totals[, 2 + seq_len(points), drop = FALSE] / ifelse(rated > 0, rated, Inf)
  pairs <- totals[, 2 + points + seq_len(points^2), drop = FALSE]
  coincidences <- totals[, 2 + points + points^2 + seq_len(points^2), drop = FALSE]
  family <- sub("_.*", "", name)
  if (family == "alpha") {
    found <- krippendorff(coincidences, positions, sub(".*_", "", name))
  } else {
    weights <- agreement_weights(if (grepl("quadratic", name)) "quadratic" else "identity", positions)
    observed <- 1 - drop(pairs %*% as.vector(weights)) / ifelse(paired > 0, paired, Inf)
    chance <- switch(
      family, percent = 0 * rated, fleiss = rowSums((shares %*% weights) * shares),
      sum(weights) / (points * (points - 1)) * rowSums(shares * (1 - shares)))
    found <- list(observed = observed, expected = 1 - chance)
  }
  defined <- paired > 0 & found$expected > 1e-12
  ifelse(defined, 1 - found$observed / found$expected, NA)
}

krippendorff <- function(coincidences, positions, level) {
  points <- length(positions)
  cell <- function(k, l) coincidences[, (l - 1) * points + k]
  margins <- sapply(seq_len(points), function(k) {
    rowSums(coincidences[, (seq_len(points) - 1) * points + k, drop = FALSE])
  })
  margins <- matrix(margins, ncol = points)
  below <- t(apply(margins, 1, cumsum))
  midranks <- matrix(below, ncol = points) - margins / 2
  observed <- expected <- 0
  for (k in seq_len(points)) for (l in seq_len(points)) {
    apart <- switch(level, nominal = as.numeric(k != l), interval = (positions[k] - positions[l])^2,
                    ordinal = (midranks[, k] - midranks[, l])^2)
    observed <- observed + cell(k, l) * apart
    expected <- expected + margins[, k] * margins[, l] * apart
  }
  list(observed = observed * (rowSums(margins) - 1), expected = expected)
}

# Each coefficient: list(over questions, over raters).
agreement <- function(ratings, names, over_raters = FALSE) {
  if (!ratings$units) {
    return(setNames(lapply(names, function(.) {
      list(undefined(), if (over_raters) undefined())
    }), names))
  }
  totals <- question_totals(ratings)
  n <- paired_units(ratings)
  resamples <- as_rows(draws(nrow(totals)), nrow(totals)) %*% totals
  others <- if (over_raters) rater_totals(ratings)
  setNames(lapply(names, function(name) {
    value <- coefficient(name, colSums(totals), ratings$positions)
    if (n == 0) value <- NA
    found <- resampled_estimate(value, coefficient(name, resamples, ratings$positions), n,
                                ratings$questions)
    list(found, if (over_raters) across(ratings, found, coefficient(name, others, ratings$positions)))
  }), names)
}

# The totals without each rater where they are few, else of replicates that drew raters.
rater_totals <- function(ratings) {
  raters <- length(ratings$raters)
  if (raters < few_raters) {
    return(totals_of_replicates(ratings, matrix(1, raters, ratings$questions), 1 - diag(raters)))
  }
  questions <- as_rows(draws(ratings$questions), ratings$questions)
  totals_of_replicates(ratings, questions, t(rmultinom(replicates, raters, rep(1, raters))))
}

across <- function(ratings, found, values) {
  if (is.na(found$value)) return(found)
  raters <- length(ratings$raters)
  if (raters < min_raters) return(estimate(found$value, n = found$n))
  if (raters >= few_raters) {
    return(resampled_estimate(found$value, values, found$n, ratings$questions))
  }
  if (is.na(found$error)) return(found)
  interval <- few_raters_interval(found$value, found$error, values, found$n, TRUE)
  within_ends(interval, -1, 1)
}

# Totals of replicates that drew questions and raters; no rater is paired with themselves. Units
# that the same raters rated are summed together.
totals_of_replicates <- function(ratings, questions, drawn) {
  points <- length(ratings$scale)
  rows <- order(ratings$unit, ratings$rater)
  who <- tapply(ratings$rater[rows], ratings$unit[rows], paste, collapse = " ")
  totals <- matrix(0, nrow(drawn), 2 + points + 2 * points^2)
  for (panel in unique(who)) {
    units <- which(who == panel)
    members <- as.integer(strsplit(panel, " ", fixed = TRUE)[[1]])
    inside <- rows[ratings$unit[rows] %in% units]
    category <- matrix(ratings$category[inside], length(units), length(members), byrow = TRUE)
    weights <- t(t(questions[, ratings$question[units], drop = FALSE]) * ratings$weight[units])
    totals <- totals + totals_of_panel(category, points, weights, drawn[, members, drop = FALSE])
  }
  totals
}

totals_of_panel <- function(category, points, weights, drawn) {
  size <- rowSums(drawn)
  pairs <- size^2 - rowSums(drawn^2)
  units <- rowSums(weights)
  shares <- matrix(0, nrow(drawn), points)
  cells <- matrix(0, nrow(drawn), points^2)
  indicator <- function(codes, columns) {
    found <- matrix(0, length(codes), columns)
    found[cbind(seq_along(codes), codes)] <- 1
    found
  }
  for (j in seq_len(ncol(drawn))) {
    given <- weights %*% indicator(category[, j], points)
    shares <- shares + given * drawn[, j] / ifelse(size > 0, size, Inf)
    for (k in seq_len(j - 1)) {
      one <- indicator((category[, k] - 1) * points + category[, j], points^2)
      other <- indicator((category[, j] - 1) * points + category[, k], points^2)
      product <- drawn[, j] * drawn[, k] / ifelse(pairs > 0, pairs, Inf)
      cells <- cells + (weights %*% (one + other)) * product
    }
  }
  cbind(units * (size > 0), units * (pairs > 0), shares, cells, cells * size)
}
