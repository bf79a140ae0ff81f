"""Practice: what a reviewer entered in the practice round; never a grade."""

from django.db import models

from review.models.people import Reviewer
from review.models.studies import Study


class PracticeGrade(models.Model):
    """One reviewer's practice on a case of review.grading.practice_cases; never a grade."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="practice_grades")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="practice_grades")
    case = models.CharField(max_length=40)
    rubric_version = models.CharField(max_length=10)
    content = models.JSONField(default=dict)
    submitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("study", "reviewer", "case"), name="practised_once"),
        )

    def __str__(self) -> str:
        return f"{self.reviewer} practised {self.case}"
