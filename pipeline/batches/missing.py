"""What a batch still lacks before it can run, each piece in a sentence that says what mends it.

The form shows the pieces while a lead chooses, the command prints them before it asks anything,
and a batch that lacks one is refused by the same checks before a row is written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pipeline.batches.preflight import ModelEndpoints, check_size, embeddings_of, with_models
from pipeline.core.config import MethodConfig
from pipeline.core.errors import InvalidConfiguration, Refusal
from pipeline.core.records import ReasonerKind
from pipeline.endpoints.readiness import Untested, require_ready
from pipeline.jobs.currency import currency_of
from pipeline.models import Endpoint, KnowledgeGraph, QuestionSet
from pipeline.sources.vectors_at_hand import require_vectors


@dataclass(frozen=True)
class Choices:
    """What is chosen for a batch so far; None where nothing is."""

    config: MethodConfig | None = None
    question_set: QuestionSet | None = None
    knowledge_graph: KnowledgeGraph | None = None
    endpoints: ModelEndpoints = field(default_factory=ModelEndpoints)
    budget_money: Decimal | None = None
    budget_tokens: int | None = None
    temperature: float | None = None
    limit: int | None = None
    samples: int = 1
    placebo_share: float = 0.0

    @property
    def asks_models(self) -> bool:
        config = self.config
        return config is not None and config.reasoner_kind is ReasonerKind.LANGUAGE_MODEL


def missing_pieces(choices: Choices, *, untested: bool = True) -> list[Refusal]:
    """Everything that is missing; each piece's `field` names the choice that it belongs to.

    Nothing is asked, and no model is loaded. Without `untested`, an endpoint that has not been
    tested yet is no missing piece: whoever starts the batch tests it first.
    """
    pieces: dict[str, Refusal] = {}
    for name, check in CHECKS:
        try:
            check(choices)
        except Refusal as piece:
            piece.field = piece.field or name
            if untested or not isinstance(piece, Untested):
                pieces.setdefault(str(piece), piece)
    return list(pieces.values())


def require_complete(choices: Choices, *, untested: bool = True) -> None:
    """Raises the missing piece, or InvalidConfiguration with the sentences of several."""
    pieces = missing_pieces(choices, untested=untested)
    if len(pieces) == 1:
        raise pieces[0]
    if pieces:
        raise InvalidConfiguration(" ".join(map(str, pieces)))


def _check_questions(choices: Choices) -> None:
    questions = choices.question_set
    if questions is not None and not questions.questions.exists():
        raise InvalidConfiguration(f"The question set {questions} has no questions.")


def _check_placebo(choices: Choices) -> None:
    share, questions = choices.placebo_share, choices.question_set
    if not 0 <= share <= 1:
        raise InvalidConfiguration(f"The share of placebo questions must be 0 to 1, not {share:g}.")
    if not share or questions is None:
        return
    with_options = questions.questions.exclude(options=[]).exclude(answer_label="")
    if questions.questions.exists() and not with_options.exists():
        raise InvalidConfiguration(
            f"No question of {questions} has options: a placebo needs a wrong one to argue for."
        )


def _check_embeddings(choices: Choices) -> None:
    if choices.config is not None and (endpoint := embeddings_of(choices.config)):
        require_ready(endpoint, question_set=choices.question_set)


def _check_vectors(choices: Choices) -> None:
    if choices.config is not None and choices.knowledge_graph is not None:
        require_vectors(choices.knowledge_graph, choices.config.similarity)


def _check_endpoint(choices: Choices, endpoint: Endpoint | None, role: str) -> None:
    if not choices.asks_models:
        return
    if endpoint is None:
        raise InvalidConfiguration(
            f"This configuration needs a language model: name an endpoint as {role}."
        )
    if endpoint.role == Endpoint.Role.EMBEDDINGS:
        raise InvalidConfiguration(f"The endpoint {endpoint} embeds texts: name another as {role}.")
    require_ready(endpoint, question_set=choices.question_set)


def _check_temperature(choices: Choices) -> None:
    endpoints = choices.endpoints
    if choices.config is not None and endpoints.reasoner and endpoints.reader:
        with_models(
            choices.config, endpoints, temperature=choices.temperature, samples=choices.samples
        )


def _check_budget(choices: Choices) -> None:
    if choices.config is None:
        return
    asked = choices.endpoints if choices.asks_models else ModelEndpoints()
    currency_of(
        replace(asked, embeddings=embeddings_of(choices.config)).present,
        budget_money=choices.budget_money,
        budget_tokens=choices.budget_tokens,
    )


CHECKS: Sequence[tuple[str, Callable[[Choices], None]]] = (
    ("samples", lambda choices: check_size(choices.limit, choices.samples)),
    ("question_set", _check_questions),
    ("placebo_percent", _check_placebo),
    ("configuration", _check_embeddings),
    ("configuration", _check_vectors),
    (
        "reasoner_endpoint",
        lambda choices: _check_endpoint(choices, choices.endpoints.reasoner, "reasoner"),
    ),
    (
        "reader_endpoint",
        lambda choices: _check_endpoint(choices, choices.endpoints.reader, "second reader"),
    ),
    ("temperature", _check_temperature),
    ("budget_money", _check_budget),
)
