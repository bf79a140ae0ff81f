"""The methods of an evaluation in words fit for a paper: what was done, and the statistics."""

import re
from collections.abc import Iterator, Sequence

from pipeline.benchmarks.scoring.comparison import BOOTSTRAP
from pipeline.software import software_version
from pipeline.statistics.comparison import REPLICATES
from review.reports.document import Section
from review.reports.evaluation import procedure
from review.reports.evaluation.facts import EvaluationFacts
from review.reports.evaluation.procedure import Writing
from review.reports.paper.words import Cells, Figures, Paragraph, listed

TITLE = "Methods, for a paper"
# These paragraphs follow no guideline's items.
NO_ITEM = 0
DISTINCT = re.compile(r"over ([\d,]+) distinct questions")


def methods_section(paragraphs: Sequence[Paragraph]) -> Section:
    """The paragraphs as a section of the report."""
    return Section("methods", TITLE, tuple(f"{one.heading}. {one.text}" for one in paragraphs))


def methods(facts: EvaluationFacts, cells: Cells, figures: Figures) -> tuple[Paragraph, ...]:
    """The paragraphs that have something to say; their numbers are added to the figures."""
    write = Writing(facts, cells, figures)
    parts = (
        ("Benchmark", procedure.benchmark(write)),
        ("Models and decoding", procedure.models(write)),
        ("Imported outputs", procedure.imported(write)),
        ("Orders of the options", procedure.orders(write)),
        ("Reading the outputs", procedure.reading(write)),
        ("Accuracy", accuracy(write)),
        ("Comparisons", comparisons(write)),
        ("Contamination", contamination(write)),
        ("Published results", published(write)),
        ("Software", software(write)),
    )
    made = [Paragraph(NO_ITEM, heading, tuple(sentences)) for heading, sentences in parts]
    return tuple(paragraph for paragraph in made if paragraph.sentences)


def accuracy(write: Writing) -> Iterator[str]:
    """How what was not read counts, and how intervals are made."""
    evaluated = write.facts.evaluated
    yield (
        "Accuracy is the share of questions answered rightly under the source's order of the "
        "options. An output that was not read counts as wrong, and so does one that the endpoint "
        "did not give. Also given are the accuracy on what was read, and an upper bound that takes "
        "all that was not read as right."
    )
    if any(one.row.samples > 1 for one in evaluated):
        yield "A question with several samples counts once, by their mean."
    methods_of = {one.quoted: one.scores.accuracy.method for one in evaluated}
    for method in dict.fromkeys(filter(None, methods_of.values())):
        names = [name for name, its in methods_of.items() if its == method]
        of = "" if len(names) == len(evaluated) else f" of {listed(names)}"
        yield f"Intervals{of}: {_method(write, method)}."


def comparisons(write: Writing) -> Iterator[str]:
    """The paired differences and tests, and what they are corrected for."""
    pairs = [pair for pair in write.facts.pairs if pair.p is not None]
    if not pairs:
        return
    for method in dict.fromkeys(pair.method for pair in pairs):
        yield f"Differences on the same questions: {_method(write, method)}."
    baseline = write.facts.baseline
    against = f"each evaluation with {baseline.quoted}" if baseline else "all pairs of evaluations"
    tests = listed(list(dict.fromkeys(pair.test for pair in pairs)))
    row = write.facts.pairs.index(pairs[0])
    number = write.cell("tests", pairs[0].tests, "pair_details", row)
    yield f"Tests of {against}: {tests}, two-sided, with Holm's correction for {number} tests."


def contamination(write: Writing) -> Iterator[str]:
    """What the questions were compared with, from which likeness on, and what was found."""
    checks = write.facts.checks
    if not checks:
        yield (
            "No frozen release of training rows existed here, so the questions were compared with "
            "none; what the models were trained on is not known."
        )
        return
    yield (
        "The questions were compared with those of every frozen release: by id in the same source, "
        f"by exact text and options, and as near duplicates ({write.likeness})."
    )
    marked = "; ".join(
        f"{check.release.name}, "
        + write.cell("marked", check.fullest.marked.questions, "releases", position)
        for position, check in enumerate(checks)
    )
    yield f"Questions marked by release: {marked}."
    yield "What else the models were trained on is not known."


def published(write: Writing) -> Iterator[str]:
    """What stands beside ours, and how it was scored."""
    results = write.facts.reference.results
    if not results:
        return
    place = write.cells.place("accuracy", len(write.facts.evaluated), "accuracy")
    n = write.figures.number("published n", results[0].accuracy.n, place=place, part="n")
    yield (
        f"Results of {results[0].citation} are shown as published, on {n} questions of the same "
        f"source; they were {results[0].scorer}. Their intervals are Wilson's, computed here from "
        "the published percentage and n."
    )


def software(write: Writing) -> Iterator[str]:
    """The versions of this program."""
    begun = [one.row.software_version for one in write.facts.evaluated]
    versions = list(dict.fromkeys(filter(None, begun)))
    yield f"Figures were computed with MedReason Web, version {software_version()}."
    if versions:
        yield f"The evaluations were begun with version {listed(versions)}."


def _method(write: Writing, method: str) -> str:
    """A method as scoring words it; the numbers in it are written down."""
    if BOOTSTRAP in method:
        write.constant("resamples", REPLICATES)
    if found := DISTINCT.search(method):
        write.constant("distinct questions", int(found[1].replace(",", "")))
    return method
