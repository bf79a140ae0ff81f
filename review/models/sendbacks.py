"""Send-backs: an item given to its grader again, with a comment, to amend or to stand by."""

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, QuerySet

from review.models.grades import Grade
from review.models.studies import Study


class SendBackQuerySet(QuerySet["SendBack"]):
    """Which send-backs still wait for their grader."""

    def waiting(self) -> "SendBackQuerySet":
        """Neither answered in words nor by a later revision; a closed study waits for nothing."""
        later = Grade.objects.filter(
            item=OuterRef("grade__item"),
            reviewer=OuterRef("grade__reviewer"),
            revision__gt=OuterRef("grade__revision"),
        )
        open_studies = ~Q(grade__item__study__state=Study.State.CLOSED)
        return self.filter(open_studies, ~models.Exists(later), closed_at__isnull=True)


class SendBack(models.Model):
    """A lead's or adjudicator's request to look at a grade again.

    The grader sees the comment and their own grade, nobody else's. It is answered by a later
    revision, or by `reply`: why the grade stands. An adjudication closes it without an answer.
    """

    grade = models.ForeignKey(Grade, models.PROTECT, related_name="sendbacks")
    comment = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    reply = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    objects = SendBackQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("grade",), condition=Q(closed_at__isnull=True), name="sendback_open_once"
            ),
            models.CheckConstraint(condition=~Q(comment=""), name="sendback_has_comment"),
            models.CheckConstraint(
                condition=Q(reply="") | Q(closed_at__isnull=False), name="sendback_reply_closes"
            ),
        )

    def __str__(self) -> str:
        return f"{self.grade} sent back"
