"""Everything that is figured out of one evaluation, for its page and its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.benchmarks.scoring.accuracy import Accuracy, OverOrders, accuracy, over_orders
from pipeline.benchmarks.scoring.funnel import Funnel, funnel
from pipeline.benchmarks.scoring.groups import Group, by_group
from pipeline.benchmarks.scoring.letter_following import LetterFollowing, letter_following
from pipeline.benchmarks.scoring.outcomes import Answers

GROUPS = ("source", "specialty", "question_type")


@dataclass(frozen=True, slots=True)
class Scores:
    """One evaluation's figures; `dataclasses.asdict` of it is plain JSON."""

    name: str
    items_sha256: str
    accuracy: Accuracy
    over_orders: OverOrders
    letter_following: LetterFollowing
    funnel: Funnel
    groups: dict[str, tuple[Group, ...]]


def score(answers: Answers, read_stages: Sequence[str], unread_stages: Sequence[str]) -> Scores:
    """Score one evaluation; the stages are the extractor's, in its order."""
    stated = answers.as_stated
    return Scores(
        answers.name,
        answers.items_sha256,
        accuracy(answers),
        over_orders(answers),
        letter_following(answers),
        funnel(answers, read_stages, unread_stages),
        {kind: by_group(stated, kind) for kind in GROUPS},
    )
