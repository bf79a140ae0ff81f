"""The pipeline's tables."""

from pipeline.models.batches import Batch
from pipeline.models.calls import LLMCall
from pipeline.models.configurations import Configuration
from pipeline.models.endpoints import Endpoint, EndpointPace, Price
from pipeline.models.evaluations import Evaluation, EvaluationItem
from pipeline.models.events import Event, EventChain
from pipeline.models.jobs import Job, JobItem
from pipeline.models.knowledge_graphs import KnowledgeGraph
from pipeline.models.logins import Login
from pipeline.models.questions import (
    BenchmarkIdentity,
    FileMapping,
    Question,
    QuestionLoad,
    QuestionSet,
)
from pipeline.models.traces import Trace

__all__ = [
    "Batch",
    "BenchmarkIdentity",
    "Configuration",
    "Endpoint",
    "EndpointPace",
    "Evaluation",
    "EvaluationItem",
    "Event",
    "EventChain",
    "FileMapping",
    "Job",
    "JobItem",
    "KnowledgeGraph",
    "LLMCall",
    "Login",
    "Price",
    "Question",
    "QuestionLoad",
    "QuestionSet",
    "Trace",
]
