"""Starting an evaluation: one item for each question, order of its options and sample."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pipeline import store
from pipeline.benchmarks.identity import benchmark_identity, question_clusters
from pipeline.benchmarks.orders import orders_possible, shown_order
from pipeline.core.errors import InvalidConfiguration
from pipeline.evaluations.plan import EvaluationPlan, require_complete
from pipeline.jobs.currency import currency_of
from pipeline.jobs.names import require_free, taken_by, unused_name
from pipeline.models import Evaluation, EvaluationItem, Event, Question, QuestionSet
from pipeline.software import software_version

INSERT_SIZE = 2000
IS_TAKEN = taken_by(Evaluation)
CHOSEN = (
    *("question_set", "question_limit", "endpoint", "model", "base_url", "prompt"),
    *("prompt_version", "max_output_tokens", "temperature", "samples", "orders", "seed"),
    *("budget_money", "budget_tokens", "replay"),
)


def start_evaluation(
    plan: EvaluationPlan, *, name: str = "", started_by: User | None = None
) -> Evaluation:
    """Create a running evaluation with its items pending; nothing is asked yet.

    Questions without options or without a key are left out and counted. The identity is that of
    the questions asked. Raises InvalidConfiguration for what cannot be run, Refusal for a name
    that is taken.
    """
    require_complete(plan)
    currency = currency_of(
        (plan.endpoint,), budget_money=plan.budget_money, budget_tokens=plan.budget_tokens
    )
    with transaction.atomic():
        # Two that start evaluations of one set at once, a double click among them, do so in turn.
        QuestionSet.objects.select_for_update().get(pk=plan.question_set.pk)
        require_free(name, IS_TAKEN, noun="An evaluation")
        taken = _questions(plan)
        asked = scorable(taken)
        if not asked:
            raise InvalidConfiguration(
                "None of these questions has options and a key.", field="limit"
            )
        identity = benchmark_identity(map(store.question_record, asked))
        evaluation = planned_evaluation(plan)
        evaluation.name = name or unused_name(_name(plan), IS_TAKEN)
        evaluation.items_sha256 = identity.sha256
        evaluation.questions, evaluation.left_out = len(asked), len(taken) - len(asked)
        evaluation.currency, evaluation.started_by = currency, started_by
        evaluation.save(force_insert=True)
        EvaluationItem.objects.bulk_create(new_items(evaluation, asked), batch_size=INSERT_SIZE)
        Event.objects.record(
            "evaluation.started",
            evaluation,
            by=started_by,
            model=evaluation.model,
            questions=evaluation.questions,
            set=plan.question_set.name,
            prompt=f"{evaluation.prompt} {evaluation.prompt_version}",
            items_sha256=evaluation.items_sha256,
        )
    return evaluation


def start_evaluations(
    plans: Sequence[EvaluationPlan], *, name: str = "", started_by: User, newest: int
) -> list[Evaluation]:
    """Start an evaluation for each plan, all or none, as `start_evaluation`.

    `newest` is the number of the newest evaluation when the person chose. What the same person
    has started since by the same choices is returned as it is: a form sent twice starts one.
    """
    with transaction.atomic():
        sets = QuestionSet.objects.filter(pk__in=[plan.question_set.pk for plan in plans])
        list(sets.select_for_update().order_by("pk"))
        since = Evaluation.objects.filter(started_by=started_by, pk__gt=newest)
        if name:
            since = since.filter(name=name)
        return [
            since.filter(**_chosen(plan)).first()
            or start_evaluation(plan, name=name, started_by=started_by)
            for plan in plans
        ]


def _chosen(plan: EvaluationPlan) -> dict[str, Any]:
    """The columns that say what was chosen."""
    planned = planned_evaluation(plan)
    return {column: getattr(planned, column) for column in CHOSEN}


def planned_evaluation(plan: EvaluationPlan) -> Evaluation:
    """The evaluation as it would be asked, unsaved, without a name and its questions' figures."""
    return Evaluation(
        question_set=plan.question_set,
        question_limit=plan.limit,
        model=plan.endpoint.model,
        endpoint=plan.endpoint,
        base_url=plan.endpoint.base_url,
        prompt=plan.prompt,
        prompt_version=plan.prompt_version,
        max_output_tokens=plan.output_limit,
        temperature=plan.sent_temperature,
        samples=plan.samples,
        orders=plan.orders,
        seed=plan.seed,
        budget_money=plan.budget_money,
        budget_tokens=plan.budget_tokens,
        replay=plan.replay,
        software_version=software_version(),
    )


def planned_items(plan: EvaluationPlan) -> Iterator[EvaluationItem]:
    """The items that such an evaluation would have, unsaved; nothing is written."""
    asked = scorable(_questions(plan))
    yield from _items(planned_evaluation(plan), asked, [question.pk for question in asked])


def scorable(questions: Iterable[Question]) -> list[Question]:
    """The questions with options and a key among them: those that a letter can answer."""
    return [
        question
        for question in questions
        if question.answer_label in [label for label, _ in question.options]
    ]


def new_items(evaluation: Evaluation, asked: Sequence[Question]) -> Iterator[EvaluationItem]:
    """The items of an evaluation, unsaved, question by question."""
    firsts = question_clusters([store.question_record(question) for question in asked])
    return _items(evaluation, asked, [asked[first].pk for first in firsts])


def _questions(plan: EvaluationPlan) -> Sequence[Question]:
    rows = plan.question_set.questions.select_related("question_set").order_by("pk")
    return list(rows[: plan.limit])


def _items(
    evaluation: Evaluation, asked: Sequence[Question], clusters: Sequence[int]
) -> Iterator[EvaluationItem]:
    # A question's orders follow each other: servers keep what prompts have in common.
    for question, cluster in zip(asked, clusters, strict=True):
        for order_index in range(evaluation.orders):
            for item in _samples(evaluation, question, order_index):
                item.cluster = cluster
                yield item


def _samples(
    evaluation: Evaluation, question: Question, order_index: int
) -> Iterator[EvaluationItem]:
    """The samples of a question under one order; none where all its orders have been taken."""
    labels = [label for label, _ in question.options]
    if order_index >= orders_possible(len(labels)):
        return
    shown = shown_order(
        labels, seed=evaluation.seed, question_key=question.id_in_source, order_index=order_index
    )
    for sample_index in range(evaluation.samples):
        yield EvaluationItem(
            evaluation=evaluation,
            question=question,
            order_index=order_index,
            sample_index=sample_index,
            shown=list(shown),
            key_label=question.answer_label,
        )


def _name(plan: EvaluationPlan) -> str:
    """What the evaluation is called where nobody names it; the model by its name alone."""
    model = plan.endpoint.model.rpartition("/")[2]
    limit = f", first {plan.limit}" if plan.limit else ""
    return f"{model} on {plan.question_set}{limit}, {plan.prompt}"
