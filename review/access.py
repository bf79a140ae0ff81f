"""What each user may fetch: reviewers their own slots, never anyone else's judgement."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from pipeline.accounts.roles import Role, roles_of
from pipeline.models import Event, Login, Question
from review.models import (
    Control,
    Draft,
    FineTunedModel,
    Grade,
    Invitation,
    Item,
    Policy,
    PracticeGrade,
    Release,
    Reviewer,
    SendBack,
    Slot,
    Study,
    StudyReviewer,
)

SEES_GRADES = frozenset({Role.LEAD, Role.AUDITOR, Role.ADJUDICATOR})


def reviewer_of(user: User) -> Reviewer:
    """The user's reviewer profile, or Http404."""
    return get_object_or_404(Reviewer.objects.select_related("user"), user=user)


def studies_to_grade(reviewer: Reviewer) -> QuerySet[Study]:
    """Studies the reviewer is a member of."""
    return Study.objects.filter(places__reviewer=reviewer)


def study_to_grade(reviewer: Reviewer, study_id: int) -> Study:
    """A study the reviewer is a member of, or Http404."""
    return get_object_or_404(studies_to_grade(reviewer), pk=study_id)


# What a screen of a reviewer shows of an item's slot, and of its trace or traces.
OF_A_SLOT = ("item__study", "item__trace__question__question_set", "item__rival_trace")
SINGLE, PAIR = ~Q(item__kind=Item.Kind.PAIR), Q(item__kind=Item.Kind.PAIR)


def slot_to_grade(reviewer: Reviewer, code: str, *, of: Q = SINGLE) -> Slot:
    """The reviewer's own slot of the item with this code, leased or filled, or Http404.

    `of` is the kind of item the asking screen is for: one trace, or a PAIR.
    """
    taken = (Slot.State.LEASED, Slot.State.FILLED)
    slots = Slot.objects.filter(of, reviewer=reviewer, state__in=taken)
    return get_object_or_404(slots.select_related(*OF_A_SLOT), item__code=code)


def slot_to_submit(reviewer: Reviewer, code: str, *, of: Q = SINGLE) -> Slot:
    """The slot a submitted form belongs to: the reviewer's own, or one they have lost, or Http404.

    Codes are unguessable: a reviewer of the study who names one was shown the item. A grade
    that comes too late is refused on its own page, with its text, not by "not found".
    """
    slots = Slot.objects.filter(
        of, item__code=code, item__study__places__reviewer=reviewer
    ).select_related(*OF_A_SLOT)
    return slots.filter(reviewer=reviewer).first() or get_object_or_404(slots, number=1)


def draft_to_resume(reviewer: Reviewer, code: str, *, of: Q = SINGLE) -> Draft:
    """The reviewer's draft of an item whose slot they have lost, or Http404."""
    drafts = Draft.objects.filter(
        of, reviewer=reviewer, item__study__places__reviewer=reviewer
    ).select_related(*OF_A_SLOT, "reviewer")
    return get_object_or_404(drafts, item__code=code)


def graded_slot(reviewer: Reviewer, code: str, *, of: Q = SINGLE) -> Slot:
    """The slot of this item that the reviewer has filled, or Http404."""
    slots = Slot.objects.filter(of, reviewer=reviewer, state=Slot.State.FILLED)
    return get_object_or_404(slots.select_related(*OF_A_SLOT), item__code=code)


def practice_grade(reviewer: Reviewer, study: Study, case: str) -> PracticeGrade:
    """What the reviewer entered for a practice case, or Http404."""
    rows = PracticeGrade.objects.select_related("reviewer")
    return get_object_or_404(rows, reviewer=reviewer, study=study, case=case)


def studies_for(user: User) -> QuerySet[Study]:
    """Studies as their leads, adjudicators and auditors see them; none for anyone else."""
    sees = roles_of(user) & SEES_GRADES
    return Study.objects.select_related("created_by") if sees else Study.objects.none()


def study_for(user: User, study_id: int) -> Study:
    """The study, or Http404 for whoever may not see it."""
    return get_object_or_404(studies_for(user), pk=study_id)


def may_see_grades(user: User, study: Study) -> bool:
    """Whether single grades may be shown: never to someone who may still grade in the study."""
    grades = StudyReviewer.objects.filter(study=study, reviewer__user=user).exists()
    return study.state == Study.State.CLOSED or not grades


def controls_for(user: User) -> QuerySet[Control]:
    """Controls and what they expect, for leads and auditors."""
    _leads_only(user)
    related = ("trace__question__question_set", "trace__batch", "marked_by")
    return Control.objects.select_related(*related).defer("trace__record")


def studies_to_settle(user: User) -> QuerySet[Study]:
    """Studies whose grades the user may see side by side: none they may still grade in.

    Nor a pairwise study: it has no grades.
    """
    return _studies_unblinded(user).exclude(mode=Study.Mode.PAIRWISE)


def _studies_unblinded(user: User) -> QuerySet[Study]:
    """Studies whose submissions the user may see."""
    return studies_for(user).exclude(pk__in=_may_still_grade_in(user))


def _may_still_grade_in(user: User) -> QuerySet[Any]:
    """Ids of the studies in which the user may still grade."""
    own = StudyReviewer.objects.filter(reviewer__user=user).exclude(study__state=Study.State.CLOSED)
    return own.values("study")


