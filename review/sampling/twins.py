"""Twins among traces: which say the same in the same words on the same question.

Read by studies before a sample is drawn, and by releases of their candidates. The same question
loaded twice is the same question, as long as its key is the same.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Q

from pipeline import store
from pipeline.core.datasets.sameness import same_text
from pipeline.core.duplicates.twins import RULE, Twin, find_twins
from pipeline.models import Question, Trace

# Records are large: so many texts are in memory at a time. Ids alone are read in larger blocks.
BLOCK = 500
IDS_BLOCK = 5000
Value = TypeVar("Value")


def twins_among(
    traces: Iterable[int],
    rank: Callable[[int], Any],
    *,
    on_questions_of: Collection[int] | None = None,
) -> dict[int, Twin]:
    """The twins among these traces, by id: the trace that is kept in their place.

    `rank`: of each group the trace with the least is kept, of equals the lowest id.
    `on_questions_of`: look only at questions that one of these traces is on. Only questions with
    two traces or more are read.
    """
    found: dict[int, Twin] = {}
    for block in _blocks(_by_question(traces, on_questions_of)):
        texts = dict(_texts([pk for group in block for pk in group]))
        for group in block:
            found |= find_twins({pk: texts[pk] for pk in group if pk in texts}, rank)
    return found


def asking_the_same(questions: Iterable[int]) -> set[int]:
    """These questions and every other row, of whatever set, that asks the same."""
    known = set(questions)
    hashes: set[str] = set()
    for block in _chunks(sorted(known)):
        rows = Question.objects.filter(pk__in=block).exclude(asked_sha256="")
        hashes.update(rows.order_by().values_list("asked_sha256", flat=True))
    for alike in _chunks(sorted(hashes)):
        rows = Question.objects.filter(asked_sha256__in=alike)
        known.update(rows.order_by().values_list("pk", flat=True))
    return known


def twins_told(left_out: int) -> str:
    """How many twins were left out of a population, in a sentence."""
    have = "trace has" if left_out == 1 else "traces have"
    return (
        f"{left_out:,} {have} the same or nearly the same words as another on the same question: "
        "one of each is in the population."
    )


@dataclass(frozen=True, slots=True)
class StudyTwins:
    """What a study leaves out of its population, and what it may not draw beside its controls.

    `left_out`: twins, by id. `like_controls`: traces of the population with the same words as a
    control item. `idle_controls`: traces of controls with the same words as an earlier one.
    """

    left_out: Mapping[int, Twin] = field(default_factory=dict)
    like_controls: Mapping[int, int] = field(default_factory=dict)
    idle_controls: frozenset[int] = frozenset()

    @property
    def design(self) -> dict[str, Any]:
        """As a study's design keeps it: figures, the rule, and ids to find it all again."""
        exact = sum(twin.exact for twin in self.left_out.values())
        return {
            "rule": RULE,
            "left_out": len(self.left_out),
            "same_words": exact,
            "nearly_same_words": len(self.left_out) - exact,
            "traces": sorted(self.left_out),
            "like_controls": sorted(self.like_controls),
        }

    def usable(self, controls: Collection[int], drawn: Collection[int]) -> set[int]:
        """The controls' traces that show nobody a drawn trace's words, or another control's."""
        shown = {self.like_controls[pk] for pk in drawn if pk in self.like_controls}
        return set(controls) - set(drawn) - shown - self.idle_controls


def twins_of_study(kept: Mapping[int, bool], controls: Collection[int]) -> StudyTwins:
    """The twins in a population (traces by id: whether the filters kept them), and of controls.

    A trace that was kept stays before a discarded one, then the lowest id: nothing that could
    come out differently later.
    """
    left_out = twins_among(kept, lambda pk: not kept[pk])
    distinct = kept.keys() - left_out.keys()
    first = frozenset(controls)
    alike = twins_among(distinct | first, lambda pk: pk not in first, on_questions_of=first)
    return StudyTwins(
        left_out,
        {pk: twin.kept for pk, twin in alike.items() if pk not in first},
        first.intersection(alike),
    )


def _by_question(traces: Iterable[int], on_questions_of: Collection[int] | None) -> list[list[int]]:
    """The traces of each question that has two or more, in order."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for pk, key in _questions(sorted(set(traces))):
        groups[key].append(pk)
    wanted = None if on_questions_of is None else {k for _, k in _questions([*on_questions_of])}
    return [
        group
        for key, group in groups.items()
        if len(group) > 1 and (wanted is None or key in wanted)
    ]


def _questions(traces: Sequence[int]) -> Iterator[tuple[int, tuple[str, str]]]:
    columns = ("pk", "question_id", "question__asked_sha256", "question__answer_text")
    for block in _chunks(traces):
        rows = Trace.objects.filter(pk__in=block).order_by("pk").values_list(*columns)
        for pk, question, asked, answer in rows:
            yield pk, (asked or str(question), same_text(answer).casefold())


def _texts(traces: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The traces' chains of thought as plain text; a trace without one is left out."""
    rows = Trace.objects.filter(Q(pk__in=traces) & ~Q(record=""))
    for pk, record in rows.order_by().values_list("pk", "record").iterator(chunk_size=BLOCK):
        text = store.cot_text(record)
        if text is not None:
            yield pk, text


def _blocks(groups: Iterable[list[int]]) -> Iterator[list[list[int]]]:
    """The groups, so many at a time that their traces fill a block."""
    block: list[list[int]] = []
    size = 0
    for group in groups:
        block.append(group)
        size += len(group)
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    return (values[start : start + IDS_BLOCK] for start in range(0, len(values), IDS_BLOCK))
