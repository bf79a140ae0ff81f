"""Starting a batch: the form, what it lacks, an estimate."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.batches import lifecycle
from pipeline.batches.estimates.against_budget import budget_lines
from pipeline.batches.estimates.estimate import estimate_batch
from pipeline.batches.estimates.wording import assumptions, rows
from pipeline.batches.missing import Choices, missing_pieces
from pipeline.batches.preflight import ModelEndpoints
from pipeline.batches.starting.clones import Clone, clone_of
from pipeline.batches.summary import summary
from pipeline.core.errors import InvalidConfiguration
from pipeline.forms.jobs.batches import BatchForm
from pipeline.models import Batch
from pipeline.refusals import refusals_on, status_of
from pipeline.tasks import enqueue_pumps

MAX_DIGITS = 18
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


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def batch_new(request: SignedInRequest) -> HttpResponse:
    """Start a batch, try three of its questions, or estimate first what it would take.

    `like` names a batch whose settings the form begins with.
    """
    like = _like(request)
    clone = clone_of(like) if like else Clone(request.GET.dict())
    form = BatchForm(request.POST or None, initial=clone.values)
    estimate = None
    if request.method == "POST" and _is_complete(form):
        with refusals_on(form):
            if "estimate" in request.POST:
                estimate = _estimate(form)
            else:
                return redirect("pipeline:batch", _start(request, form).pk)
    context = {"form": form, "estimate": estimate, "like": like, "changed": clone.changed}
    return render(request, "pipeline/batch_new.html", context, status=status_of(form))


@require_GET
@role_required(Role.LEAD)
def batch_missing(request: SignedInRequest) -> HttpResponse:
    """What the batch chosen so far lacks, and what its configuration says; htmx asks."""
    form = BatchForm(request.GET)
    form.is_valid()
    choices = _choices(form)
    context = {
        "noun": "batch",
        "chosen": form.chosen,
        "facts": summary(choices),
        "unchosen": [field.label for field in form if form.has_error(field.name, "required")],
        "pieces": [
            (str(piece), MENDED_AT.get(piece.field or "")) for piece in missing_pieces(choices)
        ],
        "warnings": choices.endpoints.warnings,
    }
    return render(request, "pipeline/_missing.html", context)


def _like(request: SignedInRequest) -> Batch | None:
    number = request.GET.get("like", "")
    if not number.isdecimal() or len(number) > MAX_DIGITS:
        return None
    return access.batch_for(request.user, int(number))


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
            form.cleaned_data["question_set"],
            **form.choices(),
            is_trial="trial" in request.POST,
            started_by=request.user,
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
    budgets = {name: data[name] for name in ("budget_money", "budget_tokens")}
    return {
        "rows": rows(estimate),
        "budgets": budget_lines(estimate, **budgets),
        "assumptions": assumptions(estimate),
    }
