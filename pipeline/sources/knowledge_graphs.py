"""Loading knowledge graphs: a source file becomes a registered, immutable artefact."""

import hashlib
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from pipeline import store
from pipeline.core.errors import ArtefactError, Refusal, SourceFileError
from pipeline.core.kg.index import GraphIndex, build_index
from pipeline.core.licences import may_publish, written
from pipeline.log import log
from pipeline.models import Event, KnowledgeGraph


@dataclass(frozen=True)
class GraphTerms:
    """The licence of a graph's file, where the file comes from, and leave to publish its paths.

    A known licence that permits publication gives the leave by itself.
    """

    licence: str = ""
    source: str = ""
    may_be_released: bool = False

    @property
    def permits_publication(self) -> bool:
        return may_publish(self.licence, self.may_be_released)


NO_TERMS = GraphTerms()


def load_graph(
    source: Path,
    *,
    name: str,
    synonyms: Path | None = None,
    terms: GraphTerms = NO_TERMS,
    loaded_by: User | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[KnowledgeGraph, bool]:
    """Load PrimeKG's kg.csv (plain or .gz) as the next version of the graph `name`.

    `synonyms` may name a file of further names of its nodes. Returns the row and whether it is
    new: the same files loaded again are the same version, its artefact checked and, where it
    is lost or damaged, built anew. `terms` are kept with a new version. `progress` receives bytes
    read and bytes in all. Raises SourceFileError for a file that cannot be used; then neither row
    nor artefact remains. Raises Refusal where the version is there under other terms.
    """
    existing = _same_version(source, name, synonyms)
    if existing is not None:
        _check_terms(existing, terms)
    if existing is not None and _is_intact(existing):
        return existing, False
    folder = settings.KNOWLEDGE_GRAPH_DIR / f"{name}-{uuid.uuid4().hex[:12]}"
    summary = build_index(source, folder, progress, synonyms=synonyms)
    try:
        if existing is not None and existing.checksum == summary.checksum:
            return _restore(existing, folder, loaded_by), False
        row = store.graph_row(
            name=name, version=0, source_file=source.name, folder=folder.name, summary=summary
        )
        row.licence, row.source = written(terms.licence), terms.source
        row.may_be_released = terms.permits_publication
        return _register(row, loaded_by), True
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _same_version(source: Path, name: str, synonyms: Path | None) -> KnowledgeGraph | None:
    """The newest version of the graph made of just these files."""
    versions = KnowledgeGraph.objects.filter(name=name).order_by("-version")
    if not versions.exists():
        return None  # without hashing the whole file
    return versions.filter(
        source_checksum=_sha256(source), synonyms_checksum=_sha256(synonyms) if synonyms else ""
    ).first()


def _is_intact(row: KnowledgeGraph) -> bool:
    """Whether the row's artefact is on disk, byte for byte as it was built."""
    try:
        GraphIndex.open(settings.KNOWLEDGE_GRAPH_DIR / row.folder, row.checksum).verify()
    except ArtefactError as error:
        log.warning("knowledge_graph.damaged", graph=str(row), reason=str(error))
        return False
    return True


def _restore(row: KnowledgeGraph, folder: Path, by: User | None) -> KnowledgeGraph:
    """Point the row to the rebuilt artefact, which equals the damaged one.

    Its folder has another name, so that no worker goes on with the damaged one it has open.
    """
    damaged = settings.KNOWLEDGE_GRAPH_DIR / row.folder
    with transaction.atomic():
        row.folder = folder.name
        row.save(update_fields=["folder"])
        Event.objects.record(
            "knowledge_graph.restored",
            row,
            by=by,
            name=row.name,
            version=row.version,
            checksum=row.checksum,
        )
    shutil.rmtree(damaged, ignore_errors=True)
    return row


def _register(row: KnowledgeGraph, loaded_by: User | None) -> KnowledgeGraph:
    with transaction.atomic():
        latest = KnowledgeGraph.objects.filter(name=row.name).aggregate(latest=Max("version"))
        row.version = (latest["latest"] or 0) + 1
        row.created_by = loaded_by
        row.save(force_insert=True)
        Event.objects.record(
            "knowledge_graph.loaded",
            row,
            by=loaded_by,
            name=row.name,
            version=row.version,
            checksum=row.checksum,
            licence=row.licence or "not stated",
        )
    return row


def _check_terms(row: KnowledgeGraph, terms: GraphTerms) -> None:
    """What is not stated is no contradiction."""
    if terms.licence and written(terms.licence) != row.licence:
        raise Refusal(
            f"{row} is loaded already, under {row.licence or 'no licence that is stated'}: change "
            "its terms on the page of the graphs, or with `manage.py set_terms graph`.",
            field="licence",
        )


def latest_graph(name: str) -> KnowledgeGraph | None:
    """The newest version of a named graph."""
    return KnowledgeGraph.objects.filter(name=name).order_by("-version").first()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SourceFileError(path.name, 0, f"cannot be opened ({error.strerror})") from error
