"""Forms of the review's screens, a topic a module."""

from review.forms.controls import ControlForm
from review.forms.grading import AmendForm, DeclineForm, GradeForm, Layout, content_of, new_key
from review.forms.releases import PolicyForm, ReleaseForm, WithdrawForm
from review.forms.studies import ExtendForm, StudyForm

__all__ = [
    "AmendForm",
    "ControlForm",
    "DeclineForm",
    "ExtendForm",
    "GradeForm",
    "Layout",
    "PolicyForm",
    "ReleaseForm",
    "StudyForm",
    "WithdrawForm",
    "content_of",
    "new_key",
]
