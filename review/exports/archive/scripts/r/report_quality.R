# The tables of the report on quality.

quality_tables <- function() {
  one <- read_sample(sampled$acceptable)
  asks <- read_table("rubric")$scale
  whole <- share_row("all traces", one)
  bounds <- bounds_of(one, share_of(one))
  whole$lowest <- bounds$lowest
  whole$highest <- bounds$highest
  tables <- list(
    acceptable = list(whole), estimators = estimators(one), response = response(),
    other_raters = list(list(of = "all traces", share = other_raters(one)))
  )
  values <- variables()
  for (key in names(values)) {
    tables[[paste0("by_", key)]] <- lapply(sorted(unlist(values[[key]])), function(name) {
      share_row(name, one, vapply(values[[key]], function(own) name %in% own, FALSE))
    })
  }
  tables$scales <- scale_rows()
  judged <- grades$could_judge
  tables$decisions <- bars(decisions, of_grade(ifelse(judged, grades$decision, NA)))
  if ("step_label" %in% asks) {
    labels <- read_table("step_labels")
    tables$steps <- bars(gsub("_", " ", step_labels),
                         by_grade(labels$grade, gsub("_", " ", labels$label)))
    tables$first_error <- bars(first_errors, of_grade(ifelse(
      judged, first_errors[pmin(grades$first_incorrect_step, 6) + 1], NA)))
  }
  if ("safety_flag" %in% asks) tables$safety <- safety()
  tables$invalid_edges <- invalid_edges()
  tables$cannot_judge <- not_judged()
  tables
}

first_errors <- c("no incorrect step", paste("step", 1:5), "step 6 or later")

estimators <- function(one) {
  lacks <- study_field("learned_score_lacks") != ""
  list(
    list(estimator = "By the sample alone", share = estimate_ratio(one, share_of(one))),
    list(estimator = "With the learned score", share = if (lacks) undefined() else assisted_share(one))
  )
}

share_row <- function(name, one, inside = rep(TRUE, length(one$label))) {
  found <- estimate_ratio(one, share_of(one, inside))
  bounds <- bounds_of(one, share_of(one, inside))
  more <- further_grades(one, found, inside, round(sum(1 / one$chance[inside])))
  list(of = name, share = found, lowest = bounds$lowest$value, highest = bounds$highest$value,
       items = sum(inside), unanswered = sum(inside & !one$answered),
       adjudications = more[1], more = more[2])
}

# What the share is broken down by: by sampled item its values, of which there may be several.
variables <- function() {
  kinds <- read_table("item_kinds")
  kind <- function(of) {
    rows <- kinds[kinds$of == of, ]
    unname(split(rows$value, factor(number(rows$item), levels = sampled$item)))
  }
  length <- sampled$path_length
  edges <- ifelse(length == 0, "no path cited", paste0(length, " edge", ifelse(length == 1, "", "s")))
  list(
    source = as.list(sampled$source), verdict = as.list(sampled$verdict),
    specialty = as.list(ifelse(sampled$specialty == "", "not stated", sampled$specialty)),
    path_length = as.list(edges), relation = kind("relation"), layer = kind("layer"),
    stage = kind("stage"), grouped = as.list(ifelse(sampled$grouped == "1", "yes", "no")),
    negative = as.list(ifelse(sampled$negative == "1", "yes", "no"))
  )
}

response <- function() {
  reason <- ifelse(sampled$unanswered == "", "answered", sampled$unanswered)
  others <- setdiff(unique(reason), "answered")
  counts <- vapply(others, function(name) sum(reason == name), 0)
  names <- c(intersect("answered", reason), others[order(others, method = "radix")])
  lapply(names, function(name) {
    inside <- reason == name
    list(what = name, items = sum(inside), share = sum(inside) / length(reason),
         traces = round(sum(1 / sampled$chance[inside])))
  })
}

