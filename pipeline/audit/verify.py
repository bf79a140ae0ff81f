"""Verification of the audit: every chain, event by event, from the first to its head."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.models import Event, EventChain
from pipeline.models.events import GENESIS

CHUNK_SIZE = 2000


@dataclass(frozen=True)
class ChainVerification:
    """The result for one chain. `broken_at` is the position of the first event that fails."""

    chain: str
    length: int
    head: str
    broken_at: int | None = None
    reason: str = ""


def verify_chains() -> Iterator[ChainVerification]:
    """Verify every chain, in order of names."""
    for chain in EventChain.objects.order_by("name"):
        yield verify_chain(chain)


def verify_chain(chain: EventChain) -> ChainVerification:
    """Recompute one chain's digests; stop at the first that does not match."""
    previous, number = GENESIS, 0
    for event in chain.events.order_by("position").iterator(chunk_size=CHUNK_SIZE):
        event.chain = chain  # its name is part of the digest: no query an event
        if reason := _broken_link(event, number + 1, previous):
            return ChainVerification(chain.name, chain.length, chain.head, number + 1, reason)
        previous, number = event.digest, event.position
    if (chain.length, chain.head) != (number, previous):
        reason = f"the chain's head stands at event {chain.length}, the last event is {number}"
        return ChainVerification(chain.name, chain.length, chain.head, number + 1, reason)
    return ChainVerification(chain.name, chain.length, chain.head)


def chain_had_head(*, chain: str, length: int, head: str) -> bool:
    """Whether the chain had this head at this length, as a release recorded it."""
    if length == 0:
        return head == GENESIS
    return Event.objects.filter(chain__name=chain, position=length, digest=head).exists()


def _broken_link(event: Event, number: int, previous: str) -> str:
    if event.position != number:
        return f"event {number} is missing"
    if event.previous != previous:
        return "it does not name the event before it"
    if event.digest != event.computed_digest():
        return "its content was changed after it was written"
    return ""
