# Shares of the batch from the stratified sample. Strata keep their known sizes; within a stratum
# items weigh the inverse of their recorded chance, increased for items without an answer. Errors:
# linearised residuals summed by question, with a finite-population correction; Wilson's interval
# with the effective size (Korn and Graubard 1998). Cochran (1977), chapters 5, 6, 11.

min_labels <- 30

# The sampled items in columns. Items without an answer have label 0. Strata with fewer than two
# answers are joined. `settles`: the label follows from the consensus, so it waits with it.
read_sample <- function(label, settles = TRUE) {
  strata <- read_table("strata")
  one <- list(
    strata = strata$stratum, sizes = number(strata$traces), means = number(strata$learned_score_mean),
    stratum = match(sampled$stratum, strata$stratum), question = sampled$question,
    chance = sampled$chance, label = ifelse(is.na(label), 0, label), answered = !is.na(label),
    kept = sampled$is_kept, score = sampled$learned_score,
    waiting = settles & sampled$waits_for != "" & sampled$key_exclusion == ""
  )
  one$scored <- nrow(sampled) > 0 && !anyNA(one$means) && !anyNA(one$score)
  join_thin_strata(one)
}

by_stratum <- function(one, values) {
  vapply(seq_along(one$strata), function(s) sum(values[one$stratum == s]), 0)
}

answers_of <- function(one) by_stratum(one, as.numeric(one$answered))

join_thin_strata <- function(one) {
  answers <- answers_of(one)
  thin <- sum(answers < 2)
  if (!thin || length(answers) < 2) return(one)
  ordered <- order(answers)
  enough <- which(cumsum(answers[ordered]) >= 2)
  take <- max(thin, 2, if (length(enough)) enough[1] else length(ordered))
  joint <- seq_along(answers) %in% ordered[seq_len(take)]
  index <- ifelse(joint, 1, 1 + cumsum(!joint))
  sizes <- drop(rowsum(one$sizes, index))
  one$means <- drop(rowsum(one$means * one$sizes, index)) / sizes
  one$strata <- c(paste(one$strata[joint], collapse = " + "), one$strata[!joint])
  one$sizes <- sizes
  one$stratum <- index[one$stratum]
  one
}

with_labels <- function(one, labels, chosen) {
  one$label <- ifelse(chosen, labels, one$label)
  one$answered <- one$answered | chosen
  one$waiting <- rep(FALSE, length(chosen))
  one
}

# Sum of numerator x label over sum of denominator + label_denominator x label.
share_of <- function(one, domain = rep(TRUE, length(one$label))) {
  inside <- as.numeric(domain)
  list(numerator = inside, denominator = inside, label_denominator = 0 * inside)
}

whole_of <- function(target, label) target$denominator + target$label_denominator * label
possible_of <- function(target) target$denominator > 0 | target$label_denominator > 0

# A ratio of the batch, with what it may become once waiting items are settled.
estimate_ratio <- function(one, target, stand = as_it_stands) {
  now <- stand(one, target)
  waiting <- sum(one$waiting & possible_of(target))
  if (is.na(now$value) || !waiting) return(now)
  counted <- target$numerator > 0
  ends <- vapply(0:1, function(label) {
    labels <- ifelse(counted, label, 1 - label)
    stand(with_labels(one, labels, one$waiting), target)$value
  }, 0)
  ends[is.na(ends)] <- now$value
  now$settled <- c(waiting, min(ends), max(ends))
  now
}

# `values` replace the labels in the numerator.
as_it_stands <- function(one, target, values = one$label) {
  if (nothing_answered(one, possible_of(target))) return(undefined())
  weights <- expansion_weights(one)
  whole <- sum(weights * whole_of(target, one$label))
  n <- sum(one$answered & whole_of(target, one$label) > 0)
  if (whole <= 0) return(undefined())
  value <- min(1, max(0, sum(weights * target$numerator * values) / whole))
  residuals <- (target$numerator * values - value * whole_of(target, one$label)) / whole
  effects <- (target$numerator - value * target$label_denominator) / whole
  parts <- error_parts(one, weights, residuals)
  variance <- max(sum(rowsum(parts, one$question)^2), sum(parts^2))
  error <- sqrt(variance + constant_strata(one, weights, effects))
  effective_interval(value, error, n, freedom_of(one, parts))
}

bounds_of <- function(one, target) {
  counted <- as.numeric(target$numerator > 0)
  undecided <- !one$answered | one$waiting
  list(lowest = estimate_ratio(with_labels(one, 1 - counted, undecided), target),
       highest = estimate_ratio(with_labels(one, counted, undecided), target),
       unanswered = sum(!one$answered & possible_of(target)))
}

# Traces of the batch that each answered item stands for.
expansion_weights <- function(one) {
  weights <- ifelse(one$answered, 1 / one$chance, 0)
  totals <- by_stratum(one, weights)
  weights * (one$sizes / ifelse(totals > 0, totals, Inf))[one$stratum]
}

nothing_answered <- function(one, domain) {
  held <- by_stratum(one, rep(1, length(domain)))
  concerned <- held == 0 | by_stratum(one, as.numeric(domain)) > 0
  any(concerned & answers_of(one) == 0)
}

error_parts <- function(one, weights, residuals) {
  means <- by_stratum(one, weights * residuals) / one$sizes
  finite <- pmin(1, pmax(0, 1 - ifelse(weights > 0, 1 / weights, 0)))
  answers <- answers_of(one)
  few <- sqrt(answers / pmax(answers - 1, 1))
  weights * sqrt(finite) * few[one$stratum] * (residuals - means[one$stratum])
}

