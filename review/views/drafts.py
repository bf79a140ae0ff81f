"""Drafts: what the grading screen sends while a reviewer works; answers are JSON."""

from django.http import HttpResponse, JsonResponse, QueryDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pipeline import store
from pipeline.access import Role, SignedInRequest, role_required
from review import access
from review.drafts import Entered, OtherTab, save_draft
from review.forms import GradeForm, Layout
from review.grading import StaleLease
from review.models import Reviewer, Slot
from review.rubric import RUBRICS

LARGEST = 2**31 - 1


@never_cache
@require_POST
@role_required(Role.REVIEWER)
def draft(request: SignedInRequest, code: str) -> HttpResponse:
    """Save the form as it stands; 409 says why nothing was saved, the browser keeps the text."""
    reviewer = access.reviewer_of(request.user)
    slot = access.slot_once_dealt(reviewer, code)
    try:
        saved = save_draft(
            slot,
            reviewer=reviewer,
            fence=_whole(request.POST, "fence"),
            version=_whole(request.POST, "draft_version"),
            entered=_entered(slot, request.POST),
        )
    except StaleLease as error:
        return JsonResponse({"why": "lease", "reason": str(error)}, status=409)
    except OtherTab as error:
        answer = {"why": "tab", "reason": str(error), "version": error.version}
        return JsonResponse(answer, status=409)
    return JsonResponse({"version": saved.version, "saved_at": saved.saved_at.isoformat()})


def _entered(slot: Slot, data: QueryDict) -> Entered:
    layout = Layout.of(store.trace_record(slot.item.trace))
    form = GradeForm(data, rubric=RUBRICS[slot.item.study.rubric_version], layout=layout)
    return Entered(form.content(), _whole(data, "active_seconds"))


def _whole(data: QueryDict, name: str) -> int:
    """A whole number a browser sent; 0 for anything else."""
    text = data.get(name, "")
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() and len(text) < 11 else 0


@require_POST
@role_required(Role.REVIEWER)
def keys(request: SignedInRequest) -> HttpResponse:
    """Switch the grading screen's single keys on or off for oneself (WCAG 2.1.4)."""
    reviewer = access.reviewer_of(request.user)
    switched_on = request.POST.get("keys") == "on"
    Reviewer.objects.filter(pk=reviewer.pk).update(keys_on=switched_on)
    return HttpResponse(status=204)
