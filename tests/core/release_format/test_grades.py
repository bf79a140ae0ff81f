"""What people say of a released trace: on the rubric's scales, of what is there, by no name."""

import pytest

from pipeline.core.release_format import ReleasedCorrection, ReleasedGrade, ReleasedPathGrade
from tests.factories.release import CONSENSUS, GRADE, line

ONE_STEP = {"step_labels": ("incorrect",), "first_incorrect_step": 1}


@pytest.mark.parametrize(
    "grade",
    [
        {"cot_precision": 0},
        {"cot_precision": 6},
        {"cot_precision": 3.5},
        {"cot_precision": True},
        {"decision": "maybe"},
        {"rater": "someone@example.org"},
        {"rater": "A Name"},
        {"comment": "I know this patient."},
    ],
)
def test_a_grade_outside_the_rubric_or_with_an_identity_is_refused(grade):
    with pytest.raises(ValueError, match=next(iter(grade))):
        ReleasedGrade(**(GRADE.model_dump() | grade))


@pytest.mark.parametrize(
    "changes",
    [
        {"first_incorrect_step": 1},
        {"first_incorrect_step": None},
        {"step_labels": ()},
        {"step_labels": ("correct", "disagreed")},
        {"safety_flag": "slight"},
        {"revision": 0},
    ],
    ids=str,
)
def test_labels_flags_and_revisions_hold_together(changes):
    with pytest.raises(ValueError, match=next(iter(changes)).split("_")[0]):
        ReleasedGrade(**(GRADE.model_dump() | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {
            "grades": (
                GRADE.model_copy(update={"step_labels": ("incorrect",), "first_incorrect_step": 1}),
            )
        },
        {"consensus": CONSENSUS.model_copy(update={"step_labels": ("correct",)})},
        {"correction": ReleasedCorrection(steps=("It must not.",), conclusion="So A.")},
    ],
    ids=["grade", "consensus", "correction"],
)
def test_labels_and_corrections_cover_every_step(changes):
    with pytest.raises(ValueError, match="every step"):
        line(**changes)


def test_an_edge_marked_invalid_is_one_of_its_path():
    marked = GRADE.path_grades[0].model_copy(update={"invalid_edges": (2,)})
    with pytest.raises(ValueError, match="edge that is not there"):
        line(grades=(GRADE.model_copy(update={"path_grades": (marked,)}),))


def test_path_grades_name_paths_that_are_there_once():
    for positions in ((2,), (0, 0)):
        path_grades = tuple(ReleasedPathGrade(path=i, precision=1, coherence=1) for i in positions)
        with pytest.raises(ValueError, match="path grade"):
            line(grades=(GRADE.model_copy(update={"path_grades": path_grades}),))
