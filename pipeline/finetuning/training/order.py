"""In which order rows are trained on: by hash, so that it can be told, repeated and proved.

In each epoch rows come by the sha256 of "seed:epoch:row", the smallest first. No library's random
numbers are asked: another version, and a run that goes on after a kill, take the same order.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

DERIVED = 'in each epoch, rows by the sha256 of "SEED:EPOCH:ROW", smallest first; epochs from 0'


def row_id(row: Mapping[str, Any], position: int) -> str:
    """A row by its place in its file and its trace or traces."""
    names = ("trace_id", "step", "origin", "chosen_trace", "rejected_trace")
    return " ".join([str(position), *(str(row[name]) for name in names if name in row)])


def epoch_order(ids: Sequence[str], *, seed: int, epoch: int) -> list[int]:
    """The positions of the rows in the order in which this epoch takes them."""

    def key(position: int) -> bytes:
        return hashlib.sha256(f"{seed}:{epoch}:{ids[position]}".encode()).digest()

    return sorted(range(len(ids)), key=key)


def order_sha256(ids: Sequence[str], *, seed: int, epochs: int) -> str:
    """The sha256 of the rows' ids in training order, one a line, epoch after epoch."""
    digest = hashlib.sha256()
    for epoch in range(epochs):
        for position in epoch_order(ids, seed=seed, epoch=epoch):
            digest.update(f"{ids[position]}\n".encode())
    return digest.hexdigest()


class RowOrder:
    """A sampler for a data loader: the rows of the epoch that was begun last.

    An epoch is begun by whoever trains (`begin`), not by the wrappers that libraries put around
    samplers: over several devices these forget the epoch of a run that goes on.
    """

    def __init__(self, ids: Sequence[str], seed: int) -> None:
        self._ids, self._seed, self._epoch = tuple(ids), seed, 0

    def begin(self, epoch: int) -> None:
        """The next round of rows is that of this epoch, from 0."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        return iter(epoch_order(self._ids, seed=self._seed, epoch=self._epoch))

    def __len__(self) -> int:
        return len(self._ids)
