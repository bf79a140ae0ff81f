# Items and grades, and what the grades of an item come to: the panel's consensus.
#
# `grades` and `items` are data frames with a row each. Beside them are lists by item, of rows of
# `grades`: `current` (those that count), `independent` (those that agreement is measured on) and
# `warnings` (those whose safety flags and doubts of the key count).

severities <- c("", "mild", "moderate", "severe")
decisions <- c("reject", "revise", "accept")
far_apart <- 2

read_grades <- function() {
  rows <- read_table("grades")
  for (name in c("grade", "item", "revision", "precision", "coherence", "blind_coherence",
                 "first_incorrect_step", "active_seconds", "wall_seconds", "study_position",
                 "session_position")) {
    rows[[name]] <- number(rows[[name]])
  }
  for (name in c("is_current", "after_reveal", "answer_key_disputed")) rows[[name]] <- rows[[name]] == "1"
  rows$at <- seconds(rows$submitted_at)
  rows$could_judge <- rows$cannot_judge == ""
  # Before a hidden answer key was shown: agreement rests on it.
  rows$own_coherence <- ifelse(is.na(rows$blind_coherence), rows$coherence, rows$blind_coherence)
  sendbacks <- read_table("sendbacks")
  rows$sent_back <- rows$grade %in% number(sendbacks$grade)
  rows$asked_again <- rows$grade %in% number(sendbacks$grade[sendbacks$outcome == "not answered"])
  rows$is_independent <- independent_of(rows)
  rows
}

# A rater's last grade of an item before it was sent back or others' were revealed.
independent_of <- function(rows) {
  if (!nrow(rows)) return(logical(0))
  who <- paste(rows$item, rows$rater)
  sent_back <- ave(ifelse(rows$sent_back, rows$revision, Inf), who, FUN = min)
  able <- !rows$after_reveal & rows$revision <= sent_back
  last <- ave(ifelse(able, rows$revision, -Inf), who, FUN = max)
  able & rows$revision == last
}

read_items <- function() {
  rows <- read_table("items")
  for (name in c("item", "question", "repeat_of", "inclusion_probability", "expected_precision",
                 "expected_coherence", "expected_tolerance", "learned_score", "path_length",
                 "steps", "grades_to_come")) {
    rows[[name]] <- number(rows[[name]])
  }
  rows$chance <- ifelse(is.na(rows$inclusion_probability), 1, rows$inclusion_probability)
  rows$is_kept <- rows$verdict == "kept"
  rows$declines <- tabulate(match(number(read_table("declines")$item), rows$item), nrow(rows))
  rows
}

by_item <- function(chosen) {
  unname(split(which(chosen), factor(grades$item[chosen], levels = items$item)))
}

# Adds to `items` what the grades come to.
conclude <- function() {
  settlements <- read_table("adjudications")
  settlements <- settlements[settlements$is_current == "1", ]
  weighed <- read_table("adjudication_grades")
  rulings <- read_table("key_rulings")
  rulings <- rulings[rulings$is_current == "1", ]
  found <- lapply(seq_len(nrow(items)), function(i) {
    settled <- settlement_of(settlements, weighed, items$item[i])
    ruling <- rulings[number(rulings$question) == items$question[i], ]
    conclude_item(i, settled, if (nrow(ruling)) ruling[1, ] else NULL)
  })
  cbind(items, do.call(rbind, found))
}

settlement_of <- function(settlements, weighed, item) {
  row <- settlements[number(settlements$item) == item, ]
  if (!nrow(row)) return(NULL)
  list(precision = number(row$precision), coherence = number(row$coherence),
       decision = row$decision, flag = row$safety_flag,
       disputed = row$answer_key_disputed == "1", at = seconds(row$decided_at),
       seen = number(weighed$grade[weighed$adjudication == row$adjudication]))
}

