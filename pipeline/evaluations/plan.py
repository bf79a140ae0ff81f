"""What is chosen for an evaluation, and what it still lacks before it can run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.benchmarks.prompts import FREE, LATEST_VERSIONS
from pipeline.core.errors import EndpointRefused, InvalidConfiguration, Refusal
from pipeline.endpoints.readiness import Untested, require_ready
from pipeline.jobs.currency import currency_of
from pipeline.models import Endpoint, QuestionSet
from pipeline.models.evaluations import MAX_ORDERS, MAX_OUTPUT_TOKENS, MAX_SAMPLES, MAX_TEMPERATURE


@dataclass(frozen=True)
class EvaluationPlan:
    """One model, one benchmark, one way of asking; budgets in the prices' currency and in tokens.

    `limit` takes the first questions of the set, all when None. A `temperature` of None leaves it
    to the model. `orders` counts the orders of the options that each question is asked under, the
    source's own among them.
    """

    endpoint: Endpoint
    question_set: QuestionSet
    prompt: str = FREE
    max_output_tokens: int = MAX_OUTPUT_TOKENS
    temperature: float | None = 0.0
    samples: int = 1
    orders: int = 1
    seed: int = 0
    limit: int | None = None
    budget_money: Decimal | None = None
    budget_tokens: int | None = None
    replay: bool = True

    @property
    def prompt_version(self) -> str:
        return LATEST_VERSIONS[self.prompt]

    @property
    def sent_temperature(self) -> float | None:
        """The temperature that is sent: none where the endpoint takes none."""
        return self.temperature if self.endpoint.dialect.sends_temperature else None

    @property
    def output_limit(self) -> int:
        """The most tokens that an answer may have: as the endpoint's settings say, if they do."""
        return self.endpoint.dialect.max_output_tokens or self.max_output_tokens


def missing_pieces(plan: EvaluationPlan, *, untested: bool = True) -> list[Refusal]:
    """Everything that is missing; each piece's `field` names the choice that it belongs to.

    Without `untested`, an endpoint that has not been tested yet is no missing piece.
    """
    pieces: list[Refusal] = []
    for name, check in CHECKS:
        try:
            check(plan)
        except Refusal as piece:
            piece.field = piece.field or name
            if untested or not isinstance(piece, Untested):
                pieces.append(piece)
    return pieces


def require_complete(plan: EvaluationPlan, *, untested: bool = True) -> None:
    """Raises the missing piece, or InvalidConfiguration with the sentences of several."""
    pieces = missing_pieces(plan, untested=untested)
    if len(pieces) == 1:
        raise pieces[0]
    if pieces:
        raise InvalidConfiguration(" ".join(map(str, pieces)))


def require_askable(endpoint: Endpoint, *, question_set: QuestionSet | None) -> None:
    """Whether the endpoint may be asked this text, has its key and was tested.

    Raises EndpointRefused.
    """
    if endpoint.role == Endpoint.Role.EMBEDDINGS:
        raise EndpointRefused(f"The endpoint {endpoint} embeds texts: name another.")
    require_ready(endpoint, question_set=question_set)


def _check_benchmark(plan: EvaluationPlan) -> None:
    questions = plan.question_set
    if not questions.is_benchmark:
        raise InvalidConfiguration(
            f"The question set {questions} is not marked as a benchmark: mark it on its page."
        )
    if not questions.questions.exclude(options=[]).exists():
        raise InvalidConfiguration(
            f"No question of {questions} has options: there is no letter to read from an answer."
        )


def _check_numbers(plan: EvaluationPlan) -> None:
    for name, number, most in (
        ("samples", plan.samples, MAX_SAMPLES),
        ("orders", plan.orders, MAX_ORDERS),
    ):
        if not 1 <= number <= most:
            raise InvalidConfiguration(f"The {name} must be 1 to {most}, not {number}.", field=name)
    if plan.limit is not None and plan.limit < 1:
        raise InvalidConfiguration(
            f"The limit must be at least 1, not {plan.limit}.", field="limit"
        )
    if plan.max_output_tokens < 1:
        raise InvalidConfiguration("An answer needs room for at least 1 token.")


def _check_temperature(plan: EvaluationPlan) -> None:
    temperature = plan.temperature
    if temperature is not None and not 0 <= temperature <= MAX_TEMPERATURE:
        raise InvalidConfiguration(
            f"The temperature must be 0 to {MAX_TEMPERATURE:g}, not {temperature}."
        )
    if plan.samples > 1 and temperature == 0:
        raise InvalidConfiguration(
            "Several samples of a question need a temperature above 0: at 0 a model gives the "
            "same answer again, and it would be paid again."
        )


def _check_budget(plan: EvaluationPlan) -> None:
    currency_of((plan.endpoint,), budget_money=plan.budget_money, budget_tokens=plan.budget_tokens)


CHECKS: Sequence[tuple[str, Callable[[EvaluationPlan], None]]] = (
    ("question_set", _check_benchmark),
    ("endpoint", lambda plan: require_askable(plan.endpoint, question_set=plan.question_set)),
    ("max_output_tokens", _check_numbers),
    ("temperature", _check_temperature),
    ("budget_money", _check_budget),
)
