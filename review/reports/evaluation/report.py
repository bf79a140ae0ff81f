"""The report of evaluations on one benchmark, its imprint and the figures of its methods."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipeline.software import software_version
from review.reports.document import Headline, Report
from review.reports.evaluation.accuracy import accuracy_section
from review.reports.evaluation.asked import asked_section, benchmark_section, prompts_section
from review.reports.evaluation.contamination import contamination_section
from review.reports.evaluation.facts import Evaluated, EvaluationFacts
from review.reports.evaluation.groups import groups_section
from review.reports.evaluation.methods import methods, methods_section
from review.reports.evaluation.pairs import pairs_section
from review.reports.evaluation.reading import orders_section, reading_section
from review.reports.paper.words import Cells, Figure, Figures, Paragraph

KEY = "evaluation"
ESTIMAND = (
    "The share of questions like these that a model answers rightly when it is asked as it was "
    "here. Intervals say how the share would vary over other questions like these, not over other "
    "prompts or other runs."
)
SEVERAL_READERS = (
    "The outputs were read by different versions of the extractor ({}): differences may come from "
    "that. Read the earlier ones again."
)
SEVERAL_WAYS = (
    "The evaluations were not all asked in the same way (see the settings): a difference is that "
    "of model and way of asking together."
)
NO_OUTPUT = "{}: {} no output for {} of {} items: they count as wrong."
NO_OUTCOME = "{}: {} of {} questions have no outcome: they are in no figure."
MOST_NAMED = 3
SOME_MISSING = (
    "In {} evaluations some items got no output, which count as wrong, or some questions have no "
    "outcome, which are in no figure: see what the accuracy is counted from."
)
CHANGED = (
    "{}: questions were changed since they were asked. The figures are of the questions and keys "
    "as they were; matches with releases are of the questions as they are."
)
MARKED = (
    "{} of {} questions stand in the release {}: a model trained on it has seen them. See "
    "Contamination."
)


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """The report, its methods as paragraphs, and every number of these with its place in it."""

    report: Report
    methods: tuple[Paragraph, ...]
    figures: tuple[Figure, ...]

    @property
    def further(self) -> Mapping[str, Any]:
        """What its JSON file holds beside the report."""
        return {"figures_of_methods": [asdict(figure) for figure in self.figures]}


def evaluation_report(facts: EvaluationFacts) -> EvaluationReport:
    """Everything that a study lead needs of these evaluations, as one report."""
    report = Report(
        KEY,
        "Report of evaluations",
        facts.benchmark,
        (
            accuracy_section(facts),
            pairs_section(facts),
            reading_section(facts),
            orders_section(facts),
            groups_section(facts),
            contamination_section(facts),
            benchmark_section(facts),
            asked_section(facts),
        ),
        ESTIMAND,
        tuple(_cautions(facts)),
        Headline("evaluations", len(facts.evaluated), "items"),
    )
    figures = Figures()
    paragraphs = methods(facts, Cells(report), figures)
    written = (methods_section(paragraphs), prompts_section(facts))
    report = replace(report, sections=(*report.sections, *written))
    return EvaluationReport(report, paragraphs, tuple(figures.written))


def imprint_of(facts: EvaluationFacts) -> dict[str, str]:
    """The head: which benchmark this is, of when the figures are, by which software."""
    sets = facts.question_sets
    return {
        "benchmark": facts.benchmark,
        "source": ", ".join(dict.fromkeys(one.source for one in sets)),
        "split": ", ".join(dict.fromkeys(one.split for one in sets if one.split)) or "not stated",
        "questions": f"{facts.questions:,}",
        "options": ", ".join(f"{options} ({n:,})" for options, n in facts.options.items()),
        "left out": f"{facts.left_out:,} without options or key",
        "repeats": f"{facts.questions - facts.distinct:,}",
        "hash": facts.items_sha256,
        "as of": facts.at.strftime("%d %B %Y, %H:%M UTC"),
        "software": software_version(),
    }


def _cautions(facts: EvaluationFacts) -> Iterator[str]:
    yield from _missing(facts)
    for one in facts.evaluated:
        if not one.is_unchanged:
            yield CHANGED.format(one.name)
    if len(facts.readers) > 1:
        yield SEVERAL_READERS.format(", ".join(facts.readers))
    if len({_way(one) for one in facts.evaluated}) > 1:
        yield SEVERAL_WAYS
    for check in facts.checks:
        if marked := check.fullest.marked.questions:
            yield MARKED.format(f"{marked:,}", f"{facts.questions:,}", check.release.name)


def _missing(facts: EvaluationFacts) -> Iterator[str]:
    """What got no output or no outcome: in words for a few evaluations, else as a count."""
    missing = [
        one
        for one in facts.evaluated
        if one.scores.accuracy.not_answered or one.scores.accuracy.not_asked
    ]
    if len(missing) <= MOST_NAMED:
        for one in missing:
            yield from _missing_in(one)
    else:
        yield SOME_MISSING.format(f"{len(missing):,}")


def _missing_in(one: Evaluated) -> Iterator[str]:
    found = one.scores.accuracy
    if found.not_answered:
        who = "The file has" if one.row.is_imported else "The endpoint gave"
        yield NO_OUTPUT.format(one.name, who, f"{found.not_answered:,}", f"{found.items:,}")
    if found.not_asked:
        total = found.questions + found.not_asked
        yield NO_OUTCOME.format(one.name, f"{found.not_asked:,}", f"{total:,}")


def _way(one: Evaluated) -> tuple[object, ...]:
    """How it was asked; every imported file is a way of its own."""
    row = one.row
    if row.is_imported:
        return (row.pk,)
    return (
        *(row.prompt, row.prompt_version, row.temperature),
        *(row.max_output_tokens, row.samples),
    )
