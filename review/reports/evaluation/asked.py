"""What was asked and how: the benchmark, each evaluation's settings, imported files, prompts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.benchmarks.prompts import evaluation_prompt
from pipeline.core.prompts import Prompt
from review.reports.document import Cell, Column, Section, Table
from review.reports.evaluation.facts import Evaluated, EvaluationFacts

NOT_STATED = "not stated"
MOST_LINES = 50
FILE_COUNTS = {
    "rows": "Lines",
    "matched": "Outputs matched",
    "rejected": "Of no question here, or against it",
    "unusable": "Lines not readable",
    "order_assumed": "Matched, order assumed",
    "missing": "Questions without an output",
}
NO_IMPORT = "None of the evaluations was imported."


def benchmark_section(facts: EvaluationFacts) -> Section:
    """The benchmark in numbers, and whether its questions were changed since."""
    rows: list[tuple[Cell, ...]] = [
        ("questions asked", facts.questions),
        ("distinct questions: those that repeat, exactly or nearly, counted once", facts.distinct),
        ("questions left out: without options or without a key", facts.left_out),
        *((f"questions with {options} options", count) for options, count in facts.options.items()),
    ]
    columns = (Column("measure", "Of the benchmark"), Column("count", "Number", "items"))
    table = Table("benchmark", "Its questions in numbers", columns, tuple(rows))
    return Section("benchmark", "The benchmark", (), (table,))


def asked_section(facts: EvaluationFacts) -> Section:
    """The settings of each evaluation, and the files that were imported."""
    imported = [one for one in facts.evaluated if one.row.is_imported]
    of_files = (files_table(imported), not_taken_table(imported)) if imported else ()
    tables = (settings_table(facts), records_table(facts), *of_files)
    return Section("asked", "How they were asked", () if imported else (NO_IMPORT,), tables)


def prompts_section(facts: EvaluationFacts) -> Section:
    """Every prompt in full, as a template in Jinja's notation."""
    columns = (Column("prompt", "Prompt"), Column("sha256", "SHA-256"), Column("text", "In full"))
    rows = tuple(
        (prompt_name(prompt), prompt.sha256, prompt.template) for prompt in prompts_of(facts)
    )
    text = (
        "One turn of the user, without a system message. The template is in Jinja's notation: "
        "context, question, and the options under their letters.",
    )
    empty = "No evaluation was asked here: the prompts of imported outputs are not ours."
    table = Table("prompts", "Prompts", columns, rows, empty=empty)
    return Section("prompts", "Appendix: prompts", text if rows else (), (table,))


def prompts_of(facts: EvaluationFacts) -> list[Prompt]:
    """The prompts that the evaluations were asked with, each once."""
    used = {(one.row.prompt, one.row.prompt_version): None for one in facts.evaluated}
    return [evaluation_prompt(name, version) for name, version in used if name]


def prompt_name(prompt: Prompt) -> str:
    """A prompt as the report calls it: "evaluate_free v1"."""
    return f"{prompt.name} {prompt.version}"


def settings_table(facts: EvaluationFacts) -> Table:
    """One row for each evaluation; what an imported file does not state is a dash."""
    columns = (
        Column("evaluation", "Evaluation"),
        Column("model", "Model"),
        Column("endpoint", "Endpoint or file"),
        Column("prompt", "Prompt"),
        Column("temperature", "Temperature", "plain"),
        Column("max_output_tokens", "Output tokens, at most", "items"),
        Column("samples", "Samples", "items"),
        Column("orders", "Orders", "items"),
        Column("seed", "Seed of the orders", "items"),
    )
    note = "Temperature 0 is greedy."
    return Table("settings", "Settings", columns, tuple(map(_settings_row, facts.evaluated)), note)


def records_table(facts: EvaluationFacts) -> Table:
    """When each evaluation was finished, by which versions it was begun and read."""
    columns = (
        Column("evaluation", "Evaluation"),
        Column("left_out", "Left out", "items"),
        Column("extractor", "Read by"),
        Column("finished", "Finished"),
        Column("software", "Software"),
        Column("column", "Its column in files"),
    )
    note = (
        "Left out: questions of the set without options or without a key. Read by: the version of "
        "the extractor. Software: the version of this program when the evaluation began."
    )
    return Table("records", "Records", columns, tuple(map(_records_row, facts.evaluated)), note)


def files_table(imported: Sequence[Evaluated]) -> Table:
    """The files of others: what was matched, what was not, and the settings that they state."""
    columns = (
        Column("evaluation", "Evaluation"),
        Column("file", "File"),
        Column("format", "Format"),
        *(Column(key, title, "items") for key, title in FILE_COUNTS.items()),
        Column("settings", "Settings as stated"),
        Column("notes", "Notes"),
        Column("sha256", "SHA-256"),
    )
    note = "The settings are those that the file states; nobody checked them."
    return Table("files", "Imported files", columns, tuple(map(_file_row, imported)), note)


def not_taken_table(imported: Sequence[Evaluated]) -> Table:
    """The lines of imported files that were not taken, each with its reason: the first of many."""
    columns = (
        Column("evaluation", "Evaluation"),
        Column("line", "Line", "items"),
        Column("reason", "Reason"),
    )
    rows = tuple(
        (one.name, line, reason)
        for one in imported
        for line, reason in (one.row.imported_from or {}).get("left_out", ())[:MOST_LINES]
    )
    note = f"Of each file the first {MOST_LINES:,} at most."
    title = "Lines that were not taken"
    return Table("not_taken", title, columns, rows, note, "All were taken.", folded=True)


def stated_settings(said: Mapping[str, Any]) -> str:
    """The settings that a file states: "num_fewshot 0; temperature 0.0"."""
    settings = said.get("settings") or {}
    return "; ".join(f"{name} {value}" for name, value in settings.items()) or NOT_STATED


def _settings_row(one: Evaluated) -> tuple[Cell, ...]:
    row = one.row
    return (
        row.name,
        row.model,
        "; ".join(_asked_at(one)),
        f"{row.prompt} {row.prompt_version}".strip() or None,
        _temperature(one),
        row.max_output_tokens,
        row.samples,
        row.orders,
        row.seed if row.orders > 1 else None,
    )


def _records_row(one: Evaluated) -> tuple[Cell, ...]:
    row = one.row
    return (
        row.name,
        row.left_out,
        ", ".join(one.readers),
        row.finished_at.strftime("%d %B %Y") if row.finished_at else None,
        row.software_version or NOT_STATED,
        one.column,
    )


def _asked_at(one: Evaluated) -> Iterator[str]:
    if one.row.endpoint:
        yield f"{one.row.endpoint.name} ({one.row.base_url})"
    elif one.row.imported_from:
        yield f"file {one.row.imported_from.get('file', NOT_STATED)}"


def _temperature(one: Evaluated) -> Cell:
    if one.row.temperature is not None:
        return one.row.temperature
    return NOT_STATED if one.row.is_imported else "the model's own"


def _file_row(one: Evaluated) -> tuple[Cell, ...]:
    said = one.row.imported_from or {}
    return (
        one.name,
        said.get("file", NOT_STATED),
        ", part ".join(filter(None, (said.get("format", NOT_STATED), said.get("part")))),
        *(said.get(key) for key in FILE_COUNTS),
        stated_settings(said),
        " ".join(said.get("notes", ())),
        said.get("sha256", NOT_STATED),
    )
