"""What an evaluation came to: its settled items as the scoring reads them, and the figures."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES
from pipeline.benchmarks.scoring.outcomes import NOT_ANSWERED, Answers, Asked, Outcome
from pipeline.benchmarks.scoring.scores import Scores, score
from pipeline.models import Evaluation, EvaluationItem

SETTLED = (EvaluationItem.State.MADE, EvaluationItem.State.FAILED)
TEXTS = ("output", "reasoning", "failure_detail")


def answers_of(evaluation: Evaluation) -> Answers:
    """Every question that the evaluation was to ask, and the outcome of each settled item."""
    items = list(evaluation.answers.order_by("pk").defer(*TEXTS))
    return Answers(
        evaluation.name,
        evaluation.items_sha256,
        tuple(_asked(evaluation, items)),
        tuple(_outcome(item) for item in items if item.state in SETTLED),
    )


def scores_of(evaluation: Evaluation) -> Scores:
    """The evaluation's figures, of what is settled by now."""
    return score(answers_of(evaluation), READ_STAGES, UNREAD_STAGES)


def _asked(evaluation: Evaluation, items: Iterable[EvaluationItem]) -> Iterator[Asked]:
    shown: dict[int, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for item in items:
        shown[item.question_id][item.order_index] = tuple(item.shown)
    source = evaluation.question_set.source
    questions = evaluation.question_set.questions.filter(
        pk__in=evaluation.answers.order_by().values("question_id")
    )
    for pk, specialty, kind in questions.values_list("pk", "specialty", "question_type"):
        groups = {"source": source, "specialty": specialty, "question_type": kind}
        yield Asked(pk, shown[pk], groups)


def _outcome(item: EvaluationItem) -> Outcome:
    is_made = item.state == EvaluationItem.State.MADE
    return Outcome(
        question=item.question_id,
        cluster=item.cluster,
        order=item.order_index,
        sample=item.sample_index,
        letter=item.letter or None,
        label=item.label or None,
        key=item.key_label,
        stage=item.stage if is_made else NOT_ANSWERED,
    )
