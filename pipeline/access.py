"""Access: the only way to fetch a pipeline row for a user.

Leads and auditors see all of them; `review.access` fetches what clinicians may see.
"""

from pathlib import Path

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from pipeline.accounts.roles import Role, roles_of
from pipeline.configurations.registry import all_configurations
from pipeline.core.records import ReasonerKind
from pipeline.models import (
    Batch,
    Configuration,
    Endpoint,
    Evaluation,
    EvaluationItem,
    FileMapping,
    JobItem,
    KnowledgeGraph,
    LLMCall,
    Price,
    QuestionLoad,
    QuestionSet,
    Trace,
)
from pipeline.uploads import upload_of


def batches_for(user: User) -> QuerySet[Batch]:
    """Batches the user may see: all for leads and auditors, none for anyone else."""
    rows = Batch.objects.select_related(
        *("question_set", "knowledge_graph", "configuration", "started_by"),
        *("reasoner_endpoint", "reader_endpoint"),
    )
    return rows if _sees_pipeline(user) else rows.none()


def batch_for(user: User, batch_id: int) -> Batch:
    """The batch, or Http404 for whoever may not see it."""
    return get_object_or_404(batches_for(user), pk=batch_id)


def imported_batch_for(user: User, batch_id: int) -> Batch:
    """The imported batch, or Http404: also for a batch whose texts were made here."""
    imported = batches_for(user).filter(reasoner_kind=ReasonerKind.IMPORTED)
    return get_object_or_404(imported, pk=batch_id)


def traces_for(user: User, batch_id: int) -> QuerySet[Trace]:
    """The traces of one batch, as `batches_for`."""
    return all_traces_for(user).filter(batch_id=batch_id)


def all_traces_for(user: User) -> QuerySet[Trace]:
    """The traces of all batches, as `batches_for`."""
    rows = Trace.objects.select_related("question__question_set", "batch")
    return rows if _sees_pipeline(user) else rows.none()


def trace_for(user: User, key: str) -> Trace:
    """The trace with this key, or Http404."""
    if not _sees_pipeline(user):
        raise Http404
    rows = Trace.objects.select_related(
        "question__question_set",
        "batch__knowledge_graph",
        "batch__question_set",
        "batch__configuration",
    )
    return get_object_or_404(rows, key=key)


def attempts_of(trace: Trace) -> QuerySet[Trace]:
    """All attempts at the same question, sample and arm as a trace already fetched, in order."""
    return (
        Trace.objects.filter(
            batch=trace.batch_id,
            question=trace.question_id,
            sample_index=trace.sample_index,
            arm=trace.arm,
        )
        .only("key", "attempt")
        .order_by("attempt")
    )


def evaluations_for(user: User) -> QuerySet[Evaluation]:
    """Evaluations, as `batches_for`: what benchmarks have as keys, clinicians must not see."""
    rows = Evaluation.objects.select_related("question_set", "endpoint", "started_by")
    return rows if _sees_pipeline(user) else rows.none()


def evaluation_for(user: User, evaluation_id: int) -> Evaluation:
    """The evaluation, or Http404."""
    return get_object_or_404(evaluations_for(user), pk=evaluation_id)


def answers_for(user: User, evaluation_id: int) -> QuerySet[EvaluationItem]:
    """The answers of one evaluation, as `evaluations_for`."""
    rows = EvaluationItem.objects.filter(evaluation_id=evaluation_id).select_related("question")
    return rows if _sees_pipeline(user) else rows.none()


def answer_for(user: User, key: str) -> EvaluationItem:
    """The answer with this key, or Http404."""
    rows = EvaluationItem.objects.select_related("question__question_set", "evaluation")
    return get_object_or_404(rows if _sees_pipeline(user) else rows.none(), key=key)


def configurations_for(user: User) -> list[Configuration]:
    """The presets and the saved configurations, as `batches_for`."""
    return all_configurations() if _sees_pipeline(user) else []


def configuration_for(user: User, name: str) -> Configuration:
    """The configuration of this name, be it a preset, or Http404."""
    found = (row for row in configurations_for(user) if row.name == name)
    if (row := next(found, None)) is None:
        raise Http404
    return row


def question_sets_for(user: User) -> QuerySet[QuestionSet]:
    """Question sets, as `batches_for`."""
    rows = QuestionSet.objects.select_related("created_by")
    return rows if _sees_pipeline(user) else rows.none()


def question_set_for(user: User, name: str) -> QuestionSet:
    """The question set of this name, or Http404."""
    return get_object_or_404(question_sets_for(user), name=name)


def question_load_for(user: User, load_id: int) -> QuestionLoad:
    """The load report, or Http404."""
    sets = question_sets_for(user)
    return get_object_or_404(QuestionLoad.objects.filter(question_set__in=sets), pk=load_id)


def knowledge_graphs_for(user: User) -> QuerySet[KnowledgeGraph]:
    """Knowledge graphs, as `batches_for`."""
    rows = KnowledgeGraph.objects.select_related("created_by")
    return rows if _sees_pipeline(user) else rows.none()


def knowledge_graph_for(user: User, graph_id: int) -> KnowledgeGraph:
    """The version of a graph, or Http404."""
    return get_object_or_404(knowledge_graphs_for(user), pk=graph_id)


def endpoints_for(user: User) -> QuerySet[Endpoint]:
    """Endpoints with their circuits, as `batches_for`."""
    rows = Endpoint.objects.select_related("pace", "created_by").order_by("-is_active", "name")
    return rows if _sees_pipeline(user) else rows.none()


def endpoint_for(user: User, name: str) -> Endpoint:
    """The endpoint of this name, or Http404."""
    return get_object_or_404(endpoints_for(user), name=name)


def prices_for(user: User) -> QuerySet[Price]:
    """The price table, as `batches_for`."""
    return Price.objects.all() if _sees_pipeline(user) else Price.objects.none()


def price_for(user: User, price_id: int) -> Price:
    """The line of the price table, or Http404."""
    return get_object_or_404(prices_for(user), pk=price_id)


def calls_for(user: User, item: JobItem) -> QuerySet[LLMCall]:
    """The calls made for a trace or an answer, in order, as `batches_for`."""
    rows = LLMCall.objects.of_items([item]).select_related("replay_of").order_by("pk")
    return rows if _sees_pipeline(user) else rows.none()


def _sees_pipeline(user: User) -> bool:
    return bool(roles_of(user) & {Role.LEAD, Role.AUDITOR})


def file_mapping_for(user: User, name: str) -> FileMapping:
    """The saved mapping of this name, or Http404."""
    if not _sees_pipeline(user):
        raise Http404
    return get_object_or_404(FileMapping, name=name)


def upload_for(user: User, token: str) -> Path:
    """The user's own file that is not loaded yet, or Http404: also when its hour is over."""
    path = upload_of(user, token) if _sees_pipeline(user) else None
    if path is None:
        raise Http404
    return path
