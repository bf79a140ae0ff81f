"""Answering the items of an evaluation: a model is asked, and its output is read.

What reads an output sees the options as they were shown, and no key.
"""

from dataclasses import dataclass

from pipeline import store
from pipeline.benchmarks.prompts import evaluation_messages
from pipeline.core.errors import (
    InvalidConfiguration,
    NoAnswer,
    ReasonerFailure,
    Refused,
    TruncatedOutput,
    UnexpectedError,
)
from pipeline.core.llm.base import Request
from pipeline.core.llm.canary import FREE_CANARY
from pipeline.core.records import Question
from pipeline.endpoints.registry import open_model
from pipeline.evaluations.plan import require_askable
from pipeline.evaluations.reading import Columns, failed, read_output, save_item, withheld
from pipeline.jobs.worker import Save
from pipeline.ledger.budgets import TokenEstimator
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.prices import price_now
from pipeline.log import log
from pipeline.models import Endpoint, Evaluation, EvaluationItem

STAGE = "evaluation"


@dataclass(frozen=True)
class ItemAnswerer:
    """Answers claimed items of one evaluation with its model."""

    evaluation: Evaluation
    model: LedgeredModel

    def __call__(self, row: EvaluationItem, calls: ItemCalls) -> Save:
        columns = self._columns(row, calls)
        return lambda seconds: save_item(row, columns, seconds=seconds)

    def _columns(self, row: EvaluationItem, calls: ItemCalls) -> Columns:
        question = store.question_record(row.question)
        try:
            request = request_for(self.evaluation, question, row)
            answer = self.model.for_item(row, calls).ask(request)
        except TruncatedOutput as cut:
            return read_output(cut.text, question, row.shown, finish_reason=cut.finish_reason)
        except NoAnswer as failure:
            # A model that finished and said nothing, each time, has answered: with nothing.
            if failure.finish_reason:
                return read_output("", question, row.shown, finish_reason=failure.finish_reason)
            return failed(failure.stage, failure.reason, failure.detail)
        except Refused as failure:
            return withheld(failure.text, finish_reason=failure.finish_reason)
        except ReasonerFailure as failure:
            return failed(failure.stage, failure.reason, failure.detail)
        except Exception as error:
            # A defect of ours must not lose the item or stop the evaluation.
            log.exception("evaluation_item.unexpected_error", item=row.pk)
            return failed(STAGE, UnexpectedError.reason, f"{type(error).__name__}: {error}")
        return read_output(
            answer.text,
            question,
            row.shown,
            reasoning=answer.reasoning,
            finish_reason=answer.finish_reason,
        )


def open_answerer(evaluation: Evaluation) -> ItemAnswerer:
    """Open what the items are answered with. Raises InvalidConfiguration as `require_endpoint`."""
    endpoint = require_endpoint(evaluation)
    model = LedgeredModel(
        open_model(endpoint, question_set=evaluation.question_set),
        item=None,
        replay=evaluation.replay,
        served_by=endpoint,
        price=price_now(endpoint),
        token_estimator=TokenEstimator.from_ledger(evaluation, endpoint),
        canary=FREE_CANARY,
    )
    return ItemAnswerer(evaluation, model)


def require_endpoint(evaluation: Evaluation) -> Endpoint:
    """The endpoint, if it may be asked and is the one that the evaluation began with.

    Raises InvalidConfiguration, EndpointRefused among it. Nothing is asked.
    """
    endpoint = evaluation.endpoint
    if endpoint is None:
        raise InvalidConfiguration("The evaluation was imported: nothing of it can be asked here.")
    require_askable(endpoint, question_set=evaluation.question_set)
    if (endpoint.base_url, endpoint.model) != (evaluation.base_url, evaluation.model):
        raise InvalidConfiguration(
            f"The endpoint {endpoint} is no longer what the evaluation began with "
            f"({evaluation.model} at {evaluation.base_url}): change it back, or start a new "
            "evaluation."
        )
    return endpoint


def request_for(evaluation: Evaluation, question: Question, row: EvaluationItem) -> Request:
    """What the model is asked for an item: free text."""
    return Request(
        stage=STAGE,
        prompt_name=f"evaluate_{evaluation.prompt}",
        prompt_version=evaluation.prompt_version,
        messages=evaluation_messages(
            evaluation.prompt, evaluation.prompt_version, question, row.shown
        ),
        answer_type=None,
        max_output_tokens=evaluation.max_output_tokens or 0,
        temperature=evaluation.temperature,
        sample_index=row.sample_index,
    )
