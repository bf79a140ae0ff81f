"""Benchmarks: their list, and marking a question set as one."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.forms.questions import BenchmarkForm
from pipeline.refusals import refusals_on, status_of
from pipeline.sources.benchmarks.facts import benchmark_facts
from pipeline.sources.benchmarks.marking import mark_benchmark
from pipeline.tasks import enqueue, work_out_benchmark


@require_GET
@role_required(Role.LEAD)
def benchmark_list(request: SignedInRequest) -> HttpResponse:
    """All benchmarks: what each is, what repeats in it, and where its questions stand too."""
    rows = access.question_sets_for(request.user).filter(is_benchmark=True)
    context = {"benchmarks": benchmark_facts(rows.select_related("identity"))}
    return render(request, "pipeline/benchmark_list.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def question_set_benchmark(request: SignedInRequest, name: str) -> HttpResponse:
    """Mark a set as a benchmark, state its split, or unmark it."""
    row = access.question_set_for(request.user, name)
    form = BenchmarkForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            mark_benchmark(
                row,
                mark=form.mark(),
                shown=form.shown(),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
            transaction.on_commit(lambda: enqueue(work_out_benchmark, row.pk))
            told = "a benchmark" if row.is_benchmark else "no benchmark any more"
            messages.success(request, f"{row} is {told}.")
            return redirect("pipeline:question_set", name)
    context = {"form": form, "question_set": row}
    return render(request, "pipeline/question_set_benchmark.html", context, status=status_of(form))
