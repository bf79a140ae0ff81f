"""A fine-tuned model's page in tables: beside its base, its rows, and where they come from."""

from collections.abc import Iterator

from pipeline.benchmarks.scoring.comparison import Comparison
from pipeline.evaluations.text import estimate_text
from pipeline.models import Evaluation
from review.finetuned.run_card import RunCard
from review.finetuned.side_by_side import Benchmark, SeenBefore, SideBySide
from review.models import Release
from review.reports.document import Cell, Column, Link, Table

ACCURACY_NOTE = (
    "Share of the questions asked that are right, what was not read counted as wrong. The "
    "difference is paired, question by question, with its 95 % interval; overlapping intervals of "
    "two accuracies say nothing about it."
)


def accuracy_table(shown: SideBySide) -> Table:
    """Both accuracies on each benchmark, their paired difference, and what the release holds."""
    columns = (
        Column("benchmark", "Benchmark"),
        Column("asked", "Asked"),
        Column("base", "Base", "share"),
        Column("tuned", "Fine-tuned", "share"),
        Column("difference", "Fine-tuned less base", "share"),
        Column("in_release", "Questions that stand in the release"),
    )
    rows = tuple(map(_accuracy_row, shown.benchmarks))
    return Table("side_by_side", "On the same questions", columns, rows, ACCURACY_NOTE)


def tests_table(shown: SideBySide) -> Table:
    """The counts behind each difference, and its exact test."""
    columns = (
        Column("benchmark", "Benchmark"),
        Column("only_tuned", "Only the fine-tuned right", "items"),
        Column("only_base", "Only the base right", "items"),
        Column("p", "Exact p", "p"),
        Column("p_holm", "p after Holm", "p"),
        Column("where_read", "Difference where both were read", "share"),
    )
    rows = tuple(_test_row(one) for one in shown.benchmarks)
    return Table("tests", "Exact tests", columns, rows, " ".join(_test_notes(shown)))


def unpaired_table(shown: SideBySide) -> Table:
    """Evaluations that are not compared, each with the reason."""
    columns = (
        Column("evaluation", "Evaluation"),
        Column("benchmark", "Benchmark"),
        Column("of", "Of"),
        Column("why", "Why it is not compared"),
    )
    rows = tuple(
        (
            Link(one.evaluation.name, "pipeline:evaluation", (one.evaluation.pk,)),
            one.evaluation.question_set.name,
            one.side,
            one.why,
        )
        for one in shown.unpaired
    )
    return Table("unpaired", "Evaluations that are not compared", columns, rows)


def rows_table(card: RunCard) -> Table:
    """The rows trained on and held out, as they were counted before the first step."""
    columns = (
        Column("split", "Split"),
        Column("rows", "Rows", "items"),
        Column("left_out", "Left out by choice", "items"),
        Column("prompt", "Tokens of prompts", "items"),
        Column("response", "Of responses", "items"),
        Column("with_loss", "With loss", "items"),
    )
    splits = (("train", card.rows.train), ("validation, held out", card.rows.validation))
    rows = tuple(
        (
            name,
            split.rows,
            split.left_out_by_choice,
            split.prompt_tokens.total,
            split.response_tokens.total,
            split.tokens_with_loss,
        )
        for name, split in splits
    )
    accepted = ", ".join(card.rows.accepted)
    note = f"Trained all the same with what was found and accepted: {accepted}." if accepted else ""
    return Table("rows", "Rows of training", columns, rows, note)


def studies_table(release: Release) -> Table:
    """The studies whose grades decided about the release's rows."""
    columns = (
        Column("study", "Study"),
        Column("items", "Items", "items"),
        Column("graded", "Graded", "items"),
        Column("grades", "Grades", "items"),
        Column("raters", "Raters", "items"),
        Column("rows", "Released rows it graded", "items"),
    )
    numbers = {study.name: study.pk for study in release.studies.all()}
    rows = tuple(
        (
            _link(study["name"], "review:study", numbers),
            study["items"],
            study["graded"],
            study["grades"],
            study["raters"],
            study["graded_rows"],
        )
        for study in release.manifest["studies"]
    )
    empty = "No study: no clinician graded the rows of this release."
    return Table("studies", "Studies and their grades", columns, rows, empty=empty)


def batches_table(release: Release) -> Table:
    """The batches whose traces were released."""
    columns = (
        Column("batch", "Batch"),
        Column("made", "Traces made", "items"),
        Column("rows", "Released rows", "items"),
    )
    numbers = {batch.name: batch.pk for batch in release.batches.all()}
    rows = tuple(
        (_link(batch["name"], "pipeline:batch", numbers), batch["made"], batch["rows"])
        for batch in release.manifest["batches"]
    )
    empty = "The release holds items of its studies alone."
    return Table("batches", "Batches", columns, rows, empty=empty)


def _accuracy_row(one: Benchmark) -> tuple[Cell, ...]:
    return (
        _benchmark_link(one.pair.tuned),
        _asked(one.pair.tuned),
        one.base.headline,
        one.tuned.headline,
        one.comparison.difference,
        _seen(one.seen),
    )


def _test_row(one: Benchmark) -> tuple[Cell, ...]:
    found = one.comparison
    return (
        _benchmark_link(one.pair.tuned),
        found.only_first,
        found.only_second,
        found.p,
        found.p_holm,
        found.where_read,
    )


def _test_notes(shown: SideBySide) -> Iterator[str]:
    """What was tested and how, each once."""
    compared: list[Comparison] = [one.comparison for one in shown.benchmarks]
    if not compared:
        return
    tests = ", ".join(dict.fromkeys(one.test for one in compared))
    methods = "; ".join(dict.fromkeys(one.method for one in compared if one.method))
    count = max(one.tests for one in compared)
    yield f"Test: {tests}. Holm's correction over {count:,} test{'s' if count != 1 else ''}."
    yield f"Interval of the difference: {methods}."
    if any(one.test.startswith("exact sign") for one in compared):
        yield "Where samples differ, the counts are of questions on which one is higher."


def _benchmark_link(evaluation: Evaluation) -> Link:
    name = evaluation.question_set.name
    return Link(name, "pipeline:question_set", (name,))


def _asked(evaluation: Evaluation) -> str:
    temperature = evaluation.temperature
    told = "the model's own temperature" if temperature is None else f"temperature {temperature:g}"
    samples = f", {evaluation.samples} samples" if evaluation.samples > 1 else ""
    return (
        f"{evaluation.questions:,} questions ({evaluation.items_sha256[:12]}), prompt "
        f"{evaluation.prompt} {evaluation.prompt_version}, {told}{samples}"
    )


def _seen(seen: SeenBefore) -> str:
    if not seen.questions:
        return f"none of {seen.of:,}"
    said = f"{seen.questions:,} of {seen.of:,}"
    if seen.without is None:
        return f"{said}: no other question is left to compare on"
    return f"{said}; the difference on the others: {estimate_text(seen.without)}"


def _link(name: str, view: str, numbers: dict[str, int]) -> Cell:
    return Link(name, view, (numbers[name],)) if name in numbers else name
