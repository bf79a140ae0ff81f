"""The list of evaluations."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.evaluations.page.headlines import headlines_of
from pipeline.evaluations.text import interval_text, share_text
from pipeline.forms.search import EvaluationSearchForm
from pipeline.models import Evaluation

PAGE_SIZE = 25


@require_GET
@role_required(Role.LEAD)
def evaluation_list(request: SignedInRequest) -> HttpResponse:
    """All evaluations, newest first, or those of one benchmark or model."""
    rows = access.evaluations_for(request.user)
    models = rows.order_by("model").values_list("model", flat=True).distinct()
    form = EvaluationSearchForm(request.GET, models=models)
    terms: dict[str, Any] = {}
    if form.is_valid():
        asked = {"question_set": "benchmark", "model": "model"}
        terms = {column: form.cleaned_data[name] for column, name in asked.items()}
    # What cannot be understood finds nothing: all of them would look like an answer.
    found = rows.filter(**{k: v for k, v in terms.items() if v}) if terms else rows.none()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _with_headlines(page),
        "form": form,
        "is_searched": not terms or any(terms.values()),
        "may_steer": Role.LEAD in request.roles,
    }
    return render(request, "pipeline/evaluation_list.html", context)


def _with_headlines(page: Iterable[Evaluation]) -> list[dict[str, Any]]:
    """Each evaluation; with its accuracy once it is finished."""
    evaluations = list(page)
    finished = [one for one in evaluations if one.state == Evaluation.State.FINISHED]
    headlines = headlines_of(finished)
    return [
        {
            "evaluation": evaluation,
            "accuracy": share_text(headline) if headline else "",
            "interval": interval_text(headline) if headline else "",
        }
        for evaluation in evaluations
        for headline in [headlines.get(evaluation.pk)]
    ]
