"""Accuracy by source, specialty or question type: the same figure for each group, without tests.

With many groups one is always the worst, so no group is tested against the others.
"""

from collections import defaultdict
from dataclasses import dataclass

from pipeline.benchmarks.scoring.accuracy import Accuracy, accuracy
from pipeline.benchmarks.scoring.outcomes import Answers
from pipeline.statistics.estimate import SMALL_CELL

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Group:
    """The accuracy in one group, or in `joined` small ones together (0: one of its own)."""

    name: str
    joined: int
    accuracy: Accuracy


def by_group(answers: Answers, kind: str, *, fewest: int = SMALL_CELL) -> tuple[Group, ...]:
    """Accuracy in each group of one kind, largest first; every question asked is in one.

    Where two or more groups have fewer than `fewest` questions they are joined, and stand last.
    """
    members = _members(answers, kind)
    small = {name for name, questions in members.items() if len(questions) < fewest}
    joined = small if len(small) > 1 else set()
    rows = [
        Group(name, 0, accuracy(answers.of_questions(questions)))
        for name, questions in members.items()
        if name not in joined
    ]
    rows.sort(key=lambda row: (-row.accuracy.questions, row.name))
    if joined:
        together = set[int]().union(*(members[name] for name in joined))
        name = f"other ({len(joined)} groups of fewer than {fewest})"
        rows.append(Group(name, len(joined), accuracy(answers.of_questions(together))))
    return tuple(rows)


def _members(answers: Answers, kind: str) -> dict[str, set[int]]:
    """The asked questions of each group."""
    members: dict[str, set[int]] = defaultdict(set)
    done = answers.question_ids
    for asked in answers.asked:
        if asked.question in done:
            members[asked.groups.get(kind) or NOT_STATED].add(asked.question)
    return members
