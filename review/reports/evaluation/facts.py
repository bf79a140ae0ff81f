"""What a report of evaluations rests on: their answers and figures, pairs, and what releases hold.

Where questions stand in a release is found by the room of releases, which lies above this one: it
is handed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from pipeline import store
from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES
from pipeline.benchmarks.identity import item_sha256, set_sha256
from pipeline.benchmarks.published import Reference, reference_for
from pipeline.benchmarks.scoring.comparison import Comparison, compare_all
from pipeline.benchmarks.scoring.contamination import Contamination, Match, by_contamination
from pipeline.benchmarks.scoring.outcomes import NOT_ANSWERED, Answers
from pipeline.benchmarks.scoring.scores import Scores, score
from pipeline.core.errors import Refusal
from pipeline.evaluations.results import answers_of, asked_questions
from pipeline.models import Evaluation, Question, QuestionSet
from review.models import Release

# All pairs of more than so many are too many to read: then each is compared with one.
MOST_PAIRED = 10

# So many names have room above the columns of a table.
MOST_NAMED = 5

KNOWN_STAGES = {*READ_STAGES, *UNREAD_STAGES, NOT_ANSWERED}

# Of each release the questions of one set that stand in it, by their row ids.
InReleases = Mapping[Release, Sequence[Match]]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """One evaluation, its answers and figures.

    `questions`: those asked, in the order by which `answers` numbers them. `is_unchanged`: they
    still say what they said when they were asked. `readers`: the versions of the extractor that
    read its outputs.
    """

    row: Evaluation
    answers: Answers
    scores: Scores
    questions: Sequence[Question]
    is_unchanged: bool
    readers: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def quoted(self) -> str:
        """The name as it stands in a sentence: names hold commas."""
        return f'"{self.row.name}"'

    @property
    def column(self) -> str:
        """The key of its column in tables that have one for each evaluation."""
        return f"evaluation_{self.row.pk}"


@dataclass(frozen=True, slots=True, eq=False)
class ReleaseCheck:
    """One release, and for each evaluation which of its questions stand in it.

    `rows`: the question of the release, by the row id of the question that it matches.
    """

    release: Release
    rows: Mapping[int, str]
    found: tuple[Contamination, ...]

    @property
    def fullest(self) -> Contamination:
        """That of the evaluation with the most questions; an imported file may lack some."""
        return max(self.found, key=lambda one: one.marked.questions + one.clean.questions)


@dataclass(frozen=True, eq=False)
class EvaluationFacts:
    """Finished evaluations on the same questions, as they stand at `at`.

    `baseline`: the one that all others are compared with; without it all pairs are. `checks`: a
    row for each frozen release, empty where there is none.
    """

    evaluated: tuple[Evaluated, ...]
    baseline: Evaluated | None
    pairs: tuple[Comparison, ...]
    checks: tuple[ReleaseCheck, ...]
    at: datetime

    @property
    def items_sha256(self) -> str:
        return self.evaluated[0].row.items_sha256

    @property
    def questions(self) -> int:
        """How many questions the benchmark has as it was asked."""
        return self.evaluated[0].row.questions

    @cached_property
    def question_sets(self) -> tuple[QuestionSet, ...]:
        """The sets that the evaluations were asked from, each once."""
        return tuple(
            {one.row.question_set_id: one.row.question_set for one in self.evaluated}.values()
        )

    @property
    def benchmark(self) -> str:
        return ", ".join(one.name for one in self.question_sets)

    @cached_property
    def options(self) -> Mapping[int, int]:
        """How many questions have so many options."""
        counts: dict[int, int] = {}
        for asked in self.evaluated[0].answers.asked:
            counts[asked.options] = counts.get(asked.options, 0) + 1
        return dict(sorted(counts.items()))

    @cached_property
    def distinct(self) -> int:
        """Questions, those that repeat counted once; of the evaluation with the most."""
        return max(
            len({one.cluster for one in evaluated.answers.stated}) for evaluated in self.evaluated
        )

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands above an evaluation's column: its name, or its number where many stand."""
        if len(self.evaluated) <= MOST_NAMED:
            return tuple(one.name for one in self.evaluated)
        return tuple(str(number) for number in range(1, len(self.evaluated) + 1))

    @property
    def legend(self) -> str:
        """Whose column is which, where numbers stand above them; else empty."""
        if len(self.evaluated) <= MOST_NAMED:
            return ""
        named = zip(self.headings, self.evaluated, strict=True)
        return f"Columns: {'; '.join(f'{number} is {one.name}' for number, one in named)}."

    @property
    def left_out(self) -> int:
        """Questions without options or key, at most: two sets may hold the same and others."""
        return max(one.row.left_out for one in self.evaluated)

    @property
    def readers(self) -> tuple[str, ...]:
        """The versions of the extractor that read any of the outputs."""
        return tuple(sorted({reader for one in self.evaluated for reader in one.readers}))

    @cached_property
    def reference(self) -> Reference:
        """What was published on this benchmark, or why nothing that was fits."""
        options = next(iter(self.options)) if len(self.options) == 1 else None
        found = [reference_for(one.source, self.questions, options) for one in self.question_sets]
        return next((one for one in found if one.results), found[0])


