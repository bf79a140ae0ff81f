"""What was done, in words fit for a paper: benchmark, models, imported outputs, orders, reading.

Every number is written from a cell of the report; a sentence stands there only where the records
carry it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from pipeline.core.duplicates.near_duplicates import NEAR
from review.reports.evaluation.asked import NOT_STATED, prompt_name, prompts_of
from review.reports.evaluation.facts import Evaluated, EvaluationFacts
from review.reports.paper.words import Cells, Figures, listed

FILE_WORDS = {
    "rows": "lines",
    "matched": "outputs matched to questions",
    "rejected": "that belong to no question or contradict it",
    "unusable": "lines that could not be read",
    "order_assumed": "matched outputs of which the source's order of options is assumed",
    "missing": "questions without an output, which count as wrong",
}


@dataclass(frozen=True)
class Writing:
    """Facts, the report's cells, and the numbers written so far."""

    facts: EvaluationFacts
    cells: Cells
    figures: Figures

    def cell(self, name: str, value: int | float, table: str, row: int, column: str = "") -> str:
        """A number that stands in this cell of the report; the column is the name's own."""
        unit = "plain" if isinstance(value, float) else "items"
        place = self.cells.place(table, row, column or name)
        return self.figures.number(name, value, unit, place=place)

    def constant(self, name: str, value: int) -> str:
        """A number of the method itself, which no table holds."""
        return self.figures.number(name, value)

    @property
    def likeness(self) -> str:
        """From when on two questions are near duplicates."""
        least, most = self.constant("likeness", int(NEAR)), self.constant("likeness, at most", 100)
        return f"likeness of at least {least} of {most}, without case and punctuation"


def benchmark(write: Writing) -> Iterator[str]:
    """Which questions, by name, number and hash, and what repeats or was left out."""
    facts = write.facts
    sources = listed(list(dict.fromkeys(one.source for one in facts.question_sets)))
    splits = dict.fromkeys(one.split for one in facts.question_sets if one.split)
    split = f", split {listed(list(splits))}" if splits else ""
    number = write.cell("questions", facts.questions, "benchmark", 0, "count")
    yield (
        f"The models were asked the {number} questions of the benchmark {facts.benchmark} (source "
        f"{sources}{split}): {_options(write)}."
    )
    yield (
        "They are identified by the SHA-256 hash of the sorted questions (stem, context, options "
        f"in their order, key): {facts.items_sha256}. Evaluations are compared only where it is "
        "equal."
    )
    if out := facts.left_out:
        number = write.cell("left out", out, "benchmark", 2, "count")
        yield f"Questions of the set without options or without a key were left out ({number})."
    if facts.distinct < facts.questions:
        distinct = write.cell("distinct questions", facts.distinct, "benchmark", 1, "count")
        yield f"Some repeat others ({write.likeness}): {distinct} are distinct."


def models(write: Writing) -> Iterator[str]:
    """Who was asked here, and how; evaluations that were asked alike in one sentence."""
    asked = [one for one in write.facts.evaluated if not one.row.is_imported]
    for _, alike in groupby(sorted(asked, key=_way), key=_way):
        yield _asked_alike(write, list(alike))
    for prompt in prompts_of(write.facts):
        yield (
            f"The prompt {prompt_name(prompt)} (SHA-256 {prompt.sha256}) is given in full in the "
            "appendix; it is one turn of the user, without a system message."
        )


def imported(write: Writing) -> Iterator[str]:
    """What was imported, from which file, and the settings that it states."""
    files = [one for one in write.facts.evaluated if one.row.is_imported]
    for position, one in enumerate(files):
        yield _file(write, one, position)
    if files:
        yield (
            "Prompts and settings of imported outputs were not checked; the outputs were read "
            "under the letters that the file shows, and scored like all others."
        )


def orders(write: Writing) -> Iterator[str]:
    """Under how many orders of the options, by which seed, and what it is said to show."""
    permuted = [one for one in write.facts.evaluated if one.row.orders > 1]
    if not permuted:
        yield "The options were shown in the source's order only."
        return
    by_way: dict[tuple[int, int], list[Evaluated]] = {}
    for one in permuted:
        by_way.setdefault((one.row.orders, one.row.seed), []).append(one)
    for alike in by_way.values():
        yield _permuted(write, alike)
    yield (
        "The first orders of a question, as many as it has options, form a Latin square: no option "
        "stands under the same letter twice. Answers follow the letter where all letters read from "
        "them are the same and the content is not, and the content in the reverse case; shares are "
        "of the questions that can tell."
    )


