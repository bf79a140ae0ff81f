"""Starting evaluations: the form, what it lacks, what it would take."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.errors import InvalidConfiguration
from pipeline.evaluations.estimate import budget_rows, estimate_evaluation, estimate_rows
from pipeline.evaluations.page.choices import chosen_facts, most_calls
from pipeline.evaluations.plan import EvaluationPlan, missing_pieces
from pipeline.evaluations.starting import start_evaluations
from pipeline.forms.jobs.evaluations import EvaluationForm, choices_like
from pipeline.models import Evaluation, QuestionSet
from pipeline.refusals import refusals_on, status_of
from pipeline.tasks import enqueue_evaluation

MAX_DIGITS = 18
# More than these would keep a lead waiting for the page: the command counts them.
MAX_COUNTED = 40_000
# The field that a missing piece of a plan belongs to, and the page that mends it.
FIELDS = {"question_set": "benchmarks"}
MENDED_AT = {
    "benchmarks": ("pipeline:question_sets", "Questions"),
    "endpoint": ("pipeline:endpoints", "Endpoints"),
    "budget_money": ("pipeline:prices", "Prices"),
}
TAKEN = (
    *("prompt", "max_output_tokens", "samples", "orders", "seed", "limit"),
    *("budget_money", "budget_tokens", "replay"),
)
ASSUMPTIONS = (
    "Every call of the evaluation is counted, with the prompt that it would send. A token is "
    "about 4 characters.",
    "Output is counted as if every answer were as long as it may be; most are shorter.",
    "Answers paid for before, which are used again, are taken off.",
    "Nothing was sent, and nothing was written.",
)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def evaluation_new(request: SignedInRequest) -> HttpResponse:
    """Start evaluations, or count first what they would take.

    `like` names an evaluation whose settings the form begins with.
    """
    like = _like(request)
    form = EvaluationForm(request.POST or None, initial=_initial(request, like))
    estimates: list[dict[str, Any]] = []
    if request.method == "POST" and _is_complete(form):
        with refusals_on(form):
            if "estimate" in request.POST:
                estimates = _estimates(plans_of(form))
            else:
                return _started(request, form)
    context = {"form": form, "estimates": estimates, "like": like}
    return render(request, "pipeline/evaluation_new.html", context, status=status_of(form))


@require_GET
@role_required(Role.LEAD)
def evaluation_missing(request: SignedInRequest) -> HttpResponse:
    """What the evaluations chosen so far lack, and what they would be; htmx asks."""
    form = EvaluationForm(request.GET)
    form.is_valid()
    plans = plans_of(form)
    context = {
        "noun": "evaluation",
        "unchosen": [field.label for field in form if form.has_error(field.name, "required")],
        "pieces": [(told, MENDED_AT.get(field)) for told, field in _missing(plans).items()],
        "facts": list(chosen_facts(plans)),
    }
    return render(request, "pipeline/_missing.html", context)


def plans_of(form: EvaluationForm) -> list[EvaluationPlan]:
    """A plan for each benchmark chosen; none as long as no endpoint is."""
    data = form.cleaned_data
    if data.get("endpoint") is None:
        return []
    chosen = {name: data[name] for name in TAKEN if data.get(name) is not None}
    return [
        EvaluationPlan(data["endpoint"], benchmark, temperature=form.temperature_sent, **chosen)
        for benchmark in data.get("benchmarks") or ()
    ]


def _missing(plans: list[EvaluationPlan]) -> dict[str, str]:
    """What the plans lack, each sentence once, with its field of the form."""
    pieces = (piece for plan in plans for piece in missing_pieces(plan))
    return {str(piece): FIELDS.get(piece.field or "", piece.field or "") for piece in pieces}


def _is_complete(form: EvaluationForm) -> bool:
    """Whether the form is valid and nothing is lacking; what is stands at its field."""
    form.is_valid()
    for told, field in _missing(plans_of(form)).items():
        if field not in form.errors:
            form.add_error(field, told)
    return not form.errors


def _like(request: SignedInRequest) -> Evaluation | None:
    number = request.GET.get("like", "")
    if not number.isdecimal() or len(number) > MAX_DIGITS:
        return None
    like = access.evaluation_for(request.user, int(number))
    return None if like.is_imported else like


def _initial(request: SignedInRequest, like: Evaluation | None) -> dict[str, Any]:
    """What the form begins with: like another, or with an endpoint and a benchmark by name."""
    if like is not None:
        return choices_like(like)
    sets = QuestionSet.objects.filter(name=request.GET.get("benchmark", ""))
    endpoint = access.endpoints_for(request.user).filter(name=request.GET.get("endpoint", ""))
    return {"benchmarks": [row.pk for row in sets], "endpoint": endpoint.first()}


def _started(request: SignedInRequest, form: EvaluationForm) -> HttpResponse:
    newest = form.cleaned_data["newest"]
    with transaction.atomic():
        evaluations = start_evaluations(
            plans_of(form),
            name=form.cleaned_data["name"],
            started_by=request.user,
            newest=form.newest_now if newest is None else newest,
        )
        for evaluation in evaluations:
            transaction.on_commit(partial(enqueue_evaluation, evaluation.pk))
    if len(evaluations) == 1:
        return redirect("pipeline:evaluation", evaluations[0].pk)
    messages.success(request, f"{len(evaluations)} evaluations are started.")
    return redirect("pipeline:evaluations")


def _estimates(plans: list[EvaluationPlan]) -> list[dict[str, Any]]:
    """The estimate of each. Raises InvalidConfiguration for more calls than a page counts."""
    calls = sum(map(most_calls, plans))
    if calls > MAX_COUNTED:
        raise InvalidConfiguration(
            f"These are up to {calls:,} calls, and counting them takes longer than a page should: "
            "manage.py evaluate --dry-run counts any number."
        )
    return [_estimate(plan) for plan in plans]


def _estimate(plan: EvaluationPlan) -> dict[str, Any]:
    estimate = estimate_evaluation(plan)
    return {
        "title": f"Estimate: {plan.question_set}",
        "rows": estimate_rows(estimate),
        "budgets": budget_rows(estimate, plan),
        "assumptions": ASSUMPTIONS,
    }
