"""Which way of holding answers to a schema an endpoint obeys; asked once, then remembered."""

from collections.abc import Callable

from pipeline.core.errors import MalformedOutput, RequestRejected, TruncatedOutput
from pipeline.core.llm.base import LanguageModel
from pipeline.core.llm.canary import CANARY
from pipeline.core.llm.dialects import AnswerFormat

LADDER: tuple[AnswerFormat, ...] = ("json_schema", "json_object", "plain")


def probe(model_at: Callable[[AnswerFormat], LanguageModel]) -> AnswerFormat:
    """The best answer format whose probe comes back in shape, down from json_schema.

    `model_at` gives the model as it is asked in a format. A rung that is rejected, ignored
    or never comes to an end leads to the next; every other failure is raised, for it says
    nothing of the format. Raises the last rung's failure when that one fails too.
    """
    for answer_format in LADDER[:-1]:
        try:
            model_at(answer_format).ask(CANARY)
        except (MalformedOutput, RequestRejected, TruncatedOutput):
            continue
        return answer_format
    model_at(LADDER[-1]).ask(CANARY)
    return LADDER[-1]
