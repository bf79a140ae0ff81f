"""Placebos of a study: traces that argue for a wrong option, to test what the filters are worth."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import chain, zip_longest
from random import Random

from pipeline.core.errors import Refusal
from pipeline.models import Batch, Trace


def draw_placebos(
    batches: Iterable[Batch],
    *,
    count: int,
    seed: int,
    include_discarded: bool,
    without: Collection[int],
) -> list[int]:
    """Draw the ids of `count` placebo traces, at most one a question, none of `without`.

    `without`: questions that are in the study already, with all that ask the same: whoever saw
    one with two keys would know.
    At random within each arm and verdict, which take turns, so that each is represented. Raises
    Refusal where there are too few.
    """
    if not count:
        return []
    generator = Random(f"placebo:{seed}")
    traces = _placebos(batches, include_discarded=include_discarded, without=without)
    if len(traces) < count:
        raise Refusal(
            f"{count:,} placebo items were asked for, and the batches have placebo traces on "
            f"{len(traces):,} questions outside the sample: ask for fewer, or draw a smaller "
            "sample.",
            field="placebo_items",
        )
    # One trace a question first, then by cell: so every cell is a random sample of its kind.
    cells: dict[str, list[int]] = defaultdict(list)
    for of_question in traces.values():
        pk, cell = generator.choice(of_question)
        cells[cell].append(pk)
    for members in cells.values():
        generator.shuffle(members)
    turns = chain.from_iterable(zip_longest(*(cells[cell] for cell in sorted(cells))))
    return [pk for pk in turns if pk is not None][:count]


def _placebos(
    batches: Iterable[Batch], *, include_discarded: bool, without: Collection[int]
) -> dict[str, list[tuple[int, str]]]:
    """The current placebo traces with a CoT, by what is asked: their ids and cells."""
    rows = Trace.objects.exclude(arm=Trace.Arm.KEY).filter(
        batch__in=list(batches), is_current=True, state=Trace.State.MADE
    )
    if not include_discarded:
        rows = rows.filter(kept=True)
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    columns = ("pk", "question_id", "question__asked_sha256", "arm", "kept")
    for pk, question, asked, arm, kept in rows.order_by("pk").values_list(*columns):
        if question not in without:
            found[asked or str(question)].append((pk, f"{arm}, {'kept' if kept else 'discarded'}"))
    return found
