"""Django admin over the pipeline's tables: to look, never to change (attack case 32)."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from pipeline import models

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class LookOnlyAdmin(ModelAdmin):
    """Superusers may read rows here; changes go through the operations, with their events."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


admin.site.register(
    [
        models.Batch,
        models.EndpointPace,
        models.Event,
        models.EventChain,
        models.KnowledgeGraph,
        models.LLMCall,
        models.Price,
        models.Question,
        models.QuestionLoad,
        models.QuestionSet,
        models.Trace,
    ],
    LookOnlyAdmin,
)


@admin.register(models.Endpoint)
class EndpointAdmin(LookOnlyAdmin):
    """Not even the encrypted key is shown."""

    exclude = ("key_encrypted",)
