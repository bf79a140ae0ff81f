"""Base and fine-tuned model on the same benchmarks: accuracies, paired differences, exact tests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.benchmarks.scoring.accuracy import Accuracy, accuracy
from pipeline.benchmarks.scoring.comparison import Comparison, compare, holm_over
from pipeline.benchmarks.scoring.contamination import (
    SUREST_FIRST,
    Match,
    MatchKind,
    by_contamination,
)
from pipeline.benchmarks.scoring.outcomes import Answers
from pipeline.core.errors import Refusal
from pipeline.evaluations.results import answers_of, asked_questions
from pipeline.models import Question, QuestionSet
from pipeline.statistics.estimate import Estimate
from review.finetuned.pairs import TUNED, EvaluationPair, Unpaired, paired_evaluations
from review.models import FineTunedModel, Release
from review.releases.contamination.in_releases import release_contamination

KINDS: dict[str, MatchKind] = {kind: kind for kind in SUREST_FIRST}


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """Questions of the benchmark that stand in the release, and the difference on the others.

    `without` is None where no question stands in it, or all do.
    """

    questions: int
    of: int
    without: Estimate | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark under one set of conditions: both accuracies, and their paired difference."""

    pair: EvaluationPair
    base: Accuracy
    tuned: Accuracy
    comparison: Comparison
    seen: SeenBefore


@dataclass(frozen=True, slots=True)
class SideBySide:
    """All benchmarks on which both were asked alike, and the evaluations that are in no pair."""

    benchmarks: tuple[Benchmark, ...]
    unpaired: tuple[Unpaired, ...]


def side_by_side(model: FineTunedModel) -> SideBySide:
    """The model beside its base wherever both were asked alike; Holm over all that is shown."""
    pairs, unpaired = paired_evaluations(model)
    found: list[Benchmark] = []
    refused: list[Unpaired] = []
    for pair in pairs:
        try:
            found.append(_benchmark(pair, model.release))
        except Refusal as error:
            refused.append(Unpaired(pair.tuned, TUNED, str(error)))
    corrected = holm_over([one.comparison for one in found])
    benchmarks = [
        replace(one, comparison=comparison)
        for one, comparison in zip(found, corrected, strict=True)
    ]
    return SideBySide(tuple(benchmarks), (*unpaired, *refused))


def _benchmark(pair: EvaluationPair, release: Release) -> Benchmark:
    questions = asked_questions(pair.tuned)
    base, tuned = answers_of(pair.base), answers_of(pair.tuned, questions)
    return Benchmark(
        pair,
        accuracy(base),
        accuracy(tuned),
        compare(tuned, base),
        _seen_before(tuned, base, _matches(pair.tuned.question_set, questions, release)),
    )


def _matches(
    benchmark: QuestionSet, questions: Sequence[Question], release: Release
) -> list[Match]:
    """Questions asked that stand in the release, as the scoring numbers them."""
    matches = release_contamination(benchmark).get(release, {})
    return [
        Match(number, KINDS[match.by], release.name, match.question)
        for number, row in enumerate(questions)
        if (match := matches.get(row.pk))
    ]


def _seen_before(tuned: Answers, base: Answers, matches: Sequence[Match]) -> SeenBefore:
    marks = by_contamination(tuned.as_stated, matches).marks
    clean = tuned.question_ids - marks.keys()
    without = None
    if marks and clean:
        without = compare(tuned.of_questions(clean), base.of_questions(clean)).difference
    return SeenBefore(len(marks), len(tuned.question_ids), without)
