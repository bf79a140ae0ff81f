"""Batches: list, start, watch, steer."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.batches import lifecycle
from pipeline.batches.costs import costs_of
from pipeline.batches.estimate import estimate_batch
from pipeline.batches.estimate_text import assumptions, rows
from pipeline.batches.evaluation.tables import evaluate
from pipeline.batches.funnel import funnel_of, placebo_failures, progress_of
from pipeline.batches.missing import Choices, missing_pieces
from pipeline.batches.preflight import ModelEndpoints
from pipeline.batches.summary import summary
from pipeline.configurations.registry import deviations_of
from pipeline.core.errors import InvalidConfiguration
from pipeline.forms.batches import BatchForm
from pipeline.forms.budgets import ChangeBudgetForm
from pipeline.models import Batch
from pipeline.refusals import refusals_as_messages, refusals_on, status_of
from pipeline.tasks import enqueue_pumps

PAGE_SIZE = 25
# Fewer than the command takes: a lead waits for the page.
ESTIMATE_SAMPLE_SIZE = 12
# The page that mends what a choice lacks.
MENDED_AT = {
    "question_set": ("pipeline:question_sets", "Questions"),
    "configuration": ("pipeline:configurations", "Configurations"),
    "reasoner_endpoint": ("pipeline:endpoints", "Endpoints"),
    "reader_endpoint": ("pipeline:endpoints", "Endpoints"),
    "budget_money": ("pipeline:prices", "Prices"),
}


@require_GET
@role_required(Role.LEAD)
def batch_list(request: SignedInRequest) -> HttpResponse:
    """All batches, newest first."""
    page = Paginator(access.batches_for(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "pipeline/batch_list.html", {"page": page, **_may_steer(request)})


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def batch_new(request: SignedInRequest) -> HttpResponse:
    """Start a batch, or estimate first what it would take."""
    form = BatchForm(request.POST or None, initial=request.GET.dict())
    estimate = None
    if request.method == "POST" and _is_complete(form):
        with refusals_on(form):
            if "estimate" in request.POST:
                estimate = _estimate(form)
            else:
                return redirect("pipeline:batch", _start(request, form).pk)
    context = {"form": form, "estimate": estimate}
    return render(request, "pipeline/batch_new.html", context, status=status_of(form))


@require_GET
@role_required(Role.LEAD)
def batch_missing(request: SignedInRequest) -> HttpResponse:
    """What the batch chosen so far lacks, and what its configuration says; htmx asks."""
    form = BatchForm(request.GET)
    form.is_valid()
    choices = _choices(form)
    context = {
        "chosen": form.chosen,
        "facts": summary(choices),
        "unchosen": [field.label for field in form if form.has_error(field.name, "required")],
        "pieces": [
            (str(piece), MENDED_AT.get(piece.field or "")) for piece in missing_pieces(choices)
        ],
        "warnings": choices.endpoints.warnings,
    }
    return render(request, "pipeline/_missing.html", context)


def _is_complete(form: BatchForm) -> bool:
    """Whether the form is valid and the batch lacks nothing; what it lacks stands at its field."""
    form.is_valid()
    for piece in missing_pieces(_choices(form)):
        if piece.field not in form.errors:
            form.add_error(piece.field, str(piece))
    return not form.errors


def _choices(form: BatchForm) -> Choices:
    """What is chosen so far."""
    data = form.cleaned_data
    choices = Choices(
        config=form.config() if form.chosen and "similarity" not in form.errors else None,
        question_set=data.get("question_set"),
        knowledge_graph=data.get("knowledge_graph"),
        limit=data.get("limit"),
        samples=data.get("samples") or 1,
        placebo_share=form.placebo_share,
    )
    if not form.asks_models:
        return choices
    return replace(
        choices,
        endpoints=ModelEndpoints(data.get("reasoner_endpoint"), data.get("reader_endpoint")),
        budget_money=data.get("budget_money"),
        budget_tokens=data.get("budget_tokens"),
        temperature=data.get("temperature"),
    )


def _start(request: SignedInRequest, form: BatchForm) -> Batch:
    with transaction.atomic():
        batch = lifecycle.start_batch(
            form.cleaned_data["question_set"], **form.choices(), started_by=request.user
        )
        transaction.on_commit(lambda: enqueue_pumps(batch.pk))
    for warning in ModelEndpoints(batch.reasoner_endpoint, batch.reader_endpoint).warnings:
        messages.warning(request, warning)
    return batch


def _estimate(form: BatchForm) -> dict[str, Any]:
    """The estimate's lines. Raises InvalidConfiguration for a batch that asks no model."""
    data = form.cleaned_data
    if not form.asks_models:
        raise InvalidConfiguration("The demonstration asks no language model and costs nothing.")
    estimate = estimate_batch(
        data["question_set"],
        knowledge_graph=data["knowledge_graph"],
        config=form.config(),
        reasoner=data["reasoner_endpoint"],
        reader=data["reader_endpoint"],
        limit=data["limit"],
        samples=data["samples"],
        placebo_share=form.placebo_share,
        threads=settings.TRACE_THREADS,
        sample=ESTIMATE_SAMPLE_SIZE,
    )
    return {"rows": rows(estimate), "assumptions": assumptions(estimate)}


