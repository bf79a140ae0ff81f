"""The forecast of a study before it opens: items by stratum, hours, adjudication load."""

from collections import Counter
from dataclasses import dataclass
from statistics import median

from django.db.models import Count, Q

from review.adjudication.settle import awaiting_adjudication
from review.models import Grade, Item, Study
from review.queue.candidates import MAX_EXTRA_GAP
from review.sampling.twins import twins_told
from review.studies.lifecycle import StudyPlan, StudySample, check_plan, sample_of

# What is assumed until enough has been measured, and how much is enough.
ASSUMED_SECONDS, ENOUGH_GRADES = 240, 20
ASSUMED_DISCORDANT, ENOUGH_ITEMS = 0.25, 30
MAX_RECENT = 500


@dataclass(frozen=True)
class StratumForecast:
    """How many traces a stratum has, how many are drawn, and the chance of each."""

    name: str
    available: int
    taken: int

    @property
    def probability(self) -> float:
        return self.taken / self.available


@dataclass(frozen=True)
class Basis:
    """A figure the forecast rests on, and where it comes from."""

    value: float
    source: str


@dataclass(frozen=True)
class Forecast:
    """What the study will ask of its reviewers. `warnings` say what will not work out."""

    strata: tuple[StratumForecast, ...]
    items: int
    reliability_items: int
    controls: int
    repeats: int
    placebos: int
    twins: int
    grades: int
    reviewers: int
    seconds: Basis
    discordant: Basis
    adjudications: int
    warnings: tuple[str, ...]

    @property
    def twins_told(self) -> str:
        return twins_told(self.twins) if self.twins else ""

    @property
    def hours(self) -> float:
        return self.grades * self.seconds.value / 3600

    @property
    def hours_each(self) -> float:
        return self.hours / self.reviewers


def forecast_of(plan: StudyPlan) -> Forecast:
    """Forecast the plan; nothing is stored. Raises Refusal as opening it would."""
    kind = check_plan(plan)
    sample = sample_of(plan, seed=plan.seed or 0)
    items = len(sample.drawn)
    reliability = round(plan.reliability_share * items) if plan.reliability_overlap else 0
    controls = len(sample.controls)
    sampled = items * plan.overlap + reliability * (plan.highest_overlap - plan.overlap)
    repeats = round(plan.repeat_share * items)
    checks = controls * len(plan.reviewers) + len(sample.placebos) * plan.overlap
    grades = sampled + checks + round(plan.repeat_share * sampled)
    discordant = discordant_share(kind, plan.rubric_version)
    twice = items if plan.overlap > 1 else reliability
    return Forecast(
        strata=_strata(sample),
        items=items,
        reliability_items=reliability,
        controls=controls,
        repeats=repeats,
        placebos=len(sample.placebos),
        twins=len(sample.twins.left_out),
        grades=grades,
        reviewers=len(plan.reviewers),
        seconds=seconds_a_grade(kind, plan.rubric_version),
        discordant=discordant,
        adjudications=round(twice * discordant.value),
        warnings=tuple(_warnings(plan, grades, len(plan.controls) - controls)),
    )


def seconds_a_grade(kind: str, rubric_version: str) -> Basis:
    """Median seconds at work of the latest grades of this kind, or an assumption."""
    latest = Grade.objects.filter(
        item__study__reasoner_kind=kind,
        rubric_version=rubric_version,
        revision=1,
        active_seconds__isnull=False,
    ).order_by("-pk")[:MAX_RECENT]
    times = [seconds or 0 for seconds in latest.values_list("active_seconds", flat=True)]
    if len(times) < ENOUGH_GRADES:
        return Basis(ASSUMED_SECONDS, "assumed: too few grades have been timed")
    return Basis(float(median(times)), f"median of the latest {len(times)} grades")


def discordant_share(kind: str, rubric_version: str) -> Basis:
    """Share of items with two grades or more whose grades disagreed, or an assumption."""
    items = disagreed = 0
    studies = Study.objects.filter(reasoner_kind=kind, rubric_version=rubric_version)
    for study in studies.order_by("-pk"):
        items += _graded_twice(study)
        disagreed += _waiting(study) + _settled(study)
        if items >= MAX_RECENT:
            break
    if items < ENOUGH_ITEMS:
        return Basis(ASSUMED_DISCORDANT, "assumed: too few items have two grades")
    share = min(1.0, disagreed / items)
    return Basis(share, f"share of {items} items of earlier studies")


def _graded_twice(study: Study) -> int:
    judged = Q(grades__is_current=True, grades__cannot_judge="")
    rows = Item.objects.filter(study=study, kind=Item.Kind.SAMPLED)
    return rows.annotate(judged=Count("grades", filter=judged)).filter(judged__gt=1).count()


def _waiting(study: Study) -> int:
    return awaiting_adjudication(study).filter(kind=Item.Kind.SAMPLED).count()


def _settled(study: Study) -> int:
    rows = Item.objects.filter(study=study, kind=Item.Kind.SAMPLED)
    return rows.filter(adjudications__is_current=True).count()


def _strata(sample: StudySample) -> tuple[StratumForecast, ...]:
    counts = Counter(draw.stratum for draw in sample.drawn)
    return tuple(
        StratumForecast(name, available, counts[name])
        for name, available in sorted(sample.population.items())
    )


def _warnings(plan: StudyPlan, grades: int, controls_drawn: int) -> list[str]:
    warnings = []
    each = grades // len(plan.reviewers)
    if plan.repeat_share and each <= plan.repeat_gap + MAX_EXTRA_GAP:
        warnings.append(
            f"A repeat comes more than {plan.repeat_gap} items after the first grade, and each "
            f"reviewer grades about {each}: few or no repeats will be given."
        )
    if plan.cap is not None and plan.cap * len(plan.reviewers) < grades:
        room = plan.cap * len(plan.reviewers)
        warnings.append(f"The cap leaves room for {room:,} of {grades:,} grades.")
    if controls_drawn:
        warnings.append(
            "Control items whose words an item drawn or another control item has too, and which "
            f"are therefore left out: {controls_drawn}."
        )
    return warnings
