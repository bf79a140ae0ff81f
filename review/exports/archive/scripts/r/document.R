# Figures: tables as rows of a data frame, written as CSV, and compared with reports.csv.

figures_of <- function(tables) {
  found <- list()
  for (report in names(tables)) for (table in names(tables[[report]])) {
    rows <- tables[[report]][[table]]
    for (row in seq_along(rows)) {
      cells <- rows[[row]]
      found <- c(found, list(do.call(rbind, lapply(seq_along(cells), function(cell) {
        data.frame(report = report, table = table, row = row, column = names(cells)[cell],
                   figure_of(cells[[cell]]))
      }))))
    }
  }
  do.call(rbind, found)
}

figure_of <- function(cell) {
  text <- ""
  numbers <- rep(NA_real_, 7)
  resampled <- FALSE
  if (inherits(cell, "estimate")) {
    settled <- if (is.null(cell$settled)) rep(NA, 3) else cell$settled
    numbers <- as.numeric(c(cell$value, cell$low, cell$high, cell$n, settled))
    resampled <- cell$resampled
  } else if (is.character(cell)) {
    text <- cell
  } else if (!is.null(cell)) {
    numbers[1] <- as.numeric(cell)
  }
  data.frame(text = text, value = numbers[1], low = numbers[2], high = numbers[3], n = numbers[4],
             settled_waiting = numbers[5], settled_lowest = numbers[6],
             settled_highest = numbers[7], resampled = resampled)
}

# With fewer items the reports say themselves that an interval is not to be trusted.
min_items <- 20

# Equal to nine digits: what remains is the rounding of sums in another order.
same_number <- function(one, other) {
  (is.na(one) & is.na(other)) |
    (!is.na(one) & !is.na(other) & abs(one - other) <= 1e-9 * pmax(1, abs(one), abs(other)))
}

# Lines that say what differs from the reports.
differences <- function(found) {
  reported <- read_table("reports")
  skipped <- read_table("tables_without_grades")
  numbers <- c("value", "low", "high", "n", "settled_waiting", "settled_lowest", "settled_highest")
  for (name in c("row", numbers, "standard_error")) reported[[name]] <- number(reported[[name]])
  reported <- reported[!paste(reported$report, reported$table) %in% paste(skipped$report, skipped$table), ]
  place <- function(rows) paste0(rows$report, "/", rows$table, ", row ", rows$row, ", ", rows$column)
  lacking <- setdiff(place(reported), place(found))
  more <- setdiff(place(found), place(reported))
  told <- reported[match(place(found), place(reported)), ]
  exact <- !found$resampled
  same <- found$text == told$text
  for (name in setdiff(numbers, c("low", "high"))) same <- same & same_number(found[[name]], told[[name]])
  ends <- same_number(found$low, told$low) & same_number(found$high, told$high)
  # Intervals from random draws: to within a standard error, where enough items are behind them.
  few <- told$n < min_items | is.na(found$low) | is.na(told$low)
  apart <- pmax(abs(found$low - told$low), abs(found$high - told$high))
  ends <- ifelse(exact, ends, few | apart <= told$standard_error + 1e-9)
  differs <- !is.na(told$report) & !(same & ends)
  list(
    lines = c(
      if (length(lacking)) paste0(lacking, ": not worked out here"),
      if (length(more)) paste0(more, ": not in the reports"),
      if (any(differs)) paste0(place(found), ": ", said(found), " here, ", said(told), " reported")[differs]
    ),
    resampled = sum(!exact), few = sum(!exact & few, na.rm = TRUE)
  )
}

said <- function(rows) {
  ifelse(rows$text != "", rows$text,
         paste0("value ", rows$value, ", low ", rows$low, ", high ", rows$high, ", n ", rows$n))
}
