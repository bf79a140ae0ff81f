"""A study's life: what the lead plans; open, pause, resume, close."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.accounts.roles import roles_of
from pipeline.batches.starting.trials import require_no_trial
from pipeline.core.errors import Refusal
from pipeline.core.records import ReasonerKind
from pipeline.db.transitions import move_state
from pipeline.models import Batch, Event, Trace
from review.access import SEES_GRADES
from review.grading import rubric
from review.models import Control, Reviewer, Study, StudyReviewer
from review.queue.order import buckets_for
from review.sampling.draw import DEFAULT_VARIABLES, SampledTrace, draw, population
from review.sampling.placebos import draw_placebos
from review.sampling.twins import StudyTwins, asking_the_same
from review.studies.slots import ItemCounts, create_items


@dataclass(frozen=True)
class StudyPlan:
    """What a lead asks for. `size` None takes every trace with a CoT.

    Shares run from 0 to 1. `strata` names the variables that the sample is stratified by.
    """

    name: str
    batches: Sequence[Batch]
    reviewers: Sequence[Reviewer]
    overlap: int = 2
    size: int | None = None
    include_discarded: bool = True
    strata: Sequence[str] = DEFAULT_VARIABLES
    allocation: str = "proportional"
    minimum: int = 1
    reliability_share: float = 0.0
    reliability_overlap: int | None = None
    controls: Sequence[Control] = ()
    repeat_share: float = 0.0
    repeat_gap: int = 20
    placebo_items: int = 0
    route_by_specialty: bool = False
    fallback_hours: int = 48
    cap: int | None = None
    rubric_version: str = rubric.CURRENT.version
    hide_answer_key: bool = False
    reveal_after_submit: bool = False
    practice_round: bool = False
    guidelines: str = ""
    seed: int | None = None

    @property
    def highest_overlap(self) -> int:
        """The most grades that any sampled item asks for."""
        return max(self.overlap, self.reliability_overlap or 0)


@dataclass(frozen=True)
class StudySample:
    """What would be sampled: the population's sizes by stratum and the traces drawn from it.

    `placebos`: traces towards a wrong option that are dealt among them. `controls`: those of the
    plan's that show nobody the words of another item.
    """

    population: dict[str, int]
    drawn: tuple[SampledTrace, ...]
    placebos: tuple[int, ...] = ()
    controls: tuple[Control, ...] = ()
    twins: StudyTwins = field(default_factory=StudyTwins)


def sample_of(plan: StudyPlan, *, seed: int) -> StudySample:
    """Draw the plan's sample. Raises Refusal where there is nothing to grade."""
    checks = [control.trace_id for control in plan.controls]
    found = population(
        plan.batches,
        include_discarded=plan.include_discarded,
        variables=plan.strata,
        controls=checks,
    )
    drawn = draw(
        found.strata, size=plan.size, seed=seed, allocation=plan.allocation, minimum=plan.minimum
    )
    if not drawn:
        raise Refusal("No trace of the chosen batches has a chain of thought to grade.")
    placebos = draw_placebos(
        plan.batches,
        count=plan.placebo_items,
        seed=seed,
        include_discarded=plan.include_discarded,
        without=_questions_of(plan, drawn),
    )
    sizes = {name: len(ids) for name, ids in found.strata.items()}
    usable = found.twins.usable(checks, {one.trace_id for one in drawn})
    controls = tuple(control for control in plan.controls if control.trace_id in usable)
    return StudySample(sizes, tuple(drawn), tuple(placebos), controls, found.twins)


def _questions_of(plan: StudyPlan, drawn: Sequence[SampledTrace]) -> set[int]:
    """The questions of sampled and control items, and all that ask the same."""
    traces = [one.trace_id for one in drawn] + [one.trace_id for one in plan.controls]
    rows = Trace.objects.filter(pk__in=traces)
    return asking_the_same(rows.values_list("question_id", flat=True))


def check_plan(plan: StudyPlan) -> str:
    """The reasoner kind of the plan's traces. Raises Refusal, saying what does not fit."""
    require_no_trial(plan.batches)
    kind = _common_kind(plan.batches)
    check_blindness(plan.reviewers)
    if plan.highest_overlap > len(plan.reviewers):
        raise Refusal(
            f"{plan.highest_overlap} grades per item need at least {plan.highest_overlap} "
            f"reviewers; {len(plan.reviewers)} chosen."
        )
    if plan.reveal_after_submit and plan.repeat_share:
        raise Refusal("Repeats measure nothing if others' grades are shown in between.")
    if any(_mixes({kind, control.trace.batch.reasoner_kind}) for control in plan.controls):
        raise Refusal(
            "A study cannot mix demonstration traces with any others: check the control items."
        )
    return kind


