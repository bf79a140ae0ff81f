"""In which order a model is shown the options: as the source states them, and permuted by seed.

A model may answer by the letter instead of by the content. To see it, a question is asked again
with its options moved. The first `n` orders of `n` options form a Latin square: no option stands
under the same letter in two of them, so over all `n` the key stands under each letter once.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import count, islice
from math import factorial

Places = tuple[int, ...]


def orders_possible(options: int) -> int:
    """In how many distinct orders this many options can be shown: 2 for two, 6 for three."""
    return factorial(options)


def shown_order(
    labels: Sequence[str], *, seed: int, question_key: str, order_index: int
) -> tuple[str, ...]:
    """The source's labels in the order shown: the first stands under the letter A.

    Order 0 is the source's. The same seed, key and index give the same order on every machine.
    All are distinct up to `orders_possible(len(labels))`, and then they come round again. Raises
    ValueError for a negative index.
    """
    if order_index < 0:
        raise ValueError(f"Orders count from 0; {order_index} is none.")
    wanted = order_index % orders_possible(len(labels))
    places = next(islice(_orders(len(labels), f"{seed}:{question_key}"), wanted, None))
    return tuple(labels[place] for place in places)


def _orders(options: int, key: str) -> Iterator[Places]:
    """Every order once: the Latin square of the source's order, then the others as drawn."""
    seen: set[Places] = set()
    for order in _latin_square(options, key):
        seen.add(order)
        yield order
    for draw in count():
        order = _shuffled(options, f"{key}:order {draw}")
        if order not in seen:
            seen.add(order)
            yield order


def _latin_square(options: int, key: str) -> Iterator[Places]:
    """Rotations of the options as they stand in a circle that is drawn, by distances drawn too."""
    circle = _shuffled(options, f"{key}:circle")
    place_in_circle = {option: place for place, option in enumerate(circle)}
    for distance in (0, *(d for d in _shuffled(options, f"{key}:distances") if d)):
        yield tuple(circle[(place_in_circle[o] + distance) % options] for o in range(options))


def _shuffled(options: int, key: str) -> Places:
    """A permutation by hashes: `random.shuffle` may differ between versions of Python."""
    return tuple(sorted(range(options), key=lambda place: _hash(f"{key}:{place}")))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