@require_GET
@role_required(Role.LEAD)
def batch_detail(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """One batch: progress and funnel; htmx polls the fragment until it is done."""
    batch = access.batch_for(request.user, batch_id)
    if request.htmx:
        context = _context(batch) | _may_steer(request)
        return render(request, "pipeline/batch_detail.html#progress", context)
    return _page(request, batch, ChangeBudgetForm(batch=batch))


@require_POST
@role_required(Role.LEAD)
def batch_steer(request: SignedInRequest, batch_id: int, action: str) -> HttpResponse:
    """Pause, resume or cancel."""
    batch = access.batch_for(request.user, batch_id)
    steer = {
        "pause": lifecycle.pause_batch,
        "resume": lifecycle.resume_batch,
        "cancel": lifecycle.cancel_batch,
    }[action]
    with refusals_as_messages(request), transaction.atomic():
        steer(batch, by=request.user)
        if action == "resume":
            transaction.on_commit(lambda: enqueue_pumps(batch.pk))
    return redirect("pipeline:batch", batch.pk)


@require_POST
@role_required(Role.LEAD)
def batch_budget(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Give a running or paused batch other budgets."""
    batch = access.batch_for(request.user, batch_id)
    form = ChangeBudgetForm(request.POST, batch=batch)
    if form.is_valid():
        with refusals_on(form):
            lifecycle.change_budget(batch, **form.cleaned_data, by=request.user)
            messages.success(request, "The budget is changed.")
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
    at_work = batch.state in (Batch.State.RUNNING, Batch.State.PAUSED)
    steers = _may_steer(request)
    shown = steers["may_steer"] and at_work and not batch.is_demonstration
    context = _context(batch) | steers
    context |= {
        "budget": budget if shown or budget.errors else None,
        "evaluation": evaluate([batch]).sections,
    }
    return render(request, "pipeline/batch_detail.html", context, status=status_of(budget))


def _context(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch,
        "deviations": deviations_of(batch),
        "progress": progress_of(batch),
        "placebo_percent": f"{batch.placebo_share * 100:g} %" if batch.placebo_share else "",
        "funnel": funnel_of(batch),
        "placebo_failures": placebo_failures(batch) if batch.placebo_share else (),
        "costs": None if batch.is_demonstration else costs_of(batch),
        "running": batch.state == Batch.State.RUNNING,
        "paused": batch.state == Batch.State.PAUSED,
        "may_retry": batch.state != Batch.State.CANCELLED,
    }


def _may_steer(request: SignedInRequest) -> dict[str, bool]:
    return {"may_steer": Role.LEAD in request.roles}
