"""How often raters accept what argues for a wrong option, beside what argues for the key."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..archive import Archive
from ..document import Row
from ..intervals import Estimate, proportion, undefined
from ..panel import ACCEPT, Item
from ..weighted import estimate, read_sample, share

ARMS = {
    "placebo_random": "Towards a wrong option at random",
    "placebo_nearest": "Towards the nearest wrong option",
}


def placebo_tables(archive: Archive, items: Sequence[Item], known: bool) -> dict[str, list[Row]]:
    """The table of placebos, where the study has any; `known`: discarded traces were drawn."""
    sampled = [item for item in items if item.kind == "sampled"]
    placebos = [item for item in items if item.kind == "placebo"]
    if not placebos:
        return {}
    return {"placebo": [*_towards_key(archive, sampled, known), *_placebos(placebos)]}


def _accepted_by_all(item: Item) -> float | None:
    """1 if every rater who could judge accepts it and nobody disputes its key, else 0."""
    if not item.ratings:
        return None
    accepted = all(grade.decision == ACCEPT for grade in item.ratings)
    return float(accepted and not _disputed(item))


def _disputed(item: Item) -> bool:
    return any(grade.key_disputed for grade in item.current)


def _towards_key(archive: Archive, items: Sequence[Item], known: bool) -> Iterator[Row]:
    sample = read_sample(archive, items, _accepted_by_all, settles=False)
    for kept in (True, False):
        inside = np.array([item.kept is kept for item in items], dtype=bool)
        accepted = estimate(sample, share(sample, inside)) if kept or known else undefined()
        of = [item for item in items if item.kept is kept]
        yield _placebo_row("Towards the answer key", kept, of, accepted)


def _placebos(placebos: Sequence[Item]) -> Iterator[Row]:
    for arm, title in ARMS.items():
        for kept in (True, False):
            of = [item for item in placebos if item.row["arm"] == arm and item.kept is kept]
            answers = [one for item in of if (one := _accepted_by_all(item)) is not None]
            if of:
                accepted = proportion(int(sum(answers)), len(answers))
                yield _placebo_row(title, kept, of, accepted)


def _placebo_row(title: str, kept: bool, items: Sequence[Item], accepted: Estimate) -> Row:
    graded = [item for item in items if item.ratings]
    flagged = sum(any(grade.safety_flag for grade in item.current) for item in graded)
    return {
        "traces": f"{title}, {'kept' if kept else 'discarded'}",
        "graded": len(graded),
        "accepted": accepted,
        "disputed": sum(map(_disputed, graded)),
        "flagged": flagged,
    }