def reading(write: Writing) -> Iterator[str]:
    """By which rules letters were read, and what was not read, by class."""
    yield (
        "The letter was read from each output by fixed rules (MedReason Web's extractor, version "
        f"{listed(list(write.facts.readers))}) that see the options as they were shown and not the "
        "key. An output that does not state one option for certain is not read, and classed; "
        "nothing is guessed."
    )
    for position in range(len(write.facts.evaluated)):
        yield _unread(write, position)


def _options(write: Writing) -> str:
    rows = enumerate(write.facts.options.items(), start=3)
    return listed(
        [
            f"{write.cell(f'with {options} options', count, 'benchmark', row, 'count')} with "
            f"{write.constant('options', options)} options"
            for row, (options, count) in rows
        ]
    )


def _asked_alike(write: Writing, alike: list[Evaluated]) -> str:
    row, position = alike[0].row, write.facts.evaluated.index(alike[0])
    names = listed([f"{one.quoted} (model {one.row.model})" for one in alike])
    most = write.cell("max_output_tokens", row.max_output_tokens or 0, "settings", position)
    samples = write.cell("samples", row.samples, "settings", position)
    return (
        f"{names} {'was' if len(alike) == 1 else 'were'} asked here with the prompt "
        f"evaluate_{row.prompt} {row.prompt_version}, at {_temperature(write, alike[0])}, with at "
        f"most {most} output tokens and {samples} sample{'' if row.samples == 1 else 's'} of each "
        "question and order."
    )


def _temperature(write: Writing, one: Evaluated) -> str:
    temperature = one.row.temperature
    if temperature is None:
        return "the model's own temperature"
    position = write.facts.evaluated.index(one)
    said = write.cell("temperature", temperature, "settings", position)
    return f"temperature {said}{'' if temperature else ' (greedy)'}"


def _permuted(write: Writing, alike: list[Evaluated]) -> str:
    row, position = alike[0].row, write.facts.evaluated.index(alike[0])
    number = write.cell("orders", row.orders, "settings", position)
    seed = write.cell("seed", row.seed, "settings", position)
    return (
        f"For {listed([one.quoted for one in alike])} each question was asked under up to {number} "
        f"orders of its options: the source's and others drawn with the seed {seed}."
    )


def _file(write: Writing, one: Evaluated, position: int) -> str:
    row = write.cells.rows("files")[position]
    counts = [
        f"{write.cell(name, count, 'files', position)} {FILE_WORDS[name]}"
        for name in FILE_WORDS
        if isinstance(count := row[name], int)
    ]
    settings = "" if row["settings"] == NOT_STATED else f" Settings as stated: {row['settings']}."
    return (
        f"The outputs of {one.quoted} (model {one.row.model}) were not made here: they were "
        f"imported from the file {row['file']} (format {row['format']}, SHA-256 {row['sha256']}): "
        f"{listed(counts)}.{settings}"
    )


def _unread(write: Writing, position: int) -> str:
    one = write.facts.evaluated[position]
    unread = [
        f"{row['stage']}, {write.cell('not read', count, 'stages', at, 'items')}"
        for at, row in enumerate(write.cells.rows("stages"))
        if row["evaluation"] == one.name
        and row["read"] == "not read"
        and isinstance(count := row["items"], int)
    ]
    total = len(write.cells.rows("funnel")) - 1
    outputs = write.cell("outputs", one.scores.funnel.items, "funnel", total, one.column)
    if not unread:
        return f"{one.quoted}: a letter was read from all of {outputs} outputs."
    return f"{one.quoted}: of {outputs} outputs, not read were: {'; '.join(unread)}."


def _way(one: Evaluated) -> tuple[str, str, float, int, int]:
    """What must be equal for evaluations to be told in one sentence."""
    row = one.row
    temperature = -1.0 if row.temperature is None else row.temperature
    return row.prompt, row.prompt_version, temperature, row.max_output_tokens or 0, row.samples