conclude_item <- function(i, settled, ruling) {
  own <- grades[current[[i]], ]
  ratings <- own[own$could_judge, ]
  warned <- grades[warnings_of[[i]], ]
  holds <- !is.null(settled) && !overtaken(i, settled, ratings, warned)
  excluded <- key_exclusion(i, settled, ruling, warned)
  precision <- coherence <- NA
  decision <- ""
  flag <- severities[max(match(warned$safety_flag, severities), 1)]
  if (holds) {
    flag <- settled$flag
    precision <- settled$precision
    coherence <- settled$coherence
    decision <- settled$decision
  } else if (is.null(settled) && all(warned$safety_flag == "") && nrow(ratings) && !discordant(ratings)) {
    precision <- median(ratings$precision)
    coherence <- median(ratings$coherence)
    decision <- joint_decision(ratings$decision)
  }
  unanswered <- if (excluded != "") excluded else if (decision != "") "" else
    if (nrow(ratings) || flag != "") "not adjudicated" else if (nrow(own)) "cannot judge" else
    if (items$declines[i]) "declined" else "not graded"
  data.frame(
    key_exclusion = excluded, open_flag = flag, joint_precision = precision,
    joint_coherence = coherence, joint_decision = decision, unanswered = unanswered,
    acceptable = if (unanswered == "") as.numeric(decision == "accept") else NA,
    waits_for = wait(i, nrow(ratings), flag, decision, holds)
  )
}

# What may still change a judged item: a grade sent back, an adjudication, a grade to come.
wait <- function(i, ratings, flag, decision, holds) {
  is_open <- study_field("state") != "closed"
  if (decision == "" && !ratings && flag == "") return("")
  if (is_open && any(grades$asked_again[grades$item == items$item[i]])) return("grade")
  if (decision == "") return("adjudication")
  if (is_open && items$grades_to_come[i] > 0 && !holds) "grade" else ""
}

# Whether a grade that the adjudicator did not weigh reopens the item.
overtaken <- function(i, settled, ratings, warned) {
  unseen <- ratings[!ratings$grade %in% settled$seen, ]
  reopens <- items$kind[i] == "sampled" & (
    abs(unseen$precision - settled$precision) >= far_apart |
      abs(unseen$coherence - settled$coherence) >= far_apart |
      (unseen$decision == "accept") != (settled$decision == "accept"))
  flags <- warned$safety_flag[!warned$grade %in% settled$seen]
  any(reopens) || any(!flags %in% c("", settled$flag))
}

# Why the answer key keeps the item out: ruled wrong, or a doubt without a later ruling.
key_exclusion <- function(i, settled, ruling, warned) {
  if (items$arm[i] != "key") return("")
  ruled <- if (is.null(ruling)) "" else ruling$ruling
  if (ruled == "withdrawn") return("question withdrawn")
  if (items$right_key[i] != "") return(paste("answer key wrong,", items$right_key[i], "is right"))
  if (ruled == "wrong" && ruling$names_right_key != "1") return("answer key wrong")
  doubts <- warned$at[warned$answer_key_disputed]
  if (!is.null(settled) && settled$disputed) doubts <- c(doubts, settled$at)
  ruled_at <- if (is.null(ruling)) -Inf else seconds(ruling$ruled_at)
  if (any(doubts > ruled_at)) "answer key disputed" else ""
}

discordant <- function(ratings) {
  steps <- ratings$first_incorrect_step[!is.na(ratings$first_incorrect_step)]
  any(ratings$safety_flag != "") || length(unique(ratings$decision == "accept")) > 1 ||
    diff(range(ratings$precision)) >= far_apart || diff(range(ratings$coherence)) >= far_apart ||
    length(unique(steps > 0)) > 1
}

# The highest decision that more than half of the raters reach or exceed.
joint_decision <- function(given) {
  reached <- 0
  for (decision in rev(decisions)) {
    reached <- reached + sum(given == decision)
    if (2 * reached > length(given)) return(decision)
  }
  decisions[1]
}
