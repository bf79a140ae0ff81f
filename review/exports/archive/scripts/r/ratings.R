# Who gave which unit what, and the sums over questions that the coefficients follow from.

no_yes <- c("no", "yes")
as_no_yes <- function(holds) ifelse(holds, "yes", "no")
step_labels <- c("correct", "incorrect", "unsupported", "cannot_judge")
one_to_five <- as.character(1:5)

# Independent grades of sampled items by raters who could judge, in the order of items.
judging <- function() {
  rows <- unlist(independent[items$kind == "sampled"])
  rows[grades$could_judge[rows]]
}

criterion <- function(code, title, level, kind, scale, judged, main = FALSE) {
  list(code = code, title = title, level = level, kind = kind, scale = scale, judged = judged,
       main = main)
}

# What the study's rubric asks for, each with its judgements.
read_criteria <- function() {
  rows <- judging()
  asks <- read_table("rubric")$scale
  whole <- function(code, title, kind, scale, values, main = FALSE) {
    criterion(code, title, "chain of thought", kind, scale, judgements(rows, "", values), main)
  }
  found <- list(
    whole("precision", "Precision", "scale", one_to_five, grades$precision[rows], TRUE),
    whole("coherence", "Coherence", "scale", one_to_five, grades$own_coherence[rows], TRUE),
    whole("decision", "Decision: reject, revise, accept", "order", decisions,
          grades$decision[rows], TRUE),
    whole("accepted", "Accepted: yes or no", "names", no_yes,
          as_no_yes(grades$decision[rows] == "accept"))
  )
  if ("safety_flag" %in% asks) {
    found <- c(found, list(whole("safety", "Safety flag: yes or no", "names", no_yes,
                                 as_no_yes(grades$safety_flag[rows] != ""))))
  }
  if ("step_label" %in% asks) found <- c(found, step_criteria(rows))
  c(found, path_criteria(rows))
}

step_criteria <- function(rows) {
  told <- rows[!is.na(grades$first_incorrect_step[rows])]
  labels <- of_grades(read_table("step_labels"), rows)
  list(
    criterion("error_found", "An incorrect step found: yes or no", "chain of thought", "names",
              no_yes, judgements(told, "", as_no_yes(grades$first_incorrect_step[told] > 0))),
    criterion("step_label", "Label of a step", "step", "names", step_labels,
              judgements(labels$row, labels$step, labels$label))
  )
}

path_criteria <- function(rows) {
  paths <- of_grades(path_grades, rows)
  scale <- function(code, title, values) {
    criterion(code, title, "path", "scale", one_to_five, judgements(paths$row, paths$path, values))
  }
  edges <- edges_judged(paths)
  list(
    scale("path_precision", "Precision of a path", paths$precision),
    scale("path_coherence", "Coherence of a path", paths$coherence),
    criterion("edge_invalid", "Edge marked invalid: yes or no", "path", "names", no_yes,
              judgements(edges$row, paste(edges$path, edges$edge), as_no_yes(edges$invalid)))
  )
}

# Rows of a table that belong to these grades, in the grades' order; `row`: of `grades`.
of_grades <- function(table, rows) {
  table$row <- rows[match(number(table$grade), grades$grade[rows])]
  table <- table[!is.na(table$row), ]
  table[order(match(table$row, rows)), ]
}

# Each edge of each judged path: its relation, and whether it was marked invalid.
edges_judged <- function(paths) {
  key <- paste(items$trace[match(grades$item[paths$row], items$item)], paths$path)
  edges <- unname(edges_of_path[key])
  count <- vapply(edges, length, 0L)
  rows <- rep(seq_along(count), count)
  edge <- unlist(lapply(count, function(n) seq_len(n) - 1))
  marked <- strsplit(paths$invalid_edges, " ", fixed = TRUE)
  invalid <- mapply(function(row, one) as.character(one) %in% marked[[row]], rows, edge)
  at <- unlist(edges)
  data.frame(row = paths$row[rows], path = paths$path[rows], edge = edge,
             relation = path_edges$relation[at], negative = path_edges$negative[at] == "1",
             invalid = as.logical(invalid))
}

judgements <- function(rows, within, values) {
  item <- match(grades$item[rows], items$item)
  rater <- grades$rater[rows]
  data.frame(
    unit = paste(grades$item[rows], within)[seq_along(rows)], value = as.character(values),
    rater = rater, specialty = raters$specialty[match(rater, raters$rater)],
    question = items$question[item], source = items$source[item], at = grades$at[rows],
    weight = 1 / items$chance[item]
  )
}

# Judgements in columns of codes; `question` and `weight` (its mean 1) belong to the units.
as_ratings <- function(judged, scale) {
  units <- unique(judged$unit)
  first <- match(units, judged$unit)
  names <- sorted(judged$rater)
  numbers <- !anyNA(number(scale))
  weight <- judged$weight[first]
  list(
    unit = match(judged$unit, units), rater = match(judged$rater, names),
    category = match(judged$value, scale),
    question = match(judged$question[first], sort(unique(judged$question[first]))),
    raters = names, scale = scale, at = judged$at,
    positions = if (numbers) number(scale) else seq_along(scale),
    weight = weight / mean(weight), units = length(units),
    questions = length(unique(judged$question[first]))
  )
}

unweighted <- function(ratings) {
  ratings$weight <- rep(1, ratings$units)
  ratings
}

values_of <- function(ratings) ratings$positions[ratings$category]
size_of_unit <- function(ratings) tabulate(ratings$unit, ratings$units)
paired_units <- function(ratings) sum(size_of_unit(ratings) > 1)

counts_of <- function(ratings) {
  points <- length(ratings$scale)
  cells <- ratings$unit + (ratings$category - 1) * ratings$units
  matrix(tabulate(cells, ratings$units * points), ratings$units, points)
}

by_question <- function(ratings, columns) rowsum(columns, ratings$question, reorder = TRUE)

# Sums over units times their weights, a row for each question. Columns: units rated; units with
# a pair; shares of the points; pairs of points, a unit weighing one; the same, a unit weighing
# as many as it has ratings (Krippendorff's coincidences).
question_totals <- function(ratings) {
  points <- length(ratings$scale)
  counts <- counts_of(ratings)
  size <- rowSums(counts)
  pairs <- size * (size - 1)
  products <- counts[, rep(seq_len(points), points), drop = FALSE] *
    counts[, rep(seq_len(points), each = points), drop = FALSE]
  diagonal <- (seq_len(points) - 1) * points + seq_len(points)
  products[, diagonal] <- products[, diagonal] - counts
  agreed <- products / ifelse(pairs > 0, pairs, Inf)
  columns <- cbind(size > 0, pairs > 0, counts / size, agreed, agreed * size)
  by_question(ratings, columns * ratings$weight)
}
