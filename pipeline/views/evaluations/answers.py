"""The answers of an evaluation: a list that is searched, and one answer."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES
from pipeline.evaluations.page.answer import answer_view
from pipeline.evaluations.text import order_words, stage_words
from pipeline.forms.search import AnswerSearchForm
from pipeline.lists.answers import (
    OUTCOMES,
    count_by_outcome,
    neighbours,
    search_answers,
    with_outcome,
)
from pipeline.models import Evaluation, EvaluationItem

PAGE_SIZE = 50
HEAVY = (
    *("output", "reasoning", "failure_detail"),
    *("question__context", "question__long_answer", "question__options"),
)
STAGES = (*READ_STAGES, *UNREAD_STAGES)
KEPT = ("outcome", "stage", "order", "text")


@require_GET
@role_required(Role.LEAD)
def answer_list(request: SignedInRequest, evaluation_id: int) -> HttpResponse:
    """The answers of an evaluation, by question, stage, order and outcome."""
    evaluation = access.evaluation_for(request.user, evaluation_id)
    form = _form(request.GET, evaluation)
    found = _searched(access.answers_for(request.user, evaluation_id), form)
    counts, outcome = count_by_outcome(found), _outcome(request.GET)
    paginator = Paginator(with_outcome(found, outcome).defer(*HEAVY), PAGE_SIZE)
    paginator.__dict__["count"] = counts[outcome]  # the database need not count them again
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "evaluation": evaluation,
        "form": form,
        "page": page,
        "rows": [(row, stage_words(row.stage), order_words(row.order_index)) for row in page],
        "outcome": outcome,
        "outcomes": [
            (name, name.replace("_", " "), size)
            for name, size in counts.items()
            if size or name not in ("open", "cancelled")
        ],
        "kept": [("outcome", outcome)],
        "list_query": _kept(request.GET),
    }
    return render(request, "pipeline/answer_list.html", context)


@require_GET
@role_required(Role.LEAD)
def answer_detail(request: SignedInRequest, key: str) -> HttpResponse:
    """One answer: what was asked, what the model wrote, what was read from it, and its calls."""
    item = access.answer_for(request.user, key)
    evaluation = item.evaluation
    rows = access.answers_for(request.user, evaluation.pk)
    listed = with_outcome(_searched(rows, _form(request.GET, evaluation)), _outcome(request.GET))
    before, after = neighbours(listed, item)
    context = {
        "item": item,
        "evaluation": evaluation,
        "view": answer_view(item),
        "stage": stage_words(item.stage),
        "order": order_words(item.order_index),
        "others": [
            (row, stage_words(row.stage), order_words(row.order_index))
            for row in rows.filter(question=item.question_id).order_by("pk")
        ],
        "before": before,
        "after": after,
        "list_query": _kept(request.GET),
        "calls": access.calls_for(request.user, item),
    }
    return render(request, "pipeline/answer_detail.html", context)


def _form(data: QueryDict, evaluation: Evaluation) -> AnswerSearchForm:
    found = evaluation.answers.exclude(stage="").order_by().values_list("stage", flat=True)
    stages = sorted(found.distinct(), key=_place)
    return AnswerSearchForm(
        data,
        stages=[(stage, stage_words(stage)) for stage in stages],
        orders=[(order, order_words(order)) for order in range(evaluation.orders)],
    )


def _place(stage: str) -> int:
    """Where a stage stands in the extractor's order; one that it does not have is last."""
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def _searched(rows: QuerySet[EvaluationItem], form: AnswerSearchForm) -> QuerySet[EvaluationItem]:
    """What cannot be understood finds nothing: all answers would look like a result."""
    return search_answers(rows, form.search()) if form.is_valid() else rows.none()


def _outcome(data: QueryDict) -> str:
    name = data.get("outcome", "")
    return name if name in OUTCOMES else "all"


def _kept(data: QueryDict) -> str:
    """What was looked for, so that an answer's page knows the list that it was opened from."""
    return urlencode({name: data[name] for name in KEPT if data.get(name)})