def open_study(plan: StudyPlan, *, opened_by: User) -> Study:
    """Draw the sample and open the study: items, their slots, the reviewers' membership.

    Raises Refusal: demonstration and model traces never mix, there must be something to
    grade, and no more slots an item than reviewers.
    """
    kind = check_plan(plan)
    seed = secrets.randbits(62) if plan.seed is None else plan.seed
    sample = sample_of(plan, seed=seed)
    with transaction.atomic():
        study = _study_row(plan, kind, seed, sample)
        study.created_by = opened_by
        insert_study(study)
        study.batches.set(plan.batches)
        StudyReviewer.objects.bulk_create(
            StudyReviewer(study=study, reviewer=reviewer, cap=plan.cap)
            for reviewer in plan.reviewers
        )
        counts = create_items(
            study,
            drawn=sample.drawn,
            controls=sample.controls,
            placebos=sample.placebos,
            reviewers=plan.reviewers,
        )
        Event.objects.record(
            "study.opened",
            study,
            by=opened_by,
            chain=study.event_chain,
            **_opening_facts(study, counts),
        )
    return study


def _opening_facts(study: Study, counts: ItemCounts) -> dict[str, Any]:
    return {
        "items": counts.sampled,
        "controls": counts.controls,
        "repeats": counts.repeats,
        "placebos": counts.placebos,
        "overlap": study.overlap,
        "reliability": [study.reliability_share, study.reliability_overlap],
        "design": study.design,
    }


def _study_row(plan: StudyPlan, kind: str, seed: int, sample: StudySample) -> Study:
    variables = " and ".join(name.replace("_", " ") for name in plan.strata) or "nothing"
    allocation = plan.allocation.replace("_", " ")
    design = {
        "method": f"stratified random sample by {variables}, {allocation} allocation",
        "variables": list(plan.strata),
        "allocation": plan.allocation,
        "minimum": plan.minimum,
        "population": sample.population,
        "size": plan.size,
        "include_discarded": plan.include_discarded,
        "twins": sample.twins.design,
    }
    return Study(
        name=plan.name,
        reasoner_kind=kind,
        rubric_version=plan.rubric_version,
        overlap=plan.overlap,
        reliability_share=plan.reliability_share if plan.reliability_overlap else 0,
        reliability_overlap=plan.reliability_overlap,
        repeat_share=plan.repeat_share,
        repeat_gap=plan.repeat_gap,
        placebo_items=plan.placebo_items,
        route_by_specialty=plan.route_by_specialty,
        fallback_hours=plan.fallback_hours,
        practice_round=plan.practice_round,
        buckets=buckets_for(len(sample.drawn)),
        design=design,
        seed=seed,
        hide_answer_key=plan.hide_answer_key,
        reveal_after_submit=plan.reveal_after_submit,
        guidelines=plan.guidelines,
    )


def insert_study(study: Study) -> None:
    """Save a new study. Raises Refusal where its name is taken."""
    try:
        with transaction.atomic():
            study.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal(f"A study named {study.name} exists.") from error


def check_blindness(reviewers: Sequence[Reviewer]) -> None:
    """Whoever may look at other people's grades cannot grade blind."""
    seeing = [reviewer for reviewer in reviewers if roles_of(reviewer.user) & SEES_GRADES]
    if seeing:
        names = ", ".join(str(reviewer) for reviewer in seeing)
        raise Refusal(f"{names}: a lead, adjudicator or auditor sees grades and cannot review.")


def _common_kind(batches: Sequence[Batch]) -> str:
    """The kind of a study of these batches; imported chains of thought stand beside a model's."""
    kinds = {batch.reasoner_kind for batch in batches}
    if not kinds:
        raise Refusal("Choose at least one batch.")
    if _mixes(kinds):
        raise Refusal("A study cannot mix demonstration traces with any others.")
    return ReasonerKind.LANGUAGE_MODEL.value if len(kinds) > 1 else kinds.pop()


def _mixes(kinds: set[str]) -> bool:
    return len(kinds) > 1 and ReasonerKind.DEMONSTRATION in kinds


def pause_study(study: Study, *, by: User) -> None:
    """Deal nothing for now; reviewers keep their drafts. Raises Refusal."""
    _change_state(study, {Study.State.OPEN}, Study.State.PAUSED, by)


def resume_study(study: Study, *, by: User) -> None:
    """Deal again. Raises Refusal."""
    _change_state(study, {Study.State.PAUSED}, Study.State.OPEN, by)


def close_study(study: Study, *, by: User) -> None:
    """End grading for good. Raises Refusal."""
    _change_state(study, {Study.State.OPEN, Study.State.PAUSED}, Study.State.CLOSED, by)


def _change_state(study: Study, old: set[Study.State], new: Study.State, by: User) -> None:
    with transaction.atomic():
        closed_at = timezone.now() if new == Study.State.CLOSED else None
        move_state(study, old, new, closed_at=closed_at)
        Event.objects.record(f"study.{new.value}", study, by=by, chain=study.event_chain)