def read_facts(
    evaluations: Sequence[Evaluation],
    *,
    baseline: Evaluation | None = None,
    in_releases: Mapping[int, InReleases],
) -> EvaluationFacts:
    """The facts of these evaluations, at least one of them; `in_releases` by the sets' row ids.

    With more than MOST_PAIRED of them and no baseline, the first is it. Raises Refusal where they
    were not asked the same questions, or one was read by rules that are no more.
    """
    sets = {row.question_set_id: row.question_set for row in evaluations}
    hashes = {pk: _hashes(questions) for pk, questions in sets.items()}
    evaluated = tuple(_evaluated(row, hashes[row.question_set_id]) for row in evaluations)
    chosen = next((one for one in evaluated if baseline and one.row.pk == baseline.pk), None)
    if chosen is None and len(evaluated) > MOST_PAIRED:
        chosen = evaluated[0]
    pairs = compare_all(
        [one.answers for one in evaluated], against=None if chosen is None else chosen.answers
    )
    checks = tuple(_checks(evaluated, in_releases))
    return EvaluationFacts(evaluated, chosen, pairs, checks, timezone.now())


def _hashes(questions: QuestionSet) -> dict[Question, str]:
    """Every question of a set, and the hash of what it says now."""
    rows = questions.questions.all()
    return {row: item_sha256(store.question_record(row)) for row in rows}


def _evaluated(row: Evaluation, hashes: Mapping[Question, str]) -> Evaluated:
    questions = asked_questions(row, hashes)
    answers = answers_of(row, questions)
    if unknown := {one.stage for one in answers.outcomes} - KNOWN_STAGES:
        raise Refusal(
            f"{row.name} was read by earlier rules ({', '.join(sorted(unknown))}): read it again."
        )
    readers = row.answers.exclude(extractor="").order_by("extractor")
    return Evaluated(
        row,
        answers,
        score(answers, READ_STAGES, UNREAD_STAGES),
        questions,
        set_sha256(hashes[question] for question in questions) == row.items_sha256,
        tuple(readers.values_list("extractor", flat=True).distinct()),
    )


def _checks(
    evaluated: Sequence[Evaluated], in_releases: Mapping[int, InReleases]
) -> list[ReleaseCheck]:
    releases = {release: None for one in in_releases.values() for release in one}
    return [_check(release, evaluated, in_releases) for release in releases]


def _check(
    release: Release, evaluated: Sequence[Evaluated], in_releases: Mapping[int, InReleases]
) -> ReleaseCheck:
    of_sets = {pk: found.get(release, ()) for pk, found in in_releases.items()}
    return ReleaseCheck(
        release,
        {match.question: match.row for matches in of_sets.values() for match in matches},
        tuple(_marked(one, of_sets.get(one.row.question_set_id, ())) for one in evaluated),
    )


def _marked(one: Evaluated, matches: Sequence[Match]) -> Contamination:
    """The matches by the numbers of the questions, and what they do to the accuracy."""
    numbers = {row.pk: number for number, row in enumerate(one.questions)}
    found = (
        replace(match, question=numbers[match.question])
        for match in matches
        if match.question in numbers
    )
    return by_contamination(one.answers.as_stated, found)
