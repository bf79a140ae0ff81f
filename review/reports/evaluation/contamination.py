"""Which questions stand in a release, and the accuracy on them and on the others."""

from collections.abc import Iterator

from pipeline.benchmarks.scoring.contamination import REPEAT, SUREST_FIRST, Contamination
from review.reports.document import Cell, Column, Link, Section, Table
from review.reports.evaluation.facts import EvaluationFacts, ReleaseCheck

MAX_LISTED = 200
NO_RELEASE = (
    "No frozen release exists here, so there was nothing to compare the questions with: this says "
    "nothing of what the models were trained on."
)
READING = (
    "A model that was trained on a release has seen the questions that stand in it. Each question "
    "is compared with all questions of every frozen release, withdrawn ones among them: by its id "
    "in the same source, by its text and options exactly, and as a near duplicate. A question that "
    "repeats one that was found is marked too.",
    "Which of the models were trained on which release is not recorded in an evaluation, and what "
    "else a model was trained on is not known here. The two accuracies are of different questions: "
    "their difference is not the effect of having seen them.",
)
NONE_FOUND = "None of the questions stands in a release."
TITLES = {
    "exact": "same text and options",
    "id": "same id",
    "near": "near duplicate",
    REPEAT: "repeats one that was found",
}


def contamination_section(facts: EvaluationFacts) -> Section:
    """What stands in each release; a clear sentence where there is no release."""
    if not facts.checks:
        return Section("contamination", "Contamination", (NO_RELEASE,))
    tables = [releases_table(facts)]
    if not any(check.fullest.marks for check in facts.checks):
        return Section("contamination", "Contamination", (*READING, NONE_FOUND), tuple(tables))
    tables += [accuracy_table(facts), questions_table(facts)]
    return Section("contamination", "Contamination", READING, tuple(tables))


def releases_table(facts: EvaluationFacts) -> Table:
    """For each release how many of the questions stand in it, by the surest way they match."""
    columns = (
        Column("release", "Release"),
        Column("state", "State"),
        Column("written_by", "Written by"),
        *(Column(kind, TITLES[kind].capitalize(), "items") for kind in (*SUREST_FIRST, REPEAT)),
        Column("marked", "Questions marked", "items"),
        Column("clean", "Others", "items"),
    )
    rows = tuple(_release_row(check) for check in facts.checks)
    note = "Each question counts once, by the surest of its matches."
    return Table("releases", "Questions that stand in a release", columns, rows, note)


def accuracy_table(facts: EvaluationFacts) -> Table:
    """Accuracy on marked and on other questions, for each release that has any."""
    columns = (
        Column("release", "Release"),
        Column("evaluation", "Evaluation"),
        Column("marked", "On questions that stand in it", "share"),
        Column("clean", "On the others", "share"),
    )
    rows = tuple(
        (check.release.name, one.name, found.marked.headline, found.clean.headline)
        for check in facts.checks
        if check.fullest.marks
        for one, found in zip(facts.evaluated, check.found, strict=True)
    )
    return Table("contaminated", "Accuracy on those questions and on the others", columns, rows)


def questions_table(facts: EvaluationFacts) -> Table:
    """The marked questions themselves: the first MAX_LISTED."""
    columns = (
        Column("question", "Question"),
        Column("release", "Release"),
        Column("how", "How"),
        Column("row", "Question of the release"),
    )
    rows = tuple(row for check in facts.checks for row in _question_rows(facts, check))
    listed = f" The first {MAX_LISTED:,} are listed." if len(rows) > MAX_LISTED else ""
    note = f"All are marked in the file of answers.{listed}"
    title = "Questions found in releases"
    return Table("marked_questions", title, columns, rows[:MAX_LISTED], note, folded=True)


def marks_of(facts: EvaluationFacts, position: int) -> dict[int, str]:
    """For the evaluation at this place: each marked question, with its releases and how."""
    marks: dict[int, list[str]] = {}
    for check in facts.checks:
        for question, kind in check.found[position].marks.items():
            marks.setdefault(question, []).append(f"{check.release.name}: {TITLES[kind]}")
    return {question: "; ".join(parts) for question, parts in marks.items()}


def _release_row(check: ReleaseCheck) -> tuple[Cell, ...]:
    found: Contamination = check.fullest
    return (
        Link(check.release.name, "review:release", (check.release.name,)),
        check.release.get_state_display(),
        check.release.kind_words,
        *(found.counts[kind] for kind in (*SUREST_FIRST, REPEAT)),
        found.marked.questions,
        found.clean.questions,
    )


def _question_rows(facts: EvaluationFacts, check: ReleaseCheck) -> Iterator[tuple[Cell, ...]]:
    position = check.found.index(check.fullest)
    for number, kind in check.fullest.marks.items():
        question = facts.evaluated[position].questions[number]
        found = check.rows.get(question.pk)
        yield question.id_in_source, check.release.name, TITLES[kind], found
