"""What an evaluation would take at most, before anything is sent or written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from pipeline import store
from pipeline.core.llm.pricing import cost_of
from pipeline.endpoints.registry import open_model
from pipeline.evaluations.answering import request_for
from pipeline.evaluations.plan import EvaluationPlan
from pipeline.evaluations.starting import planned_items
from pipeline.ledger.budgets import size_of
from pipeline.ledger.call import Call
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.prices import price_now
from pipeline.models import LLMCall

CHUNK_SIZE = 500
# English text: some four characters a token. Prompts hold little else.
BYTES_PER_TOKEN = 4


@dataclass(frozen=True)
class EvaluationEstimate:
    """Calls, of which `answered` are in the ledger and cost nothing again; tokens of the others.

    `output_tokens` is the most that they may write, `cost` what that and the input come to (None:
    no price is known), in `currency`.
    """

    questions: int
    calls: int
    answered: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    currency: str


def estimate_evaluation(plan: EvaluationPlan) -> EvaluationEstimate:
    """Count what the plan would ask; nothing is sent, and nothing is written."""
    calls = answered = size = 0
    questions: set[int] = set()
    planned = _calls(plan, questions)
    while chunk := list(islice(planned, CHUNK_SIZE)):
        known = _settled(call.fingerprint for call in chunk) if plan.replay else set()
        new = [call for call in chunk if call.fingerprint not in known]
        calls, answered = calls + len(chunk), answered + len(chunk) - len(new)
        size += sum(size_of(call.request) for call in new)
    price, output = price_now(plan.endpoint), (calls - answered) * plan.output_limit
    return EvaluationEstimate(
        len(questions),
        calls,
        answered,
        size // BYTES_PER_TOKEN,
        output,
        cost_of(price, size // BYTES_PER_TOKEN, output),
        price.currency if price else "",
    )


def estimate_rows(estimate: EvaluationEstimate) -> list[tuple[str, str]]:
    """The estimate as people read it."""
    return [
        ("Questions", f"{estimate.questions:,}"),
        ("Calls", f"{estimate.calls:,}, of which {estimate.answered:,} are answered already"),
        ("Input tokens", f"about {estimate.input_tokens:,}"),
        ("Output tokens", f"at most {estimate.output_tokens:,}"),
        (
            "Cost",
            "unknown: no price of the model is known"
            if estimate.cost is None
            else f"at most {estimate.cost} {estimate.currency}",
        ),
    ]


def budget_rows(estimate: EvaluationEstimate, plan: EvaluationPlan) -> list[tuple[str, str]]:
    """For each budget given, whether the most that the evaluation may take fits into it."""
    tokens = estimate.input_tokens + estimate.output_tokens
    rows = []
    if plan.budget_tokens is not None:
        title = f"Budget of {plan.budget_tokens:,} tokens"
        rows.append((title, _fits(tokens <= plan.budget_tokens)))
    if plan.budget_money is not None and estimate.cost is not None:
        title = f"Budget of {plan.budget_money} {estimate.currency}"
        rows.append((title, _fits(estimate.cost <= plan.budget_money)))
    return rows


def _fits(is_enough: bool) -> str:
    if is_enough:
        return "enough, even if every answer is as long as it may be"
    return "may not be enough: the evaluation pauses before it is spent"


def _calls(plan: EvaluationPlan, questions: set[int]) -> Iterable[Call]:
    """The calls of all items; the keys of their questions are put into `questions`."""
    model = LedgeredModel(
        open_model(plan.endpoint, question_set=plan.question_set),
        item=None,
        replay=plan.replay,
        served_by=plan.endpoint,
        price=price_now(plan.endpoint),
    )
    for item in planned_items(plan):
        questions.add(item.question.pk)
        request = request_for(item.evaluation, store.question_record(item.question), item)
        yield replace(model, item=item).call_for(request)


def _settled(fingerprints: Iterable[str]) -> set[str]:
    settled = LLMCall.objects.filter(
        fingerprint__in=list(fingerprints), status=LLMCall.Status.SETTLED
    )
    return set(settled.values_list("fingerprint", flat=True))
