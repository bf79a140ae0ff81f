"""The curve of training as a drawing: loss on the rows trained on, and on those held out.

Pure layout in SVG units. The table beside it has the figures.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from review.finetuned.run_card import CardStep, RunCard
from review.reports.document import Column, Table

WIDTH, HEIGHT = 360, 210
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 10, 38
MOST_ROWS = 20
TICKS = 4
# Steps between two ticks, times a power of ten.
NICE = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Tick:
    """A value of an axis, as it is written, and where it stands."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The drawing: two lines as SVG paths, marks where held-out rows were measured, two axes.

    `without` counts steps whose loss is no number, which have no place in it.
    """

    train: str
    held_out: str
    marks: tuple[tuple[float, float], ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    description: str
    without: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def floor(self) -> int:
        return HEIGHT - BOTTOM

    @property
    def end(self) -> int:
        return WIDTH - RIGHT


def curve_of(card: RunCard) -> Curve | None:
    """The curve of a run; None where no loss was measured at all."""
    train = _measured(card.curve, "train_loss")
    held_out = _measured(card.curve, "held_out_loss")
    drawn = [*train, *held_out]
    if not drawn:
        return None
    last = max(step for step, _ in drawn) or 1
    ticks = _ticks(max(loss for _, loss in drawn))
    top = ticks[-1]

    def place(step: int, loss: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * step / last
        return round(x, 1), round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * loss / top, 1)

    return Curve(
        train=_path([place(*point) for point in train]),
        held_out=_path([place(*point) for point in held_out]),
        marks=tuple(place(*point) for point in held_out),
        across=tuple(Tick(place(step, 0)[0], f"{step:,}") for step in dict.fromkeys((0, last))),
        up=tuple(Tick(place(0, loss)[1], f"{loss:g}") for loss in ticks),
        description=" ".join(_in_words(train, held_out)),
        without=sum(
            value is not None and not math.isfinite(value)
            for step in card.curve
            for value in (step.train_loss, step.held_out_loss)
        ),
    )


def curve_table(card: RunCard) -> Table:
    """The losses where held-out rows were measured, or at a few steps where none were."""
    columns = (
        Column("step", "Step", "items"),
        Column("train_loss", "Train loss", "figure"),
        Column("held_out_loss", "Held-out loss", "figure"),
    )
    rows = tuple(
        (step.step, _figure(train), _figure(step.held_out_loss)) for step, train in _shown(card)
    )
    note = f"Train loss: {card.train_loss}. Held-out loss: {card.held_out_loss}."
    return Table("losses", "Losses", columns, rows, note, folded=True)


def _shown(card: RunCard) -> Iterator[tuple[CardStep, float | None]]:
    """Steps for the table, each with the last train loss up to it."""
    with_held_out = any(step.held_out_loss is not None for step in card.curve)
    train: float | None = None
    found = []
    for step in card.curve:
        train = step.train_loss if step.train_loss is not None else train
        if step.held_out_loss is not None or not with_held_out:
            found.append((step, train))
    every = max(1, math.ceil(len(found) / MOST_ROWS))
    yield from (pair for place, pair in enumerate(found[::-1]) if place % every == 0)


def _measured(curve: Sequence[CardStep], name: str) -> list[tuple[int, float]]:
    values = ((step.step, getattr(step, name)) for step in curve)
    return [(step, loss) for step, loss in values if loss is not None and math.isfinite(loss)]


def _ticks(highest: float) -> list[float]:
    """Values of the axis from 0 to the first that is not below the highest."""
    highest = highest or 1.0
    rough = highest / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    between = next(nice * power for nice in NICE if nice * power >= rough)
    return [between * number for number in range(math.ceil(highest / between) + 1)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""


def _in_words(
    train: Sequence[tuple[int, float]], held_out: Sequence[tuple[int, float]]
) -> Iterator[str]:
    for name, points in (("Train loss", train), ("Held-out loss", held_out)):
        if points:
            (first, before), (last, after) = points[0], points[-1]
            yield f"{name}: {before:.4f} at step {first:,}, {after:.4f} at step {last:,}."
        else:
            yield f"{name}: not measured."


def _figure(loss: float | None) -> str:
    if loss is None:
        return ""
    return f"{loss:.4f}" if math.isfinite(loss) else "not a number"