# Satterthwaite's degrees of freedom.
freedom_of <- function(one, parts) {
  within <- by_stratum(one, parts^2)
  below <- sum(within^2 / pmax(answers_of(one) - 1, 1))
  if (below > 0) max(1, sum(within)^2 / below) else 1000
}

# Variance of strata whose answers are all alike: their share is smoothed.
constant_strata <- function(one, weights, effects) {
  relevant <- one$answered & effects != 0
  answers <- pmax(by_stratum(one, as.numeric(relevant)), 1)
  shares <- by_stratum(one, ifelse(relevant, one$label, 0)) / answers
  smoothed <- (shares * answers + 0.5) / (answers + 1)
  away <- ifelse(relevant, abs(one$label - shares[one$stratum]), 0)
  constant <- by_stratum(one, away) <= 1e-9
  variances <- ifelse(constant, smoothed * (1 - smoothed), 0)[one$stratum]
  sum(pmax(weights^2 - weights, 0) * effects^2 * variances)
}

effective_interval <- function(value, error, n, freedom) {
  if (error <= 0) return(estimate(value, value, value, n, 0))
  inside <- if (value > 0 && value < 1) value else (value * n + 0.5) / (n + 1)
  size <- inside * (1 - inside) / error^2 * (z / student_t(freedom))^2
  ends <- wilson(value, size)
  estimate(value, ends[1], ends[2], n, error)
}

# The difference estimator over the learned score, with a tuned lambda (Angelopoulos et al. 2023):
# each item's lambda comes from the questions of the other folds, which folds.csv has.
assisted_share <- function(one) {
  if (!one$scored) return(undefined())
  offsets <- one$score - one$means[one$stratum]
  estimate_ratio(one, share_of(one), function(part, target) {
    as_it_stands(part, target, part$label - lambdas(part) * offsets)
  })
}

lambdas <- function(one) {
  if (sum(one$answered) < min_labels) return(rep(0, length(one$label)))
  folds <- read_table("folds")
  fold <- number(folds$fold)[match(one$question, number(folds$question))]
  best <- vapply(0:4, function(index) best_lambda(one, one$answered & fold != index), 0)
  best[fold + 1]
}

best_lambda <- function(one, used) {
  weights <- expansion_weights(one) * used
  totals <- by_stratum(one, weights)
  totals[totals <= 0] <- 1
  away <- function(column) column - (by_stratum(one, weights * column) / totals)[one$stratum]
  label <- away(one$label)
  score <- away(one$score)
  influence <- pmax(weights^2 - weights, 0)
  below <- sum(influence * score^2)
  if (below > 1e-12) sum(influence * label * score) / below else 0
}

# Adjudications of graded items, and then grades, until the interval is 5 points either way.
further_grades <- function(one, found, domain, population) {
  graded <- min(found$n, population)
  variance <- 0.25
  if (!is.na(found$error) && found$error > 0 && graded > 0 && graded < population) {
    variance <- found$error^2 / (1 / graded - 1 / population)
  }
  needed <- if (population > 0) 1 / ((0.05 / z)^2 / variance + 1 / population) else 0
  answers <- max(0, min(population, ceiling(needed - 1e-9)) - graded)
  adjudications <- min(answers, sum(one$waiting & !one$answered & domain))
  c(adjudications, (answers - adjudications) * number(study_field("grades_per_item")))
}

# The mean of raters who accept, over the batch; questions and raters are resampled.
share_across_raters <- function(one, item, rater, accepts) {
  raters <- if (length(rater)) max(rater) else 0
  graded <- accepted <- matrix(0, raters, length(one$label))
  graded[cbind(rater, item)] <- 1
  accepted[cbind(rater, item)] <- accepts
  has_grade <- colSums(graded) > 0
  n <- sum(has_grade)
  if (any(by_stratum(one, as.numeric(has_grade)) == 0)) return(undefined(n))
  question <- match(one$question, unique(one$question))
  shares <- function(drawn, questions) {
    shares_of(one, graded, accepted, drawn, questions[, question, drop = FALSE])
  }
  questions <- max(question)
  value <- shares(matrix(1, 1, raters), matrix(1, 1, questions))
  if (raters < min_raters) return(estimate(value, n = n))
  if (raters < few_raters) {
    means <- ifelse(has_grade, colSums(accepted) / pmax(colSums(graded), 1), 0)
    part <- with_labels(one, means, has_grade)
    part$answered <- has_grade
    part$label <- means
    error <- estimate_ratio(part, share_of(part))$error
    without_each <- shares(1 - diag(raters), matrix(1, raters, questions))
    interval <- few_raters_interval(value, if (is.na(error)) 0 else error, without_each, n, FALSE)
    return(within_ends(interval, 0, 1))
  }
  drawn <- t(rmultinom(replicates, raters, rep(1, raters)))
  resamples <- shares(drawn, as_rows(draws(questions), questions))
  error <- sd(resamples, na.rm = TRUE) * sqrt(raters / (raters - 1))
  within_ends(t_interval(value, error, n, raters - 1, resampled = TRUE), 0, 1)
}

# The stratified share of each replicate.
shares_of <- function(one, graded, accepted, drawn, questions) {
  counts <- drawn %*% graded
  means <- (drawn %*% accepted) / ifelse(counts > 0, counts, Inf)
  weights <- t(t((counts > 0) * questions) / one$chance)
  members <- outer(one$stratum, seq_along(one$strata), "==") + 0
  totals <- weights %*% members
  shares <- ((weights * means) %*% members) / ifelse(totals > 0, totals, Inf)
  sizes <- t(t((totals > 0) + 0) * one$sizes)
  rowSums(shares * sizes) / rowSums(sizes)
}
