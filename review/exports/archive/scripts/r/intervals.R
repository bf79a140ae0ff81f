# A figure with its 95 % interval, and the ways in which the reports work one out: Wilson (1927),
# Student's t over questions, percentile intervals of a bootstrap that draws questions.

confidence <- 0.95
z <- qnorm(0.5 + confidence / 2)
min_error <- 1e-12
min_raters <- 3
few_raters <- 6
replicates <- 1000

# `settled`: waiting items, and the lowest and highest the figure may become once they are settled.
# `resampled`: the interval comes from random draws.
estimate <- function(value = NA, low = NA, high = NA, n = 0, error = NA, settled = NULL,
                     resampled = FALSE) {
  structure(list(value = value, low = low, high = high, n = n, error = error, settled = settled,
                 resampled = resampled), class = "estimate")
}

undefined <- function(n = 0) estimate(n = n)

within_ends <- function(one, low, high) {
  if (!is.na(one$low) && !is.na(one$high)) {
    one$low <- max(low, one$low)
    one$high <- min(high, one$high)
  }
  one
}

wilson <- function(share, size) {
  if (size <= 0) return(c(0, 1))
  z2 <- z * z / size
  centre <- (share + z2 / 2) / (1 + z2)
  half <- z * sqrt(share * (1 - share) / size + z2 / (4 * size)) / (1 + z2)
  c(max(0, min(centre - half, share)), min(1, max(centre + half, share)))
}

proportion <- function(successes, n) {
  if (n == 0) return(undefined())
  share <- successes / n
  ends <- wilson(share, n)
  estimate(share, ends[1], ends[2], n, sqrt(share * (1 - share) / n))
}

# The reports' quantile of Student's t: Abramowitz and Stegun 26.7.5, within 0.1 % of qt().
student_t <- function(freedom) {
  if (freedom < 2) return(tan(pi * confidence / 2))
  if (freedom < 3) return(confidence * sqrt(2 / (1 - confidence^2)))
  p <- z^(2 * (0:4) + 1)
  z + (p[1] + p[2]) / 4 / freedom +
    (3 * p[1] + 16 * p[2] + 5 * p[3]) / 96 / freedom^2 +
    (-15 * p[1] + 17 * p[2] + 19 * p[3] + 3 * p[4]) / 384 / freedom^3 +
    (-945 * p[1] - 1920 * p[2] + 1482 * p[3] + 776 * p[4] + 79 * p[5]) / 92160 / freedom^4
}

t_interval <- function(value, error, n, freedom, resampled = FALSE) {
  if (error <= min_error) return(estimate(value, n = n, error = 0, resampled = resampled))
  half <- student_t(freedom) * error
  estimate(value, value - half, value + half, n, error, resampled = resampled)
}

# The mean of values that come in clusters (questions), with the cluster-robust error.
clustered_mean <- function(values, clusters) {
  n <- length(values)
  if (n == 0) return(undefined())
  average <- mean(values)
  sums <- rowsum(values - average, clusters)
  groups <- length(sums)
  if (groups < 2) return(estimate(average, n = n))
  t_interval(average, sqrt(groups / (groups - 1) * sum(sums^2)) / n, n, groups - 1)
}

# Questions and few raters: the jackknife's variance between raters (Efron and Stein 1981), that
# over questions added.
few_raters_interval <- function(value, question_error, without_each, n, resampled) {
  raters <- length(without_each)
  if (!all(is.finite(without_each))) return(estimate(value, n = n, resampled = resampled))
  rater_error <- sqrt((raters - 1) / raters * sum((without_each - mean(without_each))^2))
  if (rater_error <= min_error) return(estimate(value, n = n, resampled = resampled))
  t_interval(value, sqrt(question_error^2 + rater_error^2), n, raters - 1, resampled)
}

# How often each replicate draws each of so many clusters (replicates x clusters).
draws <- function(clusters) {
  t(replicate(replicates, tabulate(sample.int(clusters, clusters, TRUE), clusters)))
}

as_rows <- function(block, clusters) matrix(block, replicates, clusters)

percentile_interval <- function(value, resamples, n) {
  defined <- resamples[is.finite(resamples)]
  if (length(resamples) - length(defined) > 0.05 * length(resamples)) {
    return(estimate(value, n = n, resampled = TRUE))
  }
  ends <- quantile(defined, c(0.5 - confidence / 2, 0.5 + confidence / 2), names = FALSE)
  if (ends[1] == ends[2]) return(estimate(value, n = n, resampled = TRUE))
  estimate(value, ends[1], ends[2], n, sd(defined), resampled = TRUE)
}

# Of a value with these resamples: none where all is of one question.
resampled_estimate <- function(value, resamples, n, questions) {
  if (is.na(value)) return(undefined(n))
  if (questions < 2) return(estimate(value, n = n))
  percentile_interval(value, resamples, n)
}

# The median with an interval between order statistics (Conover 1999, 3.2), and quartiles.
median_with_quartiles <- function(values) {
  n <- length(values)
  if (n == 0) return(list(undefined(), NA, NA))
  ordered <- sort(values)
  parts <- quantile(ordered, c(0.25, 0.5, 0.75), names = FALSE)
  tails <- if (n >= 2) cumsum(dbinom(0:(n %/% 2 - 1), n, 0.5)) else numeric(0)
  rank <- sum(tails <= (1 - confidence) / 2)
  median <- if (rank == 0) estimate(parts[2], n = n) else
    estimate(parts[2], ordered[rank], ordered[n + 1 - rank], n)
  list(median, parts[1], parts[3])
}
