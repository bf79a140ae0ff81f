# Raters beside each other: ICC, Cohen's kappa by pair, specific agreement, severity, drift.

# ICC(1,1), ICC(2,1), ICC(3,1) of Shrout and Fleiss (1979), from mean squared differences.
intraclass <- function(ratings) {
  n <- paired_units(ratings)
  if (!n) return(list(undefined(), undefined(), undefined()))
  values <- values_of(ratings) - mean(values_of(ratings))
  powers <- cbind(1, values, values^2)
  of_unit <- rowsum(powers, ratings$unit)
  within <- cbind(of_unit[, 1] * (of_unit[, 1] - 1) / 2, of_unit[, 1] * of_unit[, 3] - of_unit[, 2]^2)
  raters <- length(ratings$raters)
  cell <- factor((ratings$question[ratings$unit] - 1) * raters + ratings$rater,
                 levels = seq_len(ratings$questions * raters))
  by_rater <- lapply(1:3, function(power) {
    sums <- tapply(powers[, power], cell, sum, default = 0)
    matrix(sums, ratings$questions, raters, byrow = TRUE)
  })
  sums <- cbind(by_question(ratings, within), do.call(cbind, by_rater))
  found <- correlations(matrix(colSums(sums), 1), raters)
  resamples <- correlations(as_rows(draws(nrow(sums)), nrow(sums)) %*% sums, raters)
  lapply(1:3, function(model) {
    resampled_estimate(found[1, model], resamples[, model], n, ratings$questions)
  })
}

correlations <- function(sums, raters) {
  part <- function(index) sums[, 2 + (index - 1) * raters + seq_len(raters), drop = FALSE]
  pairs <- function(counts, totals, squares) {
    list(n = counts * (counts - 1) / 2, squared = counts * squares - totals^2)
  }
  everything <- pairs(rowSums(part(1)), rowSums(part(2)), rowSums(part(3)))
  same <- lapply(pairs(part(1), part(2), part(3)), rowSums)
  half <- function(squares, n) ifelse(n > 0.5, squares / (2 * n), NA)
  over <- function(top, whole) ifelse(is.na(whole) | whole <= 1e-12, NA, top / whole)
  neither <- half(everything$squared - sums[, 2] - same$squared, everything$n - sums[, 1] - same$n)
  other_unit <- half(everything$squared - sums[, 2], everything$n - sums[, 1])
  same_unit <- half(sums[, 2], sums[, 1])
  same_rater <- half(same$squared, same$n)
  cbind(over(other_unit - same_unit, other_unit), over(neither - same_unit, neither),
        over(neither - same_unit, same_rater))
}

# Two raters: confusion of the units both rated, and Cohen's kappa by quadratic weights.
cohen <- function(ratings, first, second) {
  points <- length(ratings$scale)
  given <- matrix(NA, ratings$units, 2)
  for (side in 1:2) {
    own <- ratings$rater == c(first, second)[side]
    given[ratings$unit[own], side] <- ratings$category[own]
  }
  units <- which(!is.na(given[, 1]) & !is.na(given[, 2]))
  if (!length(units)) return(list(confusion = matrix(0, points, points), kappa = undefined()))
  cell <- (given[units, 2] - 1) * points + given[units, 1]
  question <- match(ratings$question[units], sort(unique(ratings$question[units])))
  questions <- max(question)
  counts <- matrix(tabulate((cell - 1) * questions + question, questions * points^2), questions)
  weights <- agreement_weights("quadratic", ratings$positions)
  resamples <- if (questions > 1) kappas(as_rows(draws(questions), questions) %*% counts, weights)
  value <- kappas(matrix(colSums(counts), 1), weights)
  list(confusion = matrix(colSums(counts), points),
       kappa = resampled_estimate(value, resamples, length(units), questions))
}

kappas <- function(counts, weights) {
  points <- nrow(weights)
  shares <- counts / rowSums(counts)
  rows <- sapply(seq_len(points), function(k) {
    rowSums(shares[, (seq_len(points) - 1) * points + k, drop = FALSE])
  })
  columns <- sapply(seq_len(points), function(l) {
    rowSums(shares[, (l - 1) * points + seq_len(points), drop = FALSE])
  })
  expected <- rowSums((matrix(rows, ncol = points) %*% weights) * matrix(columns, ncol = points))
  observed <- drop(shares %*% as.vector(weights))
  ifelse(1 - expected > 1e-12, 1 - (1 - observed) / (1 - expected), NA)
}

# By point: given that one rating says it, how often another of the unit does.
specific_agreement <- function(ratings) {
  points <- length(ratings$scale)
  if (!ratings$units) return(rep(list(undefined()), points))
  counts <- counts_of(ratings)
  pairs <- cbind(counts * (counts - 1), counts * (rowSums(counts) - 1))
  sums <- by_question(ratings, pairs)
  resamples <- if (nrow(sums) > 1) as_rows(draws(nrow(sums)), nrow(sums)) %*% sums
  lapply(seq_len(points), function(point) {
    n <- sum(pairs[, points + point] > 0)
    if (!n) return(undefined())
    value <- sum(sums[, point]) / sum(sums[, points + point])
    if (is.null(resamples)) return(estimate(value, n = n))
    whole <- resamples[, points + point]
    percentile_interval(value, ifelse(whole > 0, resamples[, point] / whole, NA), n)
  })
}

# A rating less the mean of the other ratings of its unit; NA without others.
residuals_of <- function(ratings) {
  values <- values_of(ratings)
  if (!length(values)) return(numeric(0))
  count <- size_of_unit(ratings)[ratings$unit]
  total <- ave(values, ratings$unit, FUN = sum)
  ifelse(count > 1, values - (total - values) / (count - 1), NA)
}

mean_residual <- function(ratings, residuals, rows) {
  clustered_mean(residuals[rows], ratings$question[ratings$unit[rows]])
}

# A rater's rows with peers, in the order of time.
own_rows <- function(ratings, residuals, rater) {
  rows <- which(ratings$rater == rater & !is.na(residuals))
  rows[order(ratings$at[rows])]
}

drift <- function(ratings, residuals, rows) {
  half <- length(rows) %/% 2
  if (half < 2) return(undefined(length(rows)))
  early <- mean_residual(ratings, residuals, rows[seq_len(half)])
  late <- mean_residual(ratings, residuals, tail(rows, half))
  n <- early$n + late$n
  if (is.na(early$error) || is.na(late$error)) return(estimate(late$value - early$value, n = n))
  t_interval(late$value - early$value, sqrt(early$error^2 + late$error^2), n,
             min(early$n, late$n) - 1)
}

# A rater's residual in equal parts of their work.
quarters <- function(ratings, residuals, rows, parts = 4) {
  count <- length(rows)
  if (count < parts) return(rep(list(undefined(count)), parts))
  sizes <- count %/% parts + (seq_len(parts) <= count %% parts)
  lapply(split(rows, rep(seq_len(parts), sizes)), function(part) {
    mean_residual(ratings, residuals, part)
  })
}
