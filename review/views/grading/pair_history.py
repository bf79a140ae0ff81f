"""A reviewer's judgements of pairs: their list, and amending one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_on
from review import access
from review.forms.grading import new_key
from review.forms.pairwise import PairAmendForm, content_of
from review.grading.rubric import RUBRICS
from review.models import Draft, PairJudgement, Reviewer, Slot, Study
from review.models.pairs import CRITERIA
from review.pairwise.positions import Positions, Side
from review.pairwise.submit import amend_pair
from review.queue.drafts import draft_of, save_amendment
from review.queue.reviewer_progress import own_judgements, own_progress
from review.views.grading.desk import item_page
from review.views.grading.drafts import draft_save_of, json_answer
from review.views.grading.history import PAGE_SIZE, in_hand
from review.views.grading.pairs import content_sent, render_pair


@never_cache
@require_GET
@role_required(Role.REVIEWER)
def history(request: SignedInRequest, study_id: int) -> HttpResponse:
    """The reviewer's own judgements in the study, as they saw the pairs; nobody else's."""
    reviewer = access.reviewer_of(request.user)
    study = access.study_to_grade(reviewer, study_id)
    if not study.is_pairwise:
        raise Http404
    judgements = own_judgements(study, reviewer=reviewer)
    page = Paginator(judgements, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "page": page,
        "rows": [(judgement, _as_seen(judgement)) for judgement in page.object_list],
        "progress": own_progress(study, reviewer=reviewer),
        "may_amend": study.state == Study.State.OPEN,
    }
    return render(request, "review/pair_history.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def amend(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a submitted judgement; while the study is open it can be changed, with a reason."""
    reviewer = access.reviewer_of(request.user)
    slot = access.graded_slot(reviewer, code, of=access.PAIR)
    draft = draft_of(slot.item, reviewer=reviewer)
    form = _form(slot, reviewer, request.POST or None, draft)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            amend_pair(
                slot,
                reviewer=reviewer,
                key=form.cleaned_data["key"],
                reason=form.cleaned_data["reason"],
                entry=form.entry(),
            )
            messages.success(request, "Change saved as a new revision.", extra_tags=code)
            return _back(slot, reviewer)
    return _page(request, slot, reviewer, form, draft)


@never_cache
@require_POST
@role_required(Role.REVIEWER)
def amend_draft(request: SignedInRequest, code: str) -> HttpResponse:
    """Save a change to a judgement as a draft, before it is submitted with its reason."""
    reviewer = access.reviewer_of(request.user)
    slot = access.graded_slot(reviewer, code, of=access.PAIR)
    entered = content_sent(PairAmendForm, slot.item, request.POST)
    save = draft_save_of(request.POST)
    return json_answer(lambda: save_amendment(slot, reviewer=reviewer, save=save, entered=entered))


def _as_seen(judgement: PairJudgement) -> list[str]:
    """The choices by each criterion: "A", "tie" or "B"; empty where it could not be judged."""
    seen = Positions(Side(judgement.shown_left))
    shown = (seen.shown(getattr(judgement, name)) for name in CRITERIA)
    return [{"a": "A", "b": "B"}.get(choice, choice) for choice in shown]


def _back(slot: Slot, reviewer: Reviewer) -> HttpResponse:
    """To the current pair, which the change interrupted; else to the list of judgements."""
    current = in_hand(slot, reviewer)
    if current is not None:
        return item_page(current.item)
    return redirect("review:pair_history", slot.item.study_id)


def _form(slot: Slot, reviewer: Reviewer, data: Any, draft: Draft | None) -> PairAmendForm:
    given = own_judgements(slot.item.study, reviewer=reviewer).filter(item=slot.item).first()
    initial: dict[str, Any] = {"key": new_key()}
    if draft is not None:
        initial |= {**draft.content, "active_seconds": draft.active_seconds}
    elif given is not None:
        initial |= content_of(given)
    return PairAmendForm(data, rubric=RUBRICS[slot.item.study.rubric_version], initial=initial)


def _page(
    request: SignedInRequest,
    slot: Slot,
    reviewer: Reviewer,
    form: PairAmendForm,
    draft: Draft | None,
) -> HttpResponse:
    is_open = slot.item.study.state == Study.State.OPEN
    url = reverse("review:pair_amend_draft", args=[slot.item.code]) if is_open else None
    extra = {
        "mode": "amend",
        "readonly": not is_open,
        "draft": draft,
        "in_hand": in_hand(slot, reviewer),
        "draft_url": url,
    }
    return render_pair(request, slot.item, reviewer, form=form, extra=extra)