def study_to_settle(user: User, study_id: int) -> Study:
    """A study the user may settle items of, or look at settling in, or Http404."""
    return get_object_or_404(studies_to_settle(user), pk=study_id)


def study_to_report(user: User, study_id: int) -> Study:
    """A study whose reports the user may read, or Http404: reports show what others graded.

    Those of a pairwise study name the batches that are compared: for leads and auditors alone.
    """
    rows = _studies_unblinded(user)
    if not roles_of(user) & {Role.LEAD, Role.AUDITOR}:
        rows = rows.exclude(mode=Study.Mode.PAIRWISE)
    return get_object_or_404(rows, pk=study_id)


def may_report(user: User, study: Study) -> bool:
    """Whether the user may read the study's reports, see `study_to_report`."""
    leads = bool(roles_of(user) & {Role.LEAD, Role.AUDITOR})
    return may_see_grades(user, study) and (leads or not study.is_pairwise)


def item_to_settle(user: User, code: str) -> Item:
    """An item the user may see the grades of, or Http404: never one they graded themselves.

    A repeat is seen with its twin, a control item where a grade of it carries a safety flag.
    """
    flagged = Grade.objects.filter(item=OuterRef("pk")).exclude(safety_flag="")
    to_settle = Q(kind=Item.Kind.SAMPLED) | (Q(kind=Item.Kind.CONTROL) & Exists(flagged))
    items = (
        Item.objects.filter(to_settle, study__in=studies_to_settle(user))
        .exclude(grades__reviewer__user=user)
        .select_related("study", "trace__question__question_set")
    )
    return get_object_or_404(items, code=code)


def open_sendback(reviewer: Reviewer, code: str) -> SendBack:
    """The open send-back of the reviewer's grade of this item, or Http404."""
    waiting = SendBack.objects.waiting().filter(grade__reviewer=reviewer, grade__item__code=code)
    rows = waiting.select_related("grade__item__study", "grade__item__trace__question")
    return get_object_or_404(rows)


def disputed_question_for(user: User, question_id: int) -> Question:
    """The question, for leads and auditors, or Http404."""
    _leads_only(user)
    return get_object_or_404(Question.objects.select_related("question_set"), pk=question_id)


def releases_for(user: User) -> QuerySet[Release]:
    """Releases, for leads and auditors."""
    _leads_only(user)
    releases = Release.objects.select_related("policy", "created_by").defer("texts")
    return releases.prefetch_related("studies", "batches")


def release_for(user: User, name: str) -> Release:
    """The release of this name, or Http404."""
    return get_object_or_404(releases_for(user), name=name)


def release_to_download(user: User, name: str) -> Release:
    """The release whose files the user may have, or Http404.

    Its lines hold grades and its archives the kinds of items: never for someone who may still
    grade in one of its studies.
    """
    release = release_for(user, name)
    if not may_download(user, release):
        raise Http404
    return release


def may_download(user: User, release: Release) -> bool:
    """Whether the user may have the release's files, see `release_to_download`."""
    return not release.studies.filter(pk__in=_may_still_grade_in(user)).exists()


def finetuned_models_for(user: User) -> QuerySet[FineTunedModel]:
    """Fine-tuned models, for leads and auditors."""
    _leads_only(user)
    return FineTunedModel.objects.select_related(
        *("release__policy", "endpoint", "base_endpoint", "stated_by", "registered_by")
    ).prefetch_related("release__studies", "release__batches")


def finetuned_model_for(user: User, name: str) -> FineTunedModel:
    """The model of this name, or Http404."""
    return get_object_or_404(finetuned_models_for(user), name=name)


def policies_for(user: User) -> QuerySet[Policy]:
    """Policies, for leads and auditors."""
    _leads_only(user)
    return Policy.objects.select_related("created_by")


def people_for(user: User) -> QuerySet[User]:
    """Every account, for leads and auditors."""
    _leads_only(user)
    return (
        User.objects.select_related("reviewer")
        .prefetch_related("groups")
        .order_by("-is_active", "username")
    )


def person_for(user: User, person_id: int) -> User:
    """One account, or Http404."""
    return get_object_or_404(people_for(user), pk=person_id)


def invitations_for(user: User) -> QuerySet[Invitation]:
    """Invitations, for leads and auditors; the links themselves are not stored."""
    _leads_only(user)
    return Invitation.objects.select_related("made_by", "account")


def invitation_for(user: User, invitation_id: int) -> Invitation:
    """One invitation, or Http404."""
    return get_object_or_404(invitations_for(user), pk=invitation_id)


def events_for(user: User) -> QuerySet[Event]:
    """The audit, for leads and auditors, without the studies in which they still grade blind."""
    _leads_only(user)
    blind = StudyReviewer.objects.filter(reviewer__user=user).exclude(
        study__state=Study.State.CLOSED
    )
    hidden = [member.study.event_chain for member in blind.select_related("study")]
    rows = Event.objects.exclude(chain__name__in=hidden) if hidden else Event.objects.all()
    return rows.select_related("chain", "actor").order_by("-pk")


def logins_for(user: User) -> QuerySet[Login]:
    """The login log, for leads and auditors."""
    _leads_only(user)
    return Login.objects.select_related("user")


def _leads_only(user: User) -> None:
    if not roles_of(user) & {Role.LEAD, Role.AUDITOR}:
        raise Http404
