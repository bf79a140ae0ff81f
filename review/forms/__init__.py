"""Forms of the review's screens, a topic a module."""

from review.forms.controls import ControlForm
from review.forms.grading import AmendForm, DeclineForm, GradeForm, Layout, content_of, new_key
from review.forms.releases import PolicyForm, ReleaseForm, TryPolicyForm, WithdrawForm
from review.forms.studies import DrawForm, ExtendForm, StudyForm

__all__ = [
    "AmendForm",
    "ControlForm",
    "DeclineForm",
    "DrawForm",
    "ExtendForm",
    "GradeForm",
    "Layout",
    "PolicyForm",
    "ReleaseForm",
    "StudyForm",
    "TryPolicyForm",
    "WithdrawForm",
    "content_of",
    "new_key",
]
