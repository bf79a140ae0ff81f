"""What the grading screen shows: one builder for grading, practice, amending and reading only.

Nothing that a reviewer must not see is put in here: no verdict, no model, no kind, no peer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pipeline.core.records import TraceRecord
from pipeline.trace_page.layout import PathLine, StepLine, TraceView, trace_view
from review.forms.grading import GradeForm, PathFields, StepFields
from review.grading.answer_key import without_key
from review.grading.rubric import RUBRICS
from review.models import Reviewer, Study

LABEL_KEYS = {"correct": "c", "incorrect": "x", "unsupported": "u", "cannot_judge": "e"}
DECISION_KEYS = {"accept": "a", "revise": "v", "reject": "d"}
SEVERITY_KEYS = {"": "0", "mild": "1", "moderate": "2", "severe": "3"}


@dataclass(frozen=True)
class StepToGrade:
    """A step and the fields that judge it; None by a rubric without step labels."""

    step: StepLine
    fields: StepFields | None


@dataclass(frozen=True)
class PathToGrade:
    """A cited path and the fields that grade it."""

    path: PathLine
    fields: PathFields


def render_screen(
    request: HttpRequest,
    study: Study,
    reviewer: Reviewer,
    *,
    trace: TraceRecord,
    form: GradeForm,
    extra: Mapping[str, Any],
    key_shown: bool = True,
    status: int = 200,
) -> HttpResponse:
    """The screen over one trace; `extra` says what it is for."""
    view = trace_view(trace if key_shown else without_key(trace))
    graded = set(form.layout.paths)
    context = {
        "study": study,
        "form": form,
        "rubric": RUBRICS[study.rubric_version],
        "view": view,
        "step_rows": _step_rows(view, form),
        "path_rows": [
            PathToGrade(view.paths[fields.position], fields) for fields in form.path_fields()
        ],
        "shown_paths": [path for path in view.paths if path.position not in graded],
        "key_waits": not key_shown,
        "keys_on": reviewer.keys_on,
        "reviewer_id": reviewer.pk,
        "label_keys": LABEL_KEYS,
        "decision_keys": DECISION_KEYS,
        "severity_keys": SEVERITY_KEYS,
        **extra,
    }
    return render(request, "review/grade.html", context, status=status)


def _step_rows(view: TraceView, form: GradeForm) -> list[StepToGrade]:
    fields = list(form.step_fields())
    if not fields:
        return [StepToGrade(step, None) for step in view.steps]
    return [StepToGrade(step, pair) for step, pair in zip(view.steps, fields, strict=True)]
