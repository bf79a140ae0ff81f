"""Drawing a study's sample: stratified, with recorded inclusion probabilities."""

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from types import MappingProxyType

from django.db.models import QuerySet

from pipeline import store
from pipeline.models import Batch, Trace
from review.sampling.twins import StudyTwins, twins_of_study

STRATUM_LENGTH = 120
# The power of its size in proportion to which a stratum is sampled.
ALLOCATIONS: Mapping[str, float] = MappingProxyType(
    {"proportional": 1.0, "square_root": 0.5, "equal": 0.0}
)


@dataclass(frozen=True)
class SampledTrace:
    """One trace drawn: its stratum, the known probability with which it was drawn, the phase."""

    trace_id: int
    stratum: str
    inclusion_probability: float
    phase: int = 1


@dataclass(frozen=True, slots=True)
class Drawable:
    """What a sample is drawn from: trace ids by stratum; the twins that are not among them."""

    strata: dict[str, list[int]]
    twins: StudyTwins


def _path_length(row: Trace) -> str:
    longest = store.trace_features(row.features).path_length
    return f"{longest} {'edge' if longest == 1 else 'edges'}" if longest else "no path cited"


VARIABLES: Mapping[str, Callable[[Trace], str]] = MappingProxyType(
    {
        "source": lambda row: row.question.question_set.source,
        "verdict": lambda row: "kept" if row.kept else "discarded",
        "specialty": lambda row: row.question.specialty.strip().lower() or "no specialty",
        "path_length": _path_length,
        "batch": lambda row: f"batch {row.batch_id}",
    }
)
DEFAULT_VARIABLES = ("source", "verdict")


def population(
    batches: Iterable[Batch],
    *,
    include_discarded: bool,
    variables: Sequence[str] = DEFAULT_VARIABLES,
    controls: Collection[int] = (),
) -> Drawable:
    """Every current trace of the batches that has a CoT, one of each group of twins, by stratum.

    A stratum is the values of the chosen variables ("medqa, kept"). Failed traces have no CoT
    and are their own class: they are never graded. `controls`: the traces of control items.
    """
    stratum: dict[int, str] = {}
    kept: dict[int, bool] = {}
    for row in traces_with_cot(batches, include_discarded=include_discarded).iterator(
        chunk_size=500
    ):
        stratum[row.pk] = intern(stratum_of(row, variables))
        kept[row.pk] = bool(row.kept)
    twins = twins_of_study(kept, controls)
    strata: dict[str, list[int]] = defaultdict(list)
    for pk, name in stratum.items():
        if pk not in twins.left_out:
            strata[name].append(pk)
    return Drawable(dict(strata), twins)


def stratum_of(row: Trace, variables: Sequence[str]) -> str:
    """The stratum of a trace, by its values of these variables."""
    values = [VARIABLES[name](row) for name in variables]
    return (", ".join(values) or "all")[:STRATUM_LENGTH]


def traces_with_cot(batches: Iterable[Batch], *, include_discarded: bool) -> QuerySet[Trace]:
    """Every current trace of the batches that has a CoT, with its question, in order.

    Towards the answer key only: placebo traces are no population of anything.
    """
    rows = Trace.objects.of_key().filter(
        batch__in=list(batches), is_current=True, state=Trace.State.MADE
    )
    if not include_discarded:
        rows = rows.filter(kept=True)
    return rows.select_related("question__question_set").defer("record").order_by("pk")


def draw(
    strata: dict[str, list[int]],
    *,
    size: int | None,
    seed: int,
    allocation: str = "proportional",
    minimum: int = 1,
) -> list[SampledTrace]:
    """Draw `size` traces (all when None or larger) at random within strata, see `allocate`."""
    generator = random.Random(seed)
    available = {name: len(ids) for name, ids in strata.items()}
    sizes = allocate(available, size, allocation=allocation, minimum=minimum)
    drawn = []
    for name in sorted(strata):
        ids, take = strata[name], sizes[name]
        chosen = sorted(generator.sample(ids, take))
        drawn += [SampledTrace(pk, name, take / len(ids)) for pk in chosen]
    return drawn


def allocate(
    available: dict[str, int],
    size: int | None,
    *,
    allocation: str = "proportional",
    minimum: int = 1,
) -> dict[str, int]:
    """How many to draw from each stratum, at least `minimum` (or all it has) from every one.

    Beyond the minimums, strata get shares in proportion to a power of their size: 1 for
    "proportional", 0.5 for "square_root", 0 for "equal". Sums to `size`, or to the sum of the
    minimums where that is more.
    """
    total = sum(available.values())
    if size is None or size >= total:
        return dict(available)
    floors = {name: min(minimum, count) for name, count in available.items()}
    if sum(floors.values()) >= size:
        return floors
    weights = {name: count ** ALLOCATIONS[allocation] for name, count in available.items()}

    def shares(level: float) -> dict[str, float]:
        return {
            name: min(max(level * weight, floors[name]), available[name])
            for name, weight in weights.items()
        }

    return _rounded(
        shares(_level(lambda level: sum(shares(level).values()), size)), size, available
    )


def _level(total_at: Callable[[float], float], size: int) -> float:
    """The level at which the shares, which only grow with it, sum to the size."""
    low, high = 0.0, float(size)
    while total_at(high) < size:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if total_at(middle) < size else (low, middle)
    return high


def _rounded(shares: dict[str, float], size: int, available: dict[str, int]) -> dict[str, int]:
    """Whole numbers that sum to the size: the largest remainders are rounded up."""
    counts = {name: int(share + 1e-6) for name, share in shares.items()}
    for name in sorted(shares, key=lambda name: (counts[name] - shares[name], name)):
        if sum(counts.values()) >= size:
            break
        counts[name] += counts[name] < available[name]
    return counts
