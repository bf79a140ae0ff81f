"""Disputes: questions whose answer key is doubted, and the lead's ruling."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import access as pipeline_access
from pipeline import store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.batches.make_again import batches_to_make_again, make_again
from pipeline.models import Batch
from pipeline.refusals import refusals_as_messages, refusals_on, status_of
from pipeline.sources.key_corrections import asked_elsewhere, corrections_of
from pipeline.tasks import enqueue_pumps
from review import access
from review.evidence.key_disputes import dispute_of, disputes, releases_with, rule_on_key
from review.forms.adjudication import RulingForm


@never_cache
@require_GET
@role_required(Role.LEAD)
def dispute_list(request: SignedInRequest) -> HttpResponse:
    """Every disputed question, open ones first."""
    return render(request, "review/dispute_list.html", {"disputes": disputes()})


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def dispute(request: SignedInRequest, question_id: int) -> HttpResponse:
    """One disputed question: who doubts its key and why; the lead rules with a reason."""
    question = access.disputed_question_for(request.user, question_id)
    dispute_row = dispute_of(question)
    if dispute_row is None:
        raise Http404
    form = RulingForm(request.POST or None, question=question, initial={"seen": dispute_row.seen})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            rule_on_key(question, **form.cleaned_data, by=request.user)
            messages.success(request, "Ruling saved.")
            if form.cleaned_data["right"]:  # the page says what follows
                return redirect("review:dispute", question.pk)
            return redirect("review:disputes")
    context = {
        "dispute": dispute_row,
        "form": form,
        "question": store.question_record(question),
        "earlier": question.key_rulings.select_related("ruled_by").order_by("-revision"),
        "releases": releases_with(question),
        "corrections": corrections_of(question),
        "to_make_again": batches_to_make_again(question),
        "elsewhere": asked_elsewhere(question),
        "may_rule": Role.LEAD in request.roles,
    }
    return render(request, "review/dispute.html", context, status=status_of(form))


@require_POST
@role_required(Role.LEAD)
def dispute_make_again(request: SignedInRequest, question_id: int, batch_id: int) -> HttpResponse:
    """Make a question whose key was corrected again, in a batch that made it with the old key."""
    question = access.disputed_question_for(request.user, question_id)
    batch = pipeline_access.batch_for(request.user, batch_id)
    with refusals_as_messages(request):
        with transaction.atomic():
            size = make_again(question, batch=batch, by=request.user)
            transaction.on_commit(lambda: enqueue_pumps(batch.pk))
        paused = " It is paused: resume it first." if batch.state == Batch.State.PAUSED else ""
        messages.success(request, f"Traces that {batch} makes again: {size}.{paused}")
    return redirect("review:dispute", question.pk)
