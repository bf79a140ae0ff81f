"""Adjudication: what waits, the grades of an item side by side, settling it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_on, status_of
from pipeline.trace_page.layout import trace_view
from review import access
from review.adjudication.comparison import WORDS, compare, reasons_of
from review.adjudication.settle import (
    awaiting_adjudication,
    fingerprint,
    grades_to_settle,
    lease_item,
    next_to_settle,
    own_lease,
    return_item,
    settle_item,
)
from review.forms.adjudication import SendBackForm, SettleForm
from review.grading.rubric import RUBRICS
from review.models import Adjudication, AdjudicationLease, Grade, Item, Reviewer, SendBack, Study

MAX_LISTED = 100


@never_cache
@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def overview(request: SignedInRequest) -> HttpResponse:
    """The studies, and how many items wait in each."""
    rows = [
        (study, awaiting_adjudication(study).count())
        for study in access.studies_to_settle(request.user)
    ]
    context = {"rows": rows, "may_settle": Role.ADJUDICATOR in request.roles}
    return render(request, "review/adjudication.html", context)


@never_cache
@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def study(request: SignedInRequest, study_id: int) -> HttpResponse:
    """One study: items that wait, items sent back, items settled."""
    row = access.study_to_settle(request.user, study_id)
    waiting = awaiting_adjudication(row)
    context = {
        "study": row,
        "waiting": [(item, _reasons(item)) for item in _listed(waiting)],
        "count": waiting.count(),
        "sent_back": SendBack.objects.waiting()
        .filter(grade__item__study=row)
        .select_related("grade__item__trace__question"),
        "settled": Adjudication.objects.filter(item__study=row, is_current=True)
        .select_related("item__trace__question")
        .order_by("-pk")[:MAX_LISTED],
        "may_settle": Role.ADJUDICATOR in request.roles,
    }
    return render(request, "review/adjudication_study.html", context)


def _listed(waiting: Any) -> list[Item]:
    rows = waiting.select_related("trace__question").defer("trace__record")
    return list(rows.prefetch_related("grades")[:MAX_LISTED])


def _reasons(item: Item) -> list[str]:
    grades = [grade for grade in item.grades.all() if grade.is_current or grade.safety_flag]
    again = [WORDS["safety"]] if item.flagged_again else []  # type: ignore[attr-defined]
    return list(dict.fromkeys((*again, *(WORDS[why] for why in reasons_of(item, grades)))))


@require_POST
@role_required(Role.ADJUDICATOR)
def next_item(request: SignedInRequest, study_id: int) -> HttpResponse:
    """Hold the most serious item that waits, and open it."""
    return _to_next(request, access.study_to_settle(request.user, study_id))


def _to_next(request: SignedInRequest, row: Study) -> HttpResponse:
    lease = next_to_settle(row, adjudicator=request.user)
    if lease is not None:
        return redirect("review:settle", lease.item.code)
    messages.info(request, f"Nothing is waiting for you in {row}.")
    return redirect("review:adjudication_study", row.pk)


@never_cache
@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def item(request: SignedInRequest, code: str) -> HttpResponse:
    """One item to read: the grades side by side and what was settled."""
    row = access.item_to_settle(request.user, code)
    return page_of(request, row)


@require_POST
@role_required(Role.ADJUDICATOR)
def hold(request: SignedInRequest, code: str) -> HttpResponse:
    """Hold this very item, to settle it or to settle it again."""
    row = access.item_to_settle(request.user, code)
    if lease_item(row, adjudicator=request.user) is not None:
        return redirect("review:settle", code)
    messages.error(request, "Another adjudicator is settling this item.")
    return redirect("review:adjudication_item", code)


@require_POST
@role_required(Role.ADJUDICATOR)
def leave(request: SignedInRequest, code: str) -> HttpResponse:
    """Give the item back unsettled."""
    row = access.item_to_settle(request.user, code)
    return_item(row, adjudicator=request.user)
    return redirect("review:adjudication_study", row.study_id)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.ADJUDICATOR)
def settle(request: SignedInRequest, code: str) -> HttpResponse:
    """Settle an item one holds, and go to the next."""
    row = access.item_to_settle(request.user, code)
    if request.method == "POST":
        return _settle(request, row)
    lease = own_lease(row, adjudicator=request.user)
    if lease is None:
        return redirect("review:adjudication_item", code)
    lease_item(row, adjudicator=request.user)
    return page_of(request, row, lease=own_lease(row, adjudicator=request.user))


def _settle(request: SignedInRequest, row: Item) -> HttpResponse:
    form = _form(row, grades_to_settle(row), request.POST)
    if form.is_valid():
        with refusals_on(form):
            settle_item(
                row,
                adjudicator=request.user,
                fence=form.cleaned_data["fence"],
                seen=form.cleaned_data["seen"],
                settlement=form.settlement(),
            )
            messages.success(request, "Settled.", extra_tags=f"settling-{row.code}")
            return _to_next(request, row.study)
    return page_of(request, row, form=form)


def _form(
    row: Item, grades: list[Grade], data: Any, lease: AdjudicationLease | None = None
) -> SettleForm:
    trace = store.trace_record(row.trace)
    return SettleForm(
        data,
        rubric=RUBRICS[row.study.rubric_version],
        steps=[step.number for step in trace.cot.steps] if trace.cot else [],
        flagged=any(grade.safety_flag for grade in grades),
        initial={"fence": lease.fence if lease else 0, "seen": fingerprint(grades)},
    )


def page_of(
    request: HttpRequest,
    row: Item,
    *,
    lease: AdjudicationLease | None = None,
    form: SettleForm | None = None,
    send_back: SendBackForm | None = None,
) -> HttpResponse:
    """The item's page, to read or, with a lease or a form, to settle."""
    grades = grades_to_settle(row)
    if form is None and lease is not None:
        form = _form(row, grades, None, lease)
    comparison = compare(row, grades)
    letters = [column.letter for column in comparison.columns if column.may_be_sent_back]
    context = {
        "item": row,
        "study": row.study,
        "view": trace_view(store.trace_record(row.trace)),
        "comparison": comparison,
        "rubric": RUBRICS[row.study.rubric_version],
        "form": form,
        "seen_now": fingerprint(grades),
        "send_back": send_back or SendBackForm(letters=letters),
        "settled": row.adjudications.order_by("-revision"),
        "corrected": row.corrections.filter(is_current=True).first(),
        "requests": SendBack.objects.filter(grade__item=row).waiting().count(),
        **_rights(request, row),
    }
    return render(
        request, "review/adjudication_item.html", context, status=status_of(form, send_back)
    )


def _rights(request: Any, row: Item) -> dict[str, Any]:
    open_study = row.study.state != Study.State.CLOSED
    may_correct = bool(request.roles & {Role.LEAD, Role.ADJUDICATOR})
    grades_too = Role.REVIEWER in request.roles
    return {
        # One switch of single keys for both screens; without a profile the browser keeps it.
        "profile": Reviewer.objects.filter(user=request.user).first() if grades_too else None,
        "may_settle": Role.ADJUDICATOR in request.roles,
        "may_correct": may_correct,
        "may_send_back": open_study and may_correct,
    }
