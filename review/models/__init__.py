"""Review's tables."""

from review.models.adjudications import Adjudication, AdjudicationLease, Correction, SendBack
from review.models.controls import Control
from review.models.disputes import KeyRuling
from review.models.finetuned_models import FineTunedModel
from review.models.grades import Grade, PathGrade, Reveal, StepLabel
from review.models.items import Item
from review.models.pairs import PairJudgement
from review.models.people import Invitation, Reviewer
from review.models.practice import PracticeGrade
from review.models.releases import Policy, Release, ReleasedTrace, ReleaseFile
from review.models.slots import Decline, Draft, Slot
from review.models.studies import Study, StudyReviewer

__all__ = [
    "Adjudication",
    "AdjudicationLease",
    "Control",
    "Correction",
    "Decline",
    "Draft",
    "FineTunedModel",
    "Grade",
    "Invitation",
    "Item",
    "KeyRuling",
    "PairJudgement",
    "PathGrade",
    "Policy",
    "PracticeGrade",
    "Release",
    "ReleaseFile",
    "ReleasedTrace",
    "Reveal",
    "Reviewer",
    "SendBack",
    "Slot",
    "StepLabel",
    "Study",
    "StudyReviewer",
]
