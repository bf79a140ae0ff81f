"""Grades: every revision, with step labels and path grades."""

from dataclasses import dataclass, field

from .archive import Archive, Row, seconds, whole


@dataclass
class PathGrade:
    """A grade of one cited path; `invalid` are positions of its edges."""

    path: int
    precision: int
    coherence: int
    invalid: tuple[int, ...]


@dataclass
class Grade:
    """A row of grades.csv with its step labels and path grades."""

    number: int
    item: int
    rater: str
    revision: int
    is_current: bool
    after_reveal: bool
    precision: int | None
    coherence: int | None
    blind_coherence: int | None
    decision: str
    first_incorrect_step: int | None
    safety_flag: str
    key_disputed: bool
    cannot_judge: str
    active_seconds: int | None
    wall_seconds: int | None
    study_position: int | None
    session_position: int | None
    at: float
    steps: list[tuple[int, str]] = field(default_factory=list)
    paths: list[PathGrade] = field(default_factory=list)
    sent_back: bool = False
    asked_again: bool = False

    @property
    def could_judge(self) -> bool:
        return not self.cannot_judge

    @property
    def own_coherence(self) -> int | None:
        """The coherence given before a hidden answer key was shown: agreement rests on it."""
        return self.coherence if self.blind_coherence is None else self.blind_coherence


def read_grades(archive: Archive) -> dict[int, Grade]:
    """Every grade with every revision, by number."""
    grades = {grade.number: grade for grade in map(_grade, archive.table("grades"))}
    for row in archive.table("step_labels"):
        grades[int(row["grade"])].steps.append((int(row["step"]), row["label"]))
    for row in archive.table("path_grades"):
        grades[int(row["grade"])].paths.append(
            PathGrade(
                int(row["path"]),
                int(row["precision"]),
                int(row["coherence"]),
                tuple(map(int, row["invalid_edges"].split())),
            )
        )
    for row in archive.table("sendbacks"):
        grades[int(row["grade"])].sent_back = True
        grades[int(row["grade"])].asked_again |= row["outcome"] == "not answered"
    return grades


def _grade(row: Row) -> Grade:
    return Grade(
        number=int(row["grade"]),
        item=int(row["item"]),
        rater=row["rater"],
        revision=int(row["revision"]),
        is_current=row["is_current"] == "1",
        after_reveal=row["after_reveal"] == "1",
        precision=whole(row["precision"]),
        coherence=whole(row["coherence"]),
        blind_coherence=whole(row["blind_coherence"]),
        decision=row["decision"],
        first_incorrect_step=whole(row["first_incorrect_step"]),
        safety_flag=row["safety_flag"],
        key_disputed=row["answer_key_disputed"] == "1",
        cannot_judge=row["cannot_judge"],
        active_seconds=whole(row["active_seconds"]),
        wall_seconds=whole(row["wall_seconds"]),
        study_position=whole(row["study_position"]),
        session_position=whole(row["session_position"]),
        at=seconds(row["submitted_at"]),
    )
