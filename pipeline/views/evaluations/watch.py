"""One evaluation: watch and steer it, and read its figures."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.benchmarks.extraction import EXTRACTOR_VERSION
from pipeline.benchmarks.outputs.reading import TITLES
from pipeline.evaluations.lifecycle import pause_of, retry_failed
from pipeline.evaluations.page.changes import changes_since
from pipeline.evaluations.page.choices import temperature_words
from pipeline.evaluations.page.figures import accuracy_rows, order_rows
from pipeline.evaluations.page.funnel import funnel_of, sections_of
from pipeline.evaluations.results import scores_of
from pipeline.forms.jobs.budgets import ChangeBudgetForm
from pipeline.jobs.costs import costs_of
from pipeline.jobs.pace import time_left
from pipeline.jobs.progress import failures_of, progress_of
from pipeline.models import Evaluation, LLMCall
from pipeline.refusals import refusals_as_messages, status_of
from pipeline.tasks import enqueue_evaluation
from pipeline.views import jobs


@require_GET
@role_required(Role.LEAD)
def evaluation_detail(request: SignedInRequest, evaluation_id: int) -> HttpResponse:
    """One evaluation: progress, funnel, figures; htmx polls the fragment until it is done."""
    evaluation = access.evaluation_for(request.user, evaluation_id)
    if request.htmx:
        context = _context(evaluation) | _may_steer(request)
        return render(request, "pipeline/evaluation_detail.html#progress", context)
    return _page(request, evaluation, ChangeBudgetForm(job=evaluation))


@require_POST
@role_required(Role.LEAD)
def evaluation_steer(request: SignedInRequest, evaluation_id: int, action: str) -> HttpResponse:
    """Pause or resume."""
    evaluation = access.evaluation_for(request.user, evaluation_id)
    jobs.steer(request, evaluation, action, enqueue=enqueue_evaluation)
    return redirect("pipeline:evaluation", evaluation.pk)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def evaluation_cancel(request: SignedInRequest, evaluation_id: int) -> HttpResponse:
    """Say what is lost and what stays; cancel when that is confirmed."""
    evaluation = access.evaluation_for(request.user, evaluation_id)
    if jobs.is_over(request, evaluation):
        return redirect("pipeline:evaluation", evaluation.pk)
    if request.method == "POST":
        jobs.cancel(request, evaluation)
        return redirect("pipeline:evaluation", evaluation.pk)
    context = {"progress": progress_of(evaluation.answers.all())} | jobs.to_cancel(evaluation)
    return render(request, "pipeline/evaluation_cancel.html", context | _may_steer(request))


@require_POST
@role_required(Role.LEAD)
def evaluation_budget(request: SignedInRequest, evaluation_id: int) -> HttpResponse:
    """Give a running or paused evaluation other budgets."""
    evaluation = access.evaluation_for(request.user, evaluation_id)
    form = ChangeBudgetForm(request.POST, job=evaluation)
    if jobs.takes_budget(request, evaluation, form):
        return redirect("pipeline:evaluation", evaluation.pk)
    return _page(request, evaluation, form)


@require_POST
@role_required(Role.LEAD)
def evaluation_retry(request: SignedInRequest, evaluation_id: int) -> HttpResponse:
    """Ask again for the answers that failed for one reason."""
    evaluation = access.evaluation_for(request.user, evaluation_id)
    with refusals_as_messages(request):
        with transaction.atomic():
            reason = request.POST.get("reason", "").replace("\0", "")
            count = retry_failed(evaluation, reason=reason, by=request.user)
            transaction.on_commit(lambda: enqueue_evaluation(evaluation.pk))
        messages.success(request, f"Answers that will be asked for again: {count}.")
    return redirect("pipeline:evaluation", evaluation.pk)


def _page(
    request: SignedInRequest, evaluation: Evaluation, budget: ChangeBudgetForm
) -> HttpResponse:
    """The whole page; htmx exchanges neither the budget's form nor what was asked."""
    steers = _may_steer(request)
    shown = steers["may_steer"] and evaluation.state in jobs.AT_WORK
    said = evaluation.imported_from or {}
    context = _context(evaluation) | steers
    context |= {
        "budget": budget if shown or budget.errors else None,
        "changes": changes_since(evaluation),
        "format_title": TITLES.get(said.get("format", ""), ""),
    }
    return render(request, "pipeline/evaluation_detail.html", context, status=status_of(budget))


def _context(evaluation: Evaluation) -> dict[str, Any]:
    funnel, running = funnel_of(evaluation), evaluation.state == Evaluation.State.RUNNING
    extractors = _extractors(evaluation)
    return {
        "evaluation": evaluation,
        "temperature": temperature_words(evaluation.temperature),
        "funnel": funnel,
        "sections": sections_of(funnel),
        "figures": None if running or not funnel.items else _figures(evaluation),
        "extractors": extractors,
        "own_extractor": EXTRACTOR_VERSION,
        "is_outdated": extractors not in ([], [EXTRACTOR_VERSION]),
        "time_left": time_left(evaluation, now=timezone.now()),
        "running": running,
        "paused": evaluation.state == Evaluation.State.PAUSED,
        "pause": pause_of(evaluation),
        "may_retry": evaluation.state != Evaluation.State.CANCELLED and not evaluation.is_imported,
    } | _counts(evaluation)


def _counts(evaluation: Evaluation) -> dict[str, Any]:
    """Progress, failures, and what the calls have cost."""
    answers = evaluation.answers.all()
    progress, failures = progress_of(answers), failures_of(answers)
    answered = progress.settled - sum(reason.count for reason in failures)
    costs = None if evaluation.is_imported else costs_of(LLMCall.objects.of_job(evaluation))
    return {
        "progress": progress,
        "failures": failures,
        "costs": costs,
        "per_answer": costs.per(answered) if costs else None,
    }


def _figures(evaluation: Evaluation) -> dict[str, Any] | None:
    """What the evaluation came to; None where its stages are those of an earlier extractor."""
    with suppress(ValueError):
        scores = scores_of(evaluation)
        return {
            "scores": scores,
            "accuracy": list(accuracy_rows(scores)),
            "orders": list(order_rows(scores)) if scores.over_orders.orders > 1 else [],
        }
    return None


def _extractors(evaluation: Evaluation) -> list[str]:
    """The versions of the rules that its outputs were read by."""
    versions = evaluation.answers.exclude(extractor="").order_by("extractor")
    return list(versions.values_list("extractor", flat=True).distinct())


def _may_steer(request: SignedInRequest) -> dict[str, bool]:
    return {"may_steer": Role.LEAD in request.roles}
