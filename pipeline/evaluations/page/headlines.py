"""The headline accuracy of many evaluations at once, for their list."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

import numpy as np
from django.db.models import Count

from pipeline.benchmarks.scoring.outcomes import AS_STATED, QuestionMeans
from pipeline.evaluations.results import SETTLED
from pipeline.lists.answers import RIGHT
from pipeline.models import Evaluation, EvaluationItem
from pipeline.statistics.estimate import Estimate


def headlines_of(evaluations: Iterable[Evaluation]) -> dict[int, Estimate]:
    """What `scores_of` has as `accuracy.headline`, by evaluation, in one query; none of others'.

    Of what is settled by now: the caller says of which evaluations that is worth showing.
    """
    stated = EvaluationItem.objects.filter(
        evaluation__in=list(evaluations), order_index=AS_STATED, state__in=SETTLED
    )
    questions = stated.order_by("evaluation_id", "question_id").values_list(
        "evaluation_id", "question_id", "cluster"
    )
    rows = questions.annotate(Count("pk"), right=Count("pk", filter=RIGHT))
    return {pk: _headline(list(of_one)) for pk, of_one in groupby(rows, key=itemgetter(0))}


def _headline(rows: list[tuple[int, int, int, int, int]]) -> Estimate:
    _, questions, clusters, items, right = np.array(rows, dtype=np.int64).T
    means = QuestionMeans(questions, clusters, right / items, int(items.sum()))
    return means.estimate()
