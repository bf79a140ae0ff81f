"""Accuracy on questions that stand in a release's training rows, and on those that do not.

Who finds the matches is elsewhere; here they mark rows. The two shares are of different
questions, so their difference is not the effect of having seen them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pipeline.benchmarks.scoring.accuracy import Accuracy, accuracy
from pipeline.benchmarks.scoring.outcomes import Answers

MatchKind = Literal["id", "exact", "near"]
# A question that matches in several ways is marked by the surest.
SUREST_FIRST: tuple[MatchKind, ...] = ("exact", "id", "near")
REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Match:
    """A question found among the rows of a release: by its id, its exact or a near text."""

    question: int
    kind: MatchKind
    release: str
    row: str


@dataclass(frozen=True, slots=True)
class Contamination:
    """Both accuracies with their n, and the marks of questions.

    `marks`: for each marked question the surest kind of match, or "repeat" for one that matches
    nothing itself but repeats a question that does. `counts` add up to the marked questions.
    """

    marked: Accuracy
    clean: Accuracy
    marks: dict[int, str]
    counts: dict[str, int]


def by_contamination(answers: Answers, matches: Iterable[Match]) -> Contamination:
    """Split the questions asked by whether one of the matches is of them."""
    marks = _marks(answers, matches)
    counted = Counter(marks.values())
    return Contamination(
        marked=accuracy(answers.of_questions(marks.keys())),
        clean=accuracy(answers.of_questions(answers.question_ids - marks.keys())),
        marks=marks,
        counts={kind: counted[kind] for kind in (*SUREST_FIRST, REPEAT)},
    )


def _marks(answers: Answers, matches: Iterable[Match]) -> dict[int, str]:
    asked = answers.question_ids
    kinds: dict[int, set[str]] = {}
    for match in matches:
        kinds.setdefault(match.question, set()).add(match.kind)
    found = {
        question: next(kind for kind in SUREST_FIRST if kind in kinds[question])
        for question in sorted(kinds.keys() & asked)
    }
    clusters = {outcome.question: outcome.cluster for outcome in answers.stated}
    seen = {clusters[question] for question in found}
    repeats = {question for question, cluster in clusters.items() if cluster in seen}
    return found | dict.fromkeys(sorted(repeats - found.keys()), REPEAT)
