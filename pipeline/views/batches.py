"""Batches: list, watch, steer."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.batches import lifecycle
from pipeline.batches.costs import cost_per_kept
from pipeline.batches.filters.tables import evaluate
from pipeline.batches.funnel import current_traces, funnel_of, placebo_failures
from pipeline.batches.pauses import pause_of
from pipeline.batches.starting.clones import clone_of
from pipeline.batches.starting.short_traces import traces_in_short
from pipeline.configurations.registry import deviations_of
from pipeline.forms.jobs.batches import BatchForm
from pipeline.forms.jobs.budgets import ChangeBudgetForm
from pipeline.jobs.costs import costs_of
from pipeline.jobs.pace import time_left
from pipeline.jobs.progress import progress_of
from pipeline.models import Batch, LLMCall
from pipeline.refusals import refusals_as_messages, status_of
from pipeline.tasks import enqueue_pumps
from pipeline.views import jobs

PAGE_SIZE = 25


@require_GET
@role_required(Role.LEAD)
def batch_list(request: SignedInRequest) -> HttpResponse:
    """All batches, newest first; trials stand apart."""
    rows, shows_trials = access.batches_for(request.user), "trials" in request.GET
    shown = rows.filter(is_trial=shows_trials)
    context = {
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "shows_trials": shows_trials,
        "trials": rows.filter(is_trial=True).count(),
    }
    return render(request, "pipeline/batch_list.html", context | _may_steer(request))


@require_GET
@role_required(Role.LEAD)
def batch_detail(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """One batch: progress and funnel; htmx polls the fragment until it is done."""
    batch = access.batch_for(request.user, batch_id)
    if request.htmx:
        context = _context(batch) | _may_steer(request)
        return render(request, "pipeline/batch_detail.html#progress", context)
    return _page(request, batch, ChangeBudgetForm(job=batch))


@require_POST
@role_required(Role.LEAD)
def batch_steer(request: SignedInRequest, batch_id: int, action: str) -> HttpResponse:
    """Pause or resume."""
    batch = access.batch_for(request.user, batch_id)
    jobs.steer(request, batch, action, enqueue=enqueue_pumps)
    return redirect("pipeline:batch", batch.pk)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def batch_cancel(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Say what is lost and what stays; cancel when that is confirmed."""
    batch = access.batch_for(request.user, batch_id)
    if jobs.is_over(request, batch):
        return redirect("pipeline:batch", batch.pk)
    if request.method == "POST":
        jobs.cancel(request, batch)
        return redirect("pipeline:batch", batch.pk)
    context = _context(batch) | jobs.to_cancel(batch) | _may_steer(request)
    return render(request, "pipeline/batch_cancel.html", context)


@require_POST
@role_required(Role.LEAD)
def batch_budget(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Give a running or paused batch other budgets."""
    batch = access.batch_for(request.user, batch_id)
    form = ChangeBudgetForm(request.POST, job=batch)
    if jobs.takes_budget(request, batch, form):
        return redirect("pipeline:batch", batch.pk)
    return _page(request, batch, form)


@require_POST
@role_required(Role.LEAD)
def batch_retry(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Make new attempts for the traces that failed for one reason."""
    batch = access.batch_for(request.user, batch_id)
    with refusals_as_messages(request):
        with transaction.atomic():
            count = lifecycle.retry_failed(
                batch, reason=request.POST.get("reason", "").replace("\0", ""), by=request.user
            )
            transaction.on_commit(lambda: enqueue_pumps(batch.pk))
        messages.success(request, f"Traces that will be tried again: {count}.")
    return redirect("pipeline:batch", batch.pk)


def _page(request: SignedInRequest, batch: Batch, budget: ChangeBudgetForm) -> HttpResponse:
    """The whole page; htmx exchanges neither the budget's form nor what takes long to count."""
    at_work = batch.state in jobs.AT_WORK
    steers = _may_steer(request)
    shown = steers["may_steer"] and at_work and not batch.is_demonstration
    context = _context(batch) | steers
    context |= {
        "budget": budget if shown or budget.errors else None,
        "evaluation": () if batch.is_trial or batch.is_imported else evaluate([batch]).sections,
        "settings": BatchForm(initial=clone_of(batch).values) if batch.is_trial else None,
    }
    return render(request, "pipeline/batch_detail.html", context, status=status_of(budget))


def _context(batch: Batch) -> dict[str, Any]:
    asks = not batch.is_demonstration and not batch.is_imported
    costs = costs_of(LLMCall.objects.of_job(batch)) if asks else None
    return {
        "batch": batch,
        "deviations": deviations_of(batch),
        "progress": progress_of(current_traces(batch)),
        "progress_note": ", placebo traces included" if batch.placebo_share else "",
        "placebo_percent": f"{batch.placebo_share * 100:g} %" if batch.placebo_share else "",
        "funnel": funnel_of(batch),
        "placebo_failures": placebo_failures(batch) if batch.placebo_share else (),
        "costs": costs,
        "per_kept": cost_per_kept(batch, costs) if costs else None,
        "time_left": time_left(batch, now=timezone.now()),
        "running": batch.state == Batch.State.RUNNING,
        "paused": batch.state == Batch.State.PAUSED,
        "pause": pause_of(batch),
        "trial": traces_in_short(batch) if batch.is_trial else (),
        "may_retry": batch.state != Batch.State.CANCELLED,
    }


def _may_steer(request: SignedInRequest) -> dict[str, bool]:
    return {"may_steer": Role.LEAD in request.roles}
