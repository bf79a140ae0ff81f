"""Django admin over the review's tables: to look, never to change (attack case 32)."""

from django.contrib import admin

from pipeline.admin import LookOnlyAdmin
from review import models

admin.site.register(
    [
        models.Adjudication,
        models.AdjudicationLease,
        models.Control,
        models.Correction,
        models.Decline,
        models.Draft,
        models.FineTunedModel,
        models.Grade,
        models.Item,
        models.KeyRuling,
        models.PathGrade,
        models.Policy,
        models.PracticeGrade,
        models.Release,
        models.ReleaseFile,
        models.ReleasedTrace,
        models.Reveal,
        models.Reviewer,
        models.SendBack,
        models.Slot,
        models.StepLabel,
        models.Study,
        models.StudyReviewer,
    ],
    LookOnlyAdmin,
)


@admin.register(models.Invitation)
class InvitationAdmin(LookOnlyAdmin):
    """Who was invited; of the link there is only a digest, and not even that is shown."""

    exclude = ("token_sha256",)
