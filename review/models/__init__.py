"""Review's tables."""

from review.models.adjudications import Adjudication, AdjudicationLease
from review.models.controls import Control
from review.models.corrections import Correction
from review.models.disputes import KeyRuling
from review.models.grades import Grade, PathGrade, StepLabel
from review.models.invitations import Invitation
from review.models.items import Item
from review.models.practice import PracticeGrade
from review.models.releases import Policy, Release, ReleasedTrace
from review.models.reveals import Reveal
from review.models.reviewers import Reviewer
from review.models.sendbacks import SendBack
from review.models.slots import Decline, Draft, Slot
from review.models.studies import Study, StudyReviewer

__all__ = [
    "Adjudication",
    "AdjudicationLease",
    "Control",
    "Correction",
    "Decline",
    "Draft",
    "Grade",
    "Invitation",
    "Item",
    "KeyRuling",
    "PathGrade",
    "Policy",
    "PracticeGrade",
    "Release",
    "ReleasedTrace",
    "Reveal",
    "Reviewer",
    "SendBack",
    "Slot",
    "StepLabel",
    "Study",
    "StudyReviewer",
]
