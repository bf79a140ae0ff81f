# The tables of the report on workload: first submissions, of items of every kind.

starts <- c(1, 6, 11, 21, 51, 101, 201, 501)

workload_tables <- function() {
  kinds <- factor(items$kind, levels = c("sampled", "control", "repeat", "placebo"))
  rows <- unlist(independent[order(kinds)])
  rows <- rows[grades$revision[rows] == 1]
  if (!length(rows)) rows <- integer(0)
  who <- sapply(sorted(grades$rater[rows]), function(r) rows[grades$rater[rows] == r], simplify = FALSE)
  everyone <- if (length(rows)) list(everyone = rows)
  steps <- items$steps[match(grades$item[rows], items$item)]
  by_steps <- split(rows, steps)
  names(by_steps) <- paste0(names(by_steps), " step", ifelse(names(by_steps) == "1", "", "s"))[seq_along(by_steps)]
  list(
    by_rater = times(c(everyone, who)),
    by_session = times(by_position(rows, grades$session_position)),
    by_position = times(by_position(rows, grades$study_position)),
    by_steps = times(by_steps), total = lapply(names(c(who, everyone)), hours, c(who, everyone)),
    pace = pace(rows)
  )
}

times <- function(groups) {
  Map(function(name, rows) {
    active <- grades$active_seconds[rows]
    found <- median_with_quartiles(active[!is.na(active)])
    list(group = name, median = found[[1]], lower = found[[2]], upper = found[[3]])
  }, names(groups), groups)
}

by_position <- function(rows, position) {
  rows <- rows[!is.na(position[rows]) & position[rows] > 0]
  index <- findInterval(position[rows], starts)
  groups <- split(rows, index)
  first <- as.integer(names(groups))
  last <- c(starts[-1] - 1, NA)[first]
  names(groups) <- ifelse(is.na(last), paste(starts[first], "on"), paste(starts[first], "to", last))[seq_along(groups)]
  groups
}

hours <- function(name, groups) {
  rows <- groups[[name]]
  active <- grades$active_seconds[rows]
  wall <- grades$wall_seconds[rows]
  timed <- !is.na(active) & !is.na(wall)
  active <- sum(active[timed])
  wall <- sum(wall[timed])
  list(rater = name, grades = length(rows), timed = sum(timed), active = active / 3600,
       wall = wall / 3600, idle = if (wall) max(0, 1 - active / wall) else NA)
}

# Grades by day (UTC), by week where that would be more than a month of days.
pace <- function(rows) {
  if (!length(rows)) return(list())
  days <- as.Date(floor(grades$at[rows] / 86400), origin = "1970-01-01")
  if (diff(range(as.numeric(days))) >= 31) days <- days - (as.POSIXlt(days)$wday + 6) %% 7
  lapply(sort(unique(days)), function(day) {
    inside <- days == day
    list(period = format(day), grades = sum(inside), raters = length(unique(grades$rater[rows][inside])))
  })
}
