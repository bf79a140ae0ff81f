"""The chain of checksums from a graded edge to a difference on a benchmark, link by link."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.core.errors import Refusal
from review.finetuned.chain.benchmarks import benchmark_links
from review.finetuned.chain.cards import card_links, endpoint_links
from review.finetuned.chain.graded_line import sample_links
from review.finetuned.chain.link import ChainLink, State
from review.finetuned.chain.releases import release_links
from review.finetuned.chain.sample import sample_of
from review.finetuned.run_card import read_card
from review.finetuned.side_by_side import Benchmark
from review.models import FineTunedModel

__all__ = ["ChainLink", "State", "chain_of", "count_of"]


def chain_of(
    model: FineTunedModel,
    benchmarks: Sequence[Benchmark] = (),
    *,
    thorough: bool = False,
    weights: Path | None = None,
) -> tuple[ChainLink, ...]:
    """Every link, looked at now, from the graded edge to the differences on these benchmarks.

    `thorough` works out what takes long: the release's lines and files, whole audits, every
    answer. `weights` is the folder of the run with its weights, where it is at hand.
    """
    return tuple(_links(model, benchmarks, thorough=thorough, weights=weights))


def count_of(links: Sequence[ChainLink]) -> dict[State, int]:
    """How many links are in each state, those that are broken first."""
    order = (State.BROKEN, State.HOLDS, State.STATED, State.UNCHECKED, State.ABSENT)
    counts = {state: sum(link.state is state for link in links) for state in order}
    return {state: count for state, count in counts.items() if count}


def _links(
    model: FineTunedModel, benchmarks: Sequence[Benchmark], *, thorough: bool, weights: Path | None
) -> Iterator[ChainLink]:
    if (sample := sample_of(model.release)) is not None:
        yield from sample_links(sample)
    try:
        card = read_card(model.run_card)
    except Refusal as error:
        yield ChainLink("The run card", str(model), model.run_card_sha256).broken(str(error))
        return
    yield from release_links(model.release, card, thorough=thorough)
    yield from card_links(model, card, weights=weights)
    yield from endpoint_links(model)
    if not benchmarks:
        yield ChainLink("The difference").absent(
            "No benchmark was put to both under the same conditions."
        )
    for benchmark in benchmarks:
        yield from benchmark_links(benchmark, thorough=thorough)
