"""Send-backs: a lead or adjudicator asks a grader to look again; the grader answers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_as_messages, refusals_on, status_of
from review import access
from review.adjudication.comparison import compare
from review.adjudication.settle import grades_to_settle, return_item
from review.forms.adjudication import ReplyForm, SendBackForm
from review.grading.sendbacks import send_back, stand_by
from review.views.adjudication.items import page_of


@never_cache
@require_POST
@role_required(Role.LEAD, Role.ADJUDICATOR)
def send(request: SignedInRequest, code: str) -> HttpResponse:
    """Send an item back to the graders chosen by letter, with a comment."""
    item = access.item_to_settle(request.user, code)
    comparison = compare(item, grades_to_settle(item))
    columns = [column for column in comparison.columns if column.may_be_sent_back]
    form = SendBackForm(request.POST, letters=[column.letter for column in columns])
    if not form.is_valid():
        return page_of(request, item, send_back=form)
    data = form.cleaned_data
    chosen = [column.grade for column in columns if column.letter in data["letters"]]
    with refusals_on(form):
        send_back(item, grades=chosen, comment=data["comment"], by=request.user)
        return_item(item, adjudicator=request.user)
        messages.success(request, "Sent back.")
        return redirect("review:adjudication_study", item.study_id)
    return page_of(request, item, send_back=form)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def sent_back(request: SignedInRequest, code: str) -> HttpResponse:
    """A send-back: the grader amends the grade or says why it stands."""
    reviewer = access.reviewer_of(request.user)
    asked = access.open_sendback(reviewer, code)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_as_messages(request):
            stand_by(asked, reviewer=reviewer, reply=form.cleaned_data["reply"])
            messages.success(request, "Answered: your grade stands.")
        return redirect("review:desk")
    context = {
        "comment": asked.comment,
        "asked_at": asked.asked_at,
        "grade": asked.grade,
        "question": asked.grade.item.trace.question,
        "code": code,
        "form": form,
    }
    return render(request, "review/sent_back.html", context, status=status_of(form))
