"""Drawing a study's sample: stratified, with recorded inclusion probabilities."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.models import Batch, Trace


@dataclass(frozen=True)
class Drawn:
    """One trace drawn: its stratum and the known chance with which the sample took it."""

    trace_id: int
    stratum: str
    inclusion_probability: float


def population(batches: Iterable[Batch], *, include_discarded: bool) -> dict[str, list[int]]:
    """Trace ids by stratum: every current trace of the batches that has a CoT.

    A stratum is source and verdict ("medqa, kept"). Failed traces have no CoT and are their
    own class: they are never graded.
    """
    rows = Trace.objects.filter(batch__in=list(batches), is_current=True, state=Trace.State.MADE)
    if not include_discarded:
        rows = rows.filter(kept=True)
    strata: dict[str, list[int]] = defaultdict(list)
    for pk, kept, source in rows.order_by("pk").values_list(
        "pk", "kept", "question__question_set__source"
    ):
        strata[f"{source}, {'kept' if kept else 'discarded'}"].append(pk)
    return dict(strata)


def draw(strata: dict[str, list[int]], *, size: int | None, seed: int) -> list[Drawn]:
    """Draw `size` traces (all when None or larger), proportionally, at random within strata."""
    generator = random.Random(seed)
    sizes = allocate({name: len(ids) for name, ids in strata.items()}, size)
    drawn = []
    for name in sorted(strata):
        ids, take = strata[name], sizes[name]
        chosen = sorted(generator.sample(ids, take))
        drawn += [Drawn(pk, name, take / len(ids)) for pk in chosen]
    return drawn


def allocate(available: dict[str, int], size: int | None) -> dict[str, int]:
    """Proportional allocation by largest remainder, at least one from every stratum.

    Sums to `size`, or to the number of strata where `size` is smaller than that.
    """
    total = sum(available.values())
    if size is None or size >= total:
        return dict(available)
    shares = {name: size * count / total for name, count in available.items()}
    taken = {name: max(1, int(share)) for name, share in shares.items()}
    for name in _by_remainder(shares):
        if sum(taken.values()) >= size:
            break
        taken[name] += taken[name] < available[name]
    return _trimmed(taken, max(size, len(available)))


def _by_remainder(shares: dict[str, float]) -> Sequence[str]:
    return sorted(shares, key=lambda name: (int(shares[name]) - shares[name], name))


def _trimmed(taken: dict[str, int], size: int) -> dict[str, int]:
    """The floor of one a stratum may overshoot: take it back from the largest strata."""
    while sum(taken.values()) > size:
        largest = max(sorted(taken), key=lambda name: taken[name])
        taken[largest] -= 1
    return taken
