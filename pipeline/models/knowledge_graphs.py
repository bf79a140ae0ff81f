"""Knowledge graphs: the register of immutable index artefacts on disk."""

from django.conf import settings
from django.db import models


class KnowledgeGraph(models.Model):
    """One version of a named KG. The artefact under `folder` never changes.

    `source_checksum` is the sha256 of the loaded file, `synonyms_checksum` that of the synonyms
    file (empty without one), `checksum` that of the artefact's content, which every trace
    names. `folder` is relative to KNOWLEDGE_GRAPH_DIR. `source` says where the file comes from;
    `licence` is empty while nobody has stated it, and `may_be_released` whether it permits
    publishing paths.
    """

    name = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    source_file = models.CharField(max_length=200)
    source_checksum = models.CharField(max_length=64)
    synonyms_checksum = models.CharField(max_length=64, blank=True, default="")
    checksum = models.CharField(max_length=64)
    licence = models.CharField(max_length=120, blank=True)
    may_be_released = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)
    folder = models.CharField(max_length=200, unique=True)
    node_count = models.PositiveIntegerField()
    edge_count = models.PositiveIntegerField()
    synonym_count = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField()
    nodes_by_type = models.JSONField(default=dict)
    rows_by_relation = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "-version")
        constraints = (
            models.UniqueConstraint(fields=("name", "version"), name="graph_version_once"),
            # The artefact's checksum too: a later format of it is another version of the graph.
            models.UniqueConstraint(
                fields=("name", "source_checksum", "synonyms_checksum", "checksum"),
                name="graph_content_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
