"""Forms of the review's screens."""

from review.forms.grading import AmendForm, DeclineForm, GradeForm, Layout, content_of, new_key
from review.forms.releases import PolicyForm, ReleaseForm, WithdrawForm
from review.forms.studies import StudyForm

__all__ = [
    "AmendForm",
    "DeclineForm",
    "GradeForm",
    "Layout",
    "PolicyForm",
    "ReleaseForm",
    "StudyForm",
    "WithdrawForm",
    "content_of",
    "new_key",
]
