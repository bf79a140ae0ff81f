"""Opening a pairwise study: the lead's plan, what it asks for, its pairs and their slots."""

import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.batches.starting.trials import require_no_trial
from pipeline.core.errors import Refusal
from pipeline.core.records import ReasonerKind
from pipeline.models import Batch, Event
from review.grading import rubric
from review.models import Item, PairJudgement, Reviewer, Study, StudyReviewer
from review.pairwise.draw import DrawnPair, Pairable, draw_pairs, pairable
from review.queue.order import buckets_for
from review.studies.forecast import ENOUGH_GRADES, MAX_RECENT, Basis, StratumForecast
from review.studies.lifecycle import check_blindness, insert_study
from review.studies.slots import insert_items, make_item, route_items

# What is assumed until enough judgements have been timed.
ASSUMED_SECONDS = 180


@dataclass(frozen=True)
class PairPlan:
    """What a lead asks for. `size` None takes as many pairs as every two batches have."""

    name: str
    batches: Sequence[Batch]
    reviewers: Sequence[Reviewer]
    overlap: int = 2
    size: int | None = None
    include_discarded: bool = True
    route_by_specialty: bool = False
    fallback_hours: int = 48
    cap: int | None = None
    rubric_version: str = rubric.CURRENT.version
    hide_answer_key: bool = False
    guidelines: str = ""
    seed: int | None = None


@dataclass(frozen=True)
class PairForecast:
    """What a pairwise study will ask of its reviewers."""

    strata: tuple[StratumForecast, ...]
    pairs: int
    twins: int
    judgements: int
    reviewers: int
    seconds: Basis
    warnings: tuple[str, ...]

    @property
    def hours(self) -> float:
        return self.judgements * self.seconds.value / 3600

    @property
    def hours_each(self) -> float:
        return self.hours / self.reviewers


def check_pair_plan(plan: PairPlan) -> str:
    """The study's reasoner kind. Raises Refusal, saying what does not fit.

    Imported chains beside a language model's are what such a study is for: it counts as one of
    the model. Demonstration traces are compared with nothing else.
    """
    if len({batch.pk for batch in plan.batches}) < 2:
        raise Refusal("Choose two batches or more: a pair has a trace of each.", field="batches")
    require_no_trial(plan.batches)
    check_blindness(plan.reviewers)
    if plan.overlap > len(plan.reviewers):
        raise Refusal(
            f"{plan.overlap} judgements per pair need at least {plan.overlap} reviewers; "
            f"{len(plan.reviewers)} chosen."
        )
    kinds = {batch.reasoner_kind for batch in plan.batches}
    if len(kinds) == 1:
        return kinds.pop()
    if ReasonerKind.DEMONSTRATION in kinds:
        raise Refusal("A study cannot mix demonstration traces with any others.")
    return ReasonerKind.LANGUAGE_MODEL.value


def forecast_pairs(plan: PairPlan) -> PairForecast:
    """Forecast the plan; nothing is stored. Raises Refusal as opening it would."""
    check_pair_plan(plan)
    seed = plan.seed or 0
    population = pairable(plan.batches, include_discarded=plan.include_discarded, seed=seed)
    drawn = draw_pairs(population, size=plan.size, seed=seed)
    judgements = len(drawn) * plan.overlap
    return PairForecast(
        strata=_strata(population, drawn),
        pairs=len(drawn),
        twins=_twins(population),
        judgements=judgements,
        reviewers=len(plan.reviewers),
        seconds=_seconds_a_judgement(),
        warnings=tuple(_warnings(plan, judgements)),
    )


def open_pairwise(plan: PairPlan, *, opened_by: User) -> Study:
    """Draw the pairs and open the study. Raises Refusal, see `check_pair_plan` and `draw_pairs`."""
    kind = check_pair_plan(plan)
    seed = secrets.randbits(62) if plan.seed is None else plan.seed
    population = pairable(plan.batches, include_discarded=plan.include_discarded, seed=seed)
    drawn = draw_pairs(population, size=plan.size, seed=seed)
    with transaction.atomic():
        study = _study_row(plan, kind, seed, population, len(drawn))
        study.created_by = opened_by
        insert_study(study)
        study.batches.set(plan.batches)
        StudyReviewer.objects.bulk_create(
            StudyReviewer(study=study, reviewer=reviewer, cap=plan.cap)
            for reviewer in plan.reviewers
        )
        _create_items(study, drawn, plan.reviewers)
        Event.objects.record(
            "study.opened",
            study,
            by=opened_by,
            chain=study.event_chain,
            mode=study.mode,
            items=len(drawn),
            overlap=study.overlap,
            design=study.design,
        )
    return study


def _study_row(
    plan: PairPlan, kind: str, seed: int, population: Sequence[Pairable], size: int
) -> Study:
    strata = {name: len(pairs) for two in population for name, pairs in two.strata.items()}
    design: dict[str, Any] = {
        "method": "pairs of traces on the same question, stratified by source, proportional "
        "allocation, as many of every two batches; positions by seed, pair and reviewer",
        "population": strata,
        "twins": {two.name: two.twins for two in population},
        "size": plan.size,
        "include_discarded": plan.include_discarded,
    }
    return Study(
        name=plan.name,
        mode=Study.Mode.PAIRWISE,
        reasoner_kind=kind,
        rubric_version=plan.rubric_version,
        overlap=plan.overlap,
        route_by_specialty=plan.route_by_specialty,
        fallback_hours=plan.fallback_hours,
        buckets=buckets_for(size),
        design=design,
        seed=seed,
        hide_answer_key=plan.hide_answer_key,
        guidelines=plan.guidelines,
    )


def _create_items(study: Study, drawn: Sequence[DrawnPair], reviewers: Sequence[Reviewer]) -> None:
    items = [
        make_item(
            study,
            one.pair.first,
            rival_trace_id=one.pair.second,
            kind=Item.Kind.PAIR,
            stratum=one.pair.stratum,
            inclusion_probability=one.probability,
        )
        for one in drawn
    ]
    route_items(items, study, reviewers)
    random.Random(study.seed).shuffle(items)
    insert_items([(item, study.overlap) for item in items])


def _strata(
    population: Sequence[Pairable], drawn: Sequence[DrawnPair]
) -> tuple[StratumForecast, ...]:
    counts = Counter(one.pair.stratum for one in drawn)
    sizes = {name: len(pairs) for two in population for name, pairs in two.strata.items()}
    return tuple(StratumForecast(name, size, counts[name]) for name, size in sizes.items())


def _twins(population: Sequence[Pairable]) -> int:
    return sum(two.twins for two in population)


def _seconds_a_judgement() -> Basis:
    """Median seconds at work of the latest judgements of pairs, or an assumption."""
    latest = PairJudgement.objects.filter(revision=1, active_seconds__isnull=False).order_by("-pk")
    rows = latest.values_list("active_seconds", flat=True)[:MAX_RECENT]
    times = [seconds or 0 for seconds in rows]
    if len(times) < ENOUGH_GRADES:
        return Basis(ASSUMED_SECONDS, "assumed: too few judgements have been timed")
    return Basis(float(median(times)), f"median of the latest {len(times)} judgements")


def _warnings(plan: PairPlan, judgements: int) -> list[str]:
    room = None if plan.cap is None else plan.cap * len(plan.reviewers)
    if room is None or room >= judgements:
        return []
    return [f"The cap leaves room for {room:,} of {judgements:,} judgements."]
