"""What `make bench` measures, and how it is written to docs/benchmarks.md."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One line of the table: ours beside a baseline measured in the same run.

    `ours` and `baseline` are figures with their units, `reach` is the bar, `reached` whether
    it was met (None: reported only).
    """

    topic: str
    what: str
    size: str
    ours: str
    baseline: str = "-"
    ratio: str = "-"
    reach: str = "-"
    reached: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        met = {None: "-", True: "yes", False: "no"}[self.reached]
        return self.what, self.size, self.ours, self.baseline, self.ratio, self.reach, met


HEADINGS = ("what", "size", "ours", "baseline", "ratio", "to reach", "reached")


def as_markdown(measurements: Sequence[Measurement], machine: str, *, before: str = "") -> str:
    """The report: the machine, then one table a topic; topics not measured stay as `before`."""
    sections = _sections(before) | _measured(measurements)
    head = f"Written by `make bench` on {machine}. Ratios are of one run; topics may be of several."
    return (
        "\n\n".join(["# Benchmarks", head, *(sections[name] for name in sorted(sections))]) + "\n"
    )


def _sections(report: str) -> dict[str, str]:
    """The sections of an earlier report, by their titles."""
    parts = report.split("\n## ")[1:]
    return {part.split("\n", 1)[0]: f"## {part.strip()}" for part in parts}


def _measured(measurements: Sequence[Measurement]) -> dict[str, str]:
    sections = {}
    for topic in dict.fromkeys(one.topic for one in measurements):
        rows = [one.cells for one in measurements if one.topic == topic]
        table = [_row(HEADINGS), _row(["---"] * len(HEADINGS)), *map(_row, rows)]
        sections[topic] = f"## {topic}\n\n" + "\n".join(table)
    return sections


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
