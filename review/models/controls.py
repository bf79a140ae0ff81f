"""Controls: made traces whose grades a lead knows, put into studies to check raters."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from pipeline.models import Trace
from review.models.grades import SCALE, Grade


class Control(models.Model):
    """Expected grades of one trace. A grade within `tolerance` points on both scales meets them.

    `decision` is expected exactly, or any when blank. `note` says why, for leads. A control that
    is not active goes into no further study; items made of it keep what was expected then.
    """

    trace = models.OneToOneField(Trace, models.PROTECT, related_name="control")
    precision = models.PositiveSmallIntegerField(validators=SCALE)
    coherence = models.PositiveSmallIntegerField(validators=SCALE)
    decision = models.CharField(max_length=10, choices=Grade.Decision.choices, blank=True)
    tolerance = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(0), MaxValueValidator(2)]
    )
    note = models.CharField(max_length=400, blank=True)
    is_active = models.BooleanField(default=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(precision__gte=1, precision__lte=5, coherence__gte=1, coherence__lte=5),
                name="control_scales_1_5",
            ),
        )

    def __str__(self) -> str:
        return f"control on {self.trace}"

    @property
    def expected(self) -> dict[str, Any]:
        """What an item made of it expects, as the item keeps it."""
        return {
            "precision": self.precision,
            "coherence": self.coherence,
            "decision": self.decision,
            "tolerance": self.tolerance,
        }
