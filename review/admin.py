"""Django admin over the review's tables: to look, never to change (attack case 32)."""

from django.contrib import admin

from pipeline.admin import LookOnlyAdmin, ModelAdmin
from review import models

admin.site.register(
    [
        models.Adjudication,
        models.Decline,
        models.Draft,
        models.Grade,
        models.Item,
        models.PathGrade,
        models.Policy,
        models.Release,
        models.ReleasedTrace,
        models.Slot,
        models.StepLabel,
        models.Study,
        models.StudyReviewer,
    ],
    LookOnlyAdmin,
)


@admin.register(models.Reviewer)
class ReviewerAdmin(ModelAdmin):
    """Profiles may be completed here; the pseudonym stays what it is."""

    readonly_fields = ("pseudonym",)
    list_display = ("user", "specialty", "seniority")
