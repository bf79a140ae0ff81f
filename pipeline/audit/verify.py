"""The proof of the audit: every chain, link by link, from its first event to its head."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.models import Event, EventChain
from pipeline.models.events import GENESIS

ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class ChainProof:
    """What reading one chain found. `broken_at` is the first position that does not hold."""

    chain: str
    length: int
    head: str
    broken_at: int | None = None
    reason: str = ""


def prove_chains() -> Iterator[ChainProof]:
    """Read every chain, in order of its name."""
    for chain in EventChain.objects.order_by("name"):
        yield prove_chain(chain)


def prove_chain(chain: EventChain) -> ChainProof:
    """Recompute one chain's digests and stop at the first link that does not hold."""
    previous, number = GENESIS, 0
    for event in chain.events.order_by("position").iterator(chunk_size=ROWS_AT_ONCE):
        event.chain = chain  # its name is part of the digest: no query an event
        if reason := _fault(event, number + 1, previous):
            return ChainProof(chain.name, chain.length, chain.head, number + 1, reason)
        previous, number = event.digest, event.position
    if (chain.length, chain.head) != (number, previous):
        reason = f"the chain's head stands at event {chain.length}, the last event is {number}"
        return ChainProof(chain.name, chain.length, chain.head, number + 1, reason)
    return ChainProof(chain.name, chain.length, chain.head)


def holds(*, chain: str, length: int, head: str) -> bool:
    """Whether the chain had this head at this length, as a release recorded it."""
    if length == 0:
        return head == GENESIS
    return Event.objects.filter(chain__name=chain, position=length, digest=head).exists()


def _fault(event: Event, number: int, previous: str) -> str:
    if event.position != number:
        return f"event {number} is missing"
    if event.previous != previous:
        return "it does not name the event before it"
    if event.digest != event.computed_digest():
        return "its content was changed after it was written"
    return ""
