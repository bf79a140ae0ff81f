"""What became of a benchmark since it was asked: keys that were corrected, questions added."""

from dataclasses import dataclass

from django.db.models import F

from pipeline import store
from pipeline.benchmarks.identity import item_sha256, set_sha256
from pipeline.evaluations.starting import scorable
from pipeline.models import Evaluation, EvaluationItem


@dataclass(frozen=True)
class Changes:
    """Whether the set still is what was asked.

    `corrected` are answers to the questions whose keys were corrected since, one each; the
    evaluation counts by the keys that it began with. `questions` is how many an evaluation that
    starts now would ask.
    """

    is_same: bool
    corrected: tuple[EvaluationItem, ...]
    questions: int


def changes_since(evaluation: Evaluation) -> Changes:
    """Hold the set as it is now against what was asked of it."""
    rows = evaluation.question_set.questions.select_related("question_set").order_by("pk")
    asked = [store.question_record(row) for row in scorable(rows[: evaluation.question_limit])]
    firsts = evaluation.answers.filter(order_index=0, sample_index=0).select_related("question")
    corrected = firsts.exclude(key_label=F("question__answer_label")).order_by("pk")
    sha256 = set_sha256(map(item_sha256, asked))
    return Changes(sha256 == evaluation.items_sha256, tuple(corrected), len(asked))
