"""What is chosen for evaluations, in a few lines: how much is asked, and within which limits."""

from collections.abc import Iterator, Sequence

from pipeline.benchmarks.extraction import EXTRACTOR_VERSION
from pipeline.evaluations.plan import EvaluationPlan

Fact = tuple[str, str]


def chosen_facts(plans: Sequence[EvaluationPlan]) -> Iterator[Fact]:
    """Name and words of what the plans have in common, then of each benchmark; nothing is read
    but the number of its questions."""
    if not plans:
        return
    yield from _of_endpoint(plans[0])
    yield "Read by", f"extractor {EXTRACTOR_VERSION}"
    for plan in plans:
        yield str(plan.question_set), _size(plan)


def _of_endpoint(plan: EvaluationPlan) -> Iterator[Fact]:
    endpoint, dialect = plan.endpoint, plan.endpoint.dialect
    source = "as entered" if dialect.max_output_tokens is None else "its own"
    yield "Model", f"{endpoint.model} at {endpoint.base_url}"
    yield "Prompt", f"{plan.prompt} {plan.prompt_version}"
    yield "Answers", f"at most {plan.output_limit:,} tokens ({source})"
    yield "Temperature", temperature_words(plan.sent_temperature)
    if dialect.calls_at_once is not None:
        yield "Calls at once", f"{dialect.calls_at_once:,}"


def _size(plan: EvaluationPlan) -> str:
    return f"at most {most_questions(plan):,} questions, {most_calls(plan):,} calls"


def most_calls(plan: EvaluationPlan) -> int:
    """The most calls that an evaluation may make: fewer where a question has few orders."""
    return most_questions(plan) * plan.orders * plan.samples


def most_questions(plan: EvaluationPlan) -> int:
    """The most questions that it may ask; those without options or key are not counted."""
    rows = plan.question_set.questions.exclude(options=[]).exclude(answer_label="")
    asked = rows.count()
    return min(asked, plan.limit or asked)


def temperature_words(temperature: float | None) -> str:
    """A temperature in words; None is the model's own."""
    if temperature is None:
        return "the model's own"
    return f"{temperature:g} (greedy)" if temperature == 0 else f"{temperature:g}"
