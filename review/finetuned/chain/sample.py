"""The line that the chain begins with: the first that was trained on and has a graded edge.

So everyone who looks sees the same one.
"""

from dataclasses import dataclass

from pipeline.core.release_format import (
    ReleasedEdge,
    ReleasedGrade,
    ReleasedPathGrade,
    TraceLine,
    parse_line,
)
from review.models import Release, ReleasedTrace

# Graded lines that are looked at for one with a graded edge.
MOST_LOOKED_AT = 100
TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Sample:
    """A released line; `line` is None where its text is no line that a release writes.

    `grade` and `edge`: a rater's grade of the line that judges this edge, where there is one;
    `says` is what it says of the edge.
    """

    row: ReleasedTrace
    line: TraceLine | None
    grade: ReleasedGrade | None = None
    edge: ReleasedEdge | None = None
    says: str = ""

    @property
    def is_best(self) -> bool:
        """Whether no other line shows more of the chain."""
        return self.rank <= 1

    @property
    def rank(self) -> int:
        """The lower the more it shows; a line that cannot be read must be seen first of all."""
        if self.line is None:
            return 0
        return 1 + 2 * (self.grade is None) + (self.line.split != TRAIN)


def sample_of(release: Release) -> Sample | None:
    """The line that the chain begins with; None for a release without lines."""
    rows = release.lines.filter(left_out="").select_related("trace").order_by("position")
    best: Sample | None = None
    for row in rows.filter(item__isnull=False)[:MOST_LOOKED_AT]:
        sample = _sample(row)
        if best is None or sample.rank < best.rank:
            best = sample
        if best.is_best:
            return best
    first = rows.first()
    return best or (_sample(first) if first else None)


def _sample(row: ReleasedTrace) -> Sample:
    try:
        line = parse_line(row.line)
    except ValueError:
        return Sample(row, None)
    for grade in line.grades:
        if grade.path_grades:
            path = grade.path_grades[0]
            edges = line.paths[path.path].edges
            wrong = path.invalid_edges
            edge = edges[wrong[0] if wrong else 0]
            return Sample(row, line, grade, edge, _of_path(path, wrong=bool(wrong)))
        for step, label in zip(line.steps, grade.step_labels, strict=False):
            if step.edges:
                said = f"step {step.number}, which rests on it, is {label.replace('_', ' ')}"
                return Sample(row, line, grade, step.edges[0], said)
    return Sample(row, line)


def _of_path(grade: ReleasedPathGrade, *, wrong: bool) -> str:
    said = (
        f"the path that holds it has precision {grade.precision} and coherence {grade.coherence} "
        "of 5"
    )
    return f"{said}, and the edge is marked as no true relation" if wrong else said