# Grades, not a consensus: independent ones of items whose answer key is not in doubt.
other_raters <- function(one) {
  rows <- judging()
  item <- match(grades$item[rows], sampled$item)
  rows <- rows[sampled$key_exclusion[item] == ""]
  item <- match(grades$item[rows], sampled$item)
  rater <- match(grades$rater[rows], sorted(grades$rater[rows]))
  share_across_raters(one, item, rater, as.numeric(grades$decision[rows] == "accept"))
}

# What was said in each sampled item's current grades, by item.
said_in <- function(values) {
  lapply(current[items$kind == "sampled"], function(rows) unlist(values[rows]))
}

of_grade <- function(values) {
  lapply(values, function(value) if (is.na(value)) character(0) else value)
}

by_grade <- function(grade, values) {
  unname(split(values, factor(number(grade), levels = grades$grade)))
}

# The share of what was said that holds, weighted to the batch: an item's grades share its weight.
distribution <- function(judged) {
  judged <- Map(function(own, excluded) if (excluded == "") own, judged, sampled$key_exclusion)
  graded <- lengths(current[items$kind == "sampled"]) > 0
  counted <- lengths(judged) > 0
  shares <- vapply(judged, function(own) if (length(own)) mean(own) else 0, 0)
  label <- ifelse(graded & sampled$key_exclusion == "", shares, NA)
  one <- read_sample(label, settles = FALSE)
  estimate_ratio(one, share_of(one, counted))
}

bars <- function(points, values) {
  said <- said_in(values)
  lapply(points, function(point) {
    list(said = point, share = distribution(lapply(said, function(own) own == point)))
  })
}

scale_rows <- function() {
  judged <- grades$could_judge
  said <- list(
    Precision = of_grade(ifelse(judged, grades$precision, NA)),
    Coherence = of_grade(ifelse(judged, grades$coherence, NA)),
    `Precision of paths` = by_grade(path_grades$grade, number(path_grades$precision)),
    `Coherence of paths` = by_grade(path_grades$grade, number(path_grades$coherence))
  )
  Map(function(title, values) {
    shares <- lapply(bars(1:5, values), function(row) row$share)
    c(list(scale = title), setNames(shares, paste0("point_", 1:5)))
  }, names(said), said)
}

safety <- function() {
  own <- current[items$kind == "sampled"]
  worst <- vapply(own, function(rows) max(match(grades$safety_flag[rows], severities), 1), 0)
  of_items <- function(holds) {
    distribution(Map(function(rows, one) if (length(rows)) one, own, holds))
  }
  rows <- lapply(2:4, function(level) {
    list(flag = paste("raised, highest severity", severities[level]), share = of_items(worst == level))
  })
  c(rows, list(list(flag = "still stands: confirmed, or not settled yet",
                    share = of_items(sampled$open_flag != ""))))
}

invalid_edges <- function() {
  kinds <- sorted(path_edges$relation)
  if (!length(kinds)) return(list())
  rows <- of_grades(path_grades, seq_len(nrow(grades)))
  edges <- edges_judged(rows)
  share <- function(chosen) {
    values <- by_grade(grades$grade[edges$row][chosen], edges$invalid[chosen])
    distribution(said_in(values))
  }
  found <- lapply(kinds, function(kind) list(relation = kind, share = share(edges$relation == kind)))
  c(found, list(list(relation = "every negative edge", share = share(edges$negative)),
                list(relation = "every edge", share = share(rep(TRUE, nrow(edges))))))
}

not_judged <- function() {
  words <- c(outside_specialty = "outside my specialty", context_missing = "Context Missing",
             question_faulty = "Question Faulty")
  rows <- unlist(current[items$kind == "sampled"])
  reason <- grades$cannot_judge[rows]
  item <- grades$item[rows][reason != ""]
  reason <- reason[reason != ""]
  seen <- unique(reason)
  times <- vapply(seen, function(name) sum(reason == name), 0)
  found <- lapply(seen[order(-times)], function(name) {
    list(reason = words[[name]], grades = sum(reason == name),
         items = length(unique(item[reason == name])))
  })
  if (!sum(sampled$declines)) return(found)
  c(found, list(list(reason = "declined", grades = sum(sampled$declines), items = sum(sampled$declines > 0))))
}
