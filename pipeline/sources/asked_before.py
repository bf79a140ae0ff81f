"""Questions that are asked already, in the same set or beside it, with another key."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Max

from pipeline.core.datasets.fields import shown
from pipeline.core.datasets.sameness import keys_differ, same_text
from pipeline.models import Question, QuestionSet


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it is compared; `place` says where it stands, in words."""

    set_id: int
    place: str
    label: str
    answer: str
    options: frozenset[str]

    def contradicts(self, other: "_Asked") -> bool:
        return keys_differ(self.answer, self.options, other.answer, other.options)

    @property
    def key(self) -> str:
        return f"{self.label} {shown(self.answer)}".strip()


class AskedBefore:
    """Compares the rows of one load with all that was stored before them.

    `line_of_id` gives the lines of the ids that this load has met.
    """

    def __init__(self, target: QuestionSet, line_of_id: Mapping[str, int]) -> None:
        self._target, self._line_of_id = target, line_of_id
        self._newest = Question.objects.aggregate(newest=Max("pk"))["newest"] or 0

    def conflicts(self, rows: Iterable[tuple[int, Question]]) -> Iterator[tuple[int, str]]:
        """Line and sentence for each set in which an earlier question has another key.

        Where an earlier one of that set agrees, the contradiction was told when it came in.
        """
        rows = list(rows)
        earlier = self._stored({row.asked_sha256 for _, row in rows})
        for line, row in rows:
            mine = _asked(row, self._target.pk, f"line {line}")
            alike = earlier.setdefault(row.asked_sha256, [])
            for _, group in groupby(sorted(alike, key=self._own_first), key=self._own_first):
                if other := _contradicting(mine, list(group)):
                    yield line, _sentence(line, mine, other)
            alike.append(mine)

    def _own_first(self, asked: _Asked) -> tuple[bool, int]:
        return asked.set_id != self._target.pk, asked.set_id

    def _stored(self, hashes: set[str]) -> dict[str, list[_Asked]]:
        found: dict[str, list[_Asked]] = {}
        rows = Question.objects.filter(asked_sha256__in=hashes).select_related("question_set")
        for row in rows.order_by("pk"):
            asked = _asked(row, row.question_set_id, self._place(row))
            found.setdefault(row.asked_sha256, []).append(asked)
        return found

    def _place(self, row: Question) -> str:
        if row.question_set_id != self._target.pk:
            return f"question {row.id_in_source} of the set {row.question_set}"
        line = self._line_of_id.get(row.id_in_source) if row.pk > self._newest else None
        return f"line {line}" if line else f"question {row.id_in_source} of this set"


def _asked(row: Question, set_id: int, place: str) -> _Asked:
    options = frozenset(same_text(text) for _, text in row.options)
    return _Asked(set_id, place, row.answer_label, same_text(row.answer_text), options)


def _contradicting(mine: _Asked, others: list[_Asked]) -> _Asked | None:
    if any(mine.answer == other.answer for other in others):
        return None
    return next((other for other in others if mine.contradicts(other)), None)


def _sentence(line: int, mine: _Asked, other: _Asked) -> str:
    return (
        f"Line {line} asks what {other.place} asks, with another key: "
        f"{mine.key} instead of {other.key}."
    )
