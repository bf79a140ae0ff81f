"""Whether a model answers by the letter: it keeps the letter though the content moves.

A question is asked under several orders of its options. Of its answers in which a letter was
read, under at least two different orders:

- the letter is the same in all and the content is not: the answer **follows the letter**;
- the content is the same in all and the letter is not: it **follows the content**;
- neither is the same in all: **neither**;
- both are: that option stood under that letter each time, and nothing can be told.

Whether an answer is right plays no part. A model that picks an option at random shows some of
each: its expected share is given beside them, since with two options and two orders it is a half.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.benchmarks.scoring.outcomes import Answers, Outcome, question_means
from pipeline.statistics.estimate import Estimate, undefined

LETTER, CONTENT, NEITHER = "letter", "content", "neither"
Shown = Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LetterFollowing:
    """Shares of the questions that can tell; the three add up to 1.

    `questions`: asked under two or more different orders. Of these `too_few_read` have no letter
    in two of them, and `cannot_tell` chose an option that never moved. The shares are of the
    others; with several samples each question counts by the mean of those that can tell.
    `random_letter`: the expected share that follows the letter, and equally the content, if the
    model chose at random; `random_neither` the rest; None where nothing can be told.
    """

    questions: int
    too_few_read: int
    cannot_tell: int
    letter: Estimate
    content: Estimate
    neither: Estimate
    random_letter: float | None
    random_neither: float | None
    method: str


@dataclass(frozen=True, slots=True)
class _Chance:
    """The chances that random answers follow the letter, and that they can tell anything."""

    letter: float
    tells: float


def letter_following(answers: Answers) -> LetterFollowing:
    """What the answers follow, over all questions that were asked under different orders."""
    shown = {asked.question: asked.shown for asked in answers.asked}
    units = _units(answers.outcomes)
    asked = {key[0] for key, unit in units.items() if _moved(unit, shown[key[0]])}
    read = {key: [one for one in unit if one.is_read] for key, unit in units.items()}
    enough = {key: unit for key, unit in read.items() if _moved(unit, shown[key[0]])}
    followed = {key: _followed(unit) for key, unit in enough.items()}
    firsts = [enough[key][0] for key, what in followed.items() if what is not None]
    chances = [_random(unit, shown[key[0]]) for key, unit in enough.items()]

    def share(kind: str) -> Estimate:
        means = question_means(firsts, lambda one: float(followed[_key(one)] == kind))
        return means.estimate() if firsts else undefined(_why_none(asked, enough))

    told = {one.question for one in firsts}
    random_letter = _expected(chances)
    return LetterFollowing(
        questions=len(asked),
        too_few_read=len(asked - {question for question, _ in enough}),
        cannot_tell=len({question for question, _ in enough} - told),
        letter=share(LETTER),
        content=share(CONTENT),
        neither=share(NEITHER),
        random_letter=random_letter,
        random_neither=None if random_letter is None else 1 - 2 * random_letter,
        method=question_means(firsts, lambda _: 0.0).method if firsts else "",
    )


def _units(outcomes: Sequence[Outcome]) -> dict[tuple[int, int], list[Outcome]]:
    """A question's outcomes over its orders, for each sample."""
    units: dict[tuple[int, int], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        units[_key(outcome)].append(outcome)
    return units


def _key(outcome: Outcome) -> tuple[int, int]:
    return outcome.question, outcome.sample


def _moved(unit: Sequence[Outcome], shown: Shown) -> bool:
    """Whether these outcomes are of two or more different orders."""
    return len({shown[outcome.order] for outcome in unit}) > 1


def _followed(unit: Sequence[Outcome]) -> str | None:
    """What these answers follow; None where both letter and content stayed."""
    same_letter = len({outcome.letter for outcome in unit}) == 1
    same_content = len({outcome.label for outcome in unit}) == 1
    if same_letter and same_content:
        return None
    return LETTER if same_letter else CONTENT if same_content else NEITHER


def _random(unit: Sequence[Outcome], shown: Shown) -> _Chance:
    """Each answer an option at random, whatever its letter and content."""
    orders = [shown[outcome.order] for outcome in unit]
    options = len(orders[0])
    same = options ** -(len(orders) - 1)
    never_moved = sum(len(set(places)) == 1 for places in zip(*orders, strict=True))
    both = never_moved / options ** len(orders)
    return _Chance(letter=same - both, tells=1 - both)


def _expected(chances: Sequence[_Chance]) -> float | None:
    tells = sum(chance.tells for chance in chances)
    return sum(chance.letter for chance in chances) / tells if tells else None


def _why_none(asked: set[int], enough: object) -> str:
    if not asked:
        return "no question was asked under two different orders of its options"
    if not enough:
        return "no question has a letter read under two different orders"
    return "every answer chose an option that stood under one letter throughout"
