"""A real, small language model is asked a benchmark over HTTP: llama.cpp serves SmolLM2."""

import pytest

from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES
from pipeline.evaluations.lifecycle import run_evaluation
from pipeline.evaluations.results import scores_of
from pipeline.evaluations.starting import start_evaluation
from pipeline.ledger.probe import probe_endpoint
from pipeline.models import LLMCall
from tests.factories import endpoints
from tests.peers.smollm2 import NAME
from tests.pipeline.evaluations import scripted

pytestmark = [pytest.mark.django_db, pytest.mark.requires("smollm2"), pytest.mark.long]


def test_its_answers_are_read_scored_and_reused(smollm2):
    served = endpoints.endpoint(
        "smollm2", role="evaluated", base_url=smollm2.base_url, model=NAME, tested=False
    )
    probe_endpoint(served)
    plan = scripted.plan(
        scripted.benchmark(), endpoint=served, prompt="strict", max_output_tokens=24, orders=2
    )
    evaluation = start_evaluation(plan)
    run_evaluation(evaluation, threads=1)
    answers = list(evaluation.answers.all())
    assert {answer.state for answer in answers} == {"made"}
    assert all(answer.output for answer in answers)
    assert {answer.stage for answer in answers} <= {*READ_STAGES, *UNREAD_STAGES}
    accuracy = scores_of(evaluation).accuracy
    assert accuracy.questions == 4
    assert 0 <= accuracy.headline.low <= accuracy.headline.high <= 1
    calls = LLMCall.objects.filter(evaluation=evaluation)
    assert all(call.output_tokens and call.input_tokens for call in calls)
    again = start_evaluation(plan)
    run_evaluation(again, threads=1)
    assert LLMCall.objects.filter(evaluation=again, status="replayed").count() == 8
    assert [one.output for one in again.answers.all()] == [one.output for one in answers]
