"""What an endpoint does wrong, over real HTTP, and what becomes of it.

The table of docs/llm-endpoints.md names these tests; keep both in step.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline.core.errors import (
    EndpointUnavailable,
    MalformedOutput,
    NoAnswer,
    ParameterRejected,
    ReasonerFailure,
    Refused,
    RequestRejected,
    TransientFailure,
    TruncatedOutput,
)
from pipeline.core.llm.base import Message
from tests.factories.llm import GOOD, KEY, REQUEST, model_at
from tests.peers.faulty_server import (
    completion,
    drip,
    faulty_server,
    hang_up_at_once,
    hang_up_in_the_middle,
    never,
    self_signed,
    status,
)

SECRET = "ami-id of 169.254.169.254"  # what a foreign host's page might hold
HTML = f"<html><body>{SECRET}</body></html>"
PAGE = {"content-type": "text/html"}
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
IN_40_S = format_datetime(NOW + timedelta(seconds=40), usegmt=True)
DATE = {"date": format_datetime(NOW, usegmt=True)}


@pytest.fixture(scope="module")
def server():
    with faulty_server(completion(GOOD)) as started:
        yield started


def failure(server, reply, **given):
    """What asking raises; never with the key or the foreign body in its words."""
    server.reply = reply
    with pytest.raises(ReasonerFailure) as raised:
        model_at(server.base_url, **given).ask(REQUEST)
    error = raised.value
    assert error.stage == "extraction"
    assert KEY not in f"{error}{error.detail}"
    assert SECRET not in f"{error}{error.detail}"
    return error


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": IN_40_S, **DATE}, 40),
        ({"retry-after": format_datetime(NOW - timedelta(days=1), usegmt=True)}, 0),
        ({"llm_provider-retry-after": "9"}, 9),
        ({"llm_provider-retry-after": IN_40_S, **DATE}, 40),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon", "llm_provider-retry-after": "3"}, 3),
    ],
)
def test_429_waits_as_long_as_any_header_asks(server, headers, seconds):
    error = failure(server, status(429, headers=headers))
    assert type(error) is TransientFailure
    assert error.retry_after == (None if seconds is None else pytest.approx(seconds))
    assert not error.maybe_charged


@pytest.mark.parametrize(
    ("code", "maybe_charged"),
    [(408, True), (409, False), (425, False), (500, False), (502, True), (503, False), (504, True)],
)
def test_a_status_that_may_pass_is_transient(server, code, maybe_charged):
    error = failure(server, status(code, HTML, PAGE))
    assert type(error) is TransientFailure
    assert error.maybe_charged is maybe_charged
    assert str(code) in error.detail


@pytest.mark.parametrize(
    ("code", "body", "kind", "said"),
    [
        (400, None, RequestRejected, "(400)"),
        (413, None, RequestRejected, "(413)"),
        (422, None, RequestRejected, "(422)"),
        (400, {"error": {"param": "temperature"}}, ParameterRejected, "the temperature"),
        (400, {"error": {"param": SECRET}}, RequestRejected, "(400)"),
        (400, {"error": {"code": "context_length_exceeded"}}, RequestRejected, "longer than"),
        (400, {"error": {"code": "content_filter"}}, Refused, "content filter"),
        (403, {"error": {"metadata": {"reasons": ["x"]}}}, Refused, "filter"),
        (401, {"error": {"message": KEY}}, EndpointUnavailable, "API key"),
        (402, None, EndpointUnavailable, "payment"),
        (403, None, EndpointUnavailable, "allow this API key"),
        (403, HTML, EndpointUnavailable, "a filter before it"),
        (404, HTML, EndpointUnavailable, "check the base URL"),
        (404, {"error": {"code": "model_not_found"}}, EndpointUnavailable, "no such model"),
        (407, HTML, EndpointUnavailable, "asks for a login"),
        (418, None, EndpointUnavailable, "check the base URL"),
        (451, None, EndpointUnavailable, "check the base URL"),
        (429, {"error": {"code": "insufficient_quota"}}, EndpointUnavailable, "quota"),
    ],
)
def test_a_status_that_will_not_pass_is_final_and_says_why(server, code, body, kind, said):
    error = failure(server, status(code, body))
    assert type(error) is kind
    assert "127.0.0.1" in error.detail
    assert said in error.detail


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(server, code):
    with faulty_server(completion(GOOD)) as elsewhere:
        error = failure(server, status(code, headers={"location": elsewhere.base_url}))
    assert type(error) is EndpointUnavailable
    assert "not followed" in error.detail
    assert not elsewhere.asked


@pytest.mark.parametrize("waiting", [never, drip])
def test_a_slow_answer_is_given_up_and_may_be_charged(server, waiting):
    error = failure(server, waiting(server), timeout_seconds=0.3)
    assert type(error) is TransientFailure
    assert error.maybe_charged
    assert "in time" in error.detail


@pytest.mark.parametrize("how", [hang_up_in_the_middle, hang_up_at_once])
def test_a_connection_lost_after_sending_is_transient_and_may_be_charged(server, how):
    error = failure(server, how)
    assert type(error) is TransientFailure
    assert error.maybe_charged


def test_a_server_that_is_not_there_is_transient_and_charges_nothing():
    with faulty_server(completion(GOOD)) as gone:
        pass
    error = failure(gone, None)
    assert type(error) is TransientFailure
    assert not error.maybe_charged


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path):
    certificate = self_signed(tmp_path / "own.pem")
    with faulty_server(completion(GOOD), certificate) as started:
        error = failure(started, completion(GOOD))
        assert type(error) is EndpointUnavailable
        assert "certificate" in error.detail
        assert not started.asked


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (status(200, HTML, PAGE), EndpointUnavailable, "a page"),
        (status(200, "Hello", {"content-type": "text/plain"}), EndpointUnavailable, "a page"),
        (status(200, '{"choices": [{"mess'), TransientFailure, "not JSON"),
        (status(200, "[" * 200_000), TransientFailure, "not JSON"),
        (status(200, {"error": {"message": SECRET}}), TransientFailure, "reported a fault"),
        (status(200, {"choices": []}), NoAnswer, "answered with nothing"),
        (status(200, {"error": {"message": "Context size exceeded"}}), RequestRejected, "context"),
        (status(200, {"hello": SECRET}), EndpointUnavailable, "as chat completions do"),
        (status(200, '"%s"' % ("x" * (9 << 20))), EndpointUnavailable, "more than any answer"),
    ],
)
def test_what_is_no_completion_is_told_apart(server, reply, kind, said):
    error = failure(server, reply)
    assert type(error) is kind
    assert said in error.detail


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (completion('{"finding": "wheeze"}'), MalformedOutput, "side: Field required"),
        (completion("It wheezes."), MalformedOutput, "not valid JSON"),
        (completion(""), NoAnswer, "nothing"),
        (completion(None), NoAnswer, "nothing"),
        (completion(None, "tool_calls"), NoAnswer, "nothing"),
        (completion(None, reasoning_content=GOOD), NoAnswer, "reasoning parser"),
        (completion(GOOD, "error"), TransientFailure, "broke its answer off"),
        (completion("", "abort"), TransientFailure, "broke its answer off"),
        (completion('{"finding": "whe', "length"), TruncatedOutput, "output limit, now 200 tokens"),
        (completion('{"finding":' + " \n" * 50, "length"), TruncatedOutput, "blanks"),
        (completion(None, "length", reasoning_content="Hm."), TruncatedOutput, "reasoned"),
        (completion("<think>Hm.", "length"), TruncatedOutput, "reasoned"),
        (completion("", "content_filter"), Refused, "declined"),
        (completion(None, refusal="I cannot help with that."), Refused, "declined"),
    ],
)
def test_an_answer_that_cannot_be_used_keeps_its_text_and_its_tokens(server, reply, kind, said):
    error = failure(server, reply)
    assert type(error) is kind
    assert said in error.detail
    assert (error.input_tokens, error.output_tokens) == (31, 9)


def test_raw_text_is_kept_for_whoever_looks_into_a_failure(server):
    assert failure(server, completion("It wheezes.")).text == "It wheezes."
    assert failure(server, completion('{"fi', "length")).text == '{"fi'
    assert failure(server, completion(None, refusal="No.")).text == "No."
    assert failure(server, completion('{"fi', "length")).finish_reason == "length"


def test_a_failure_never_leads_to_a_second_request(server):
    before = len(server.asked)
    failure(server, status(500))
    assert len(server.asked) == before + 1


TEMPERATURE = "temperature does not support 0.0 with this model"


@pytest.mark.parametrize(
    ("code", "body", "parameter", "lever"),
    [
        (400, {"error": {"param": "max_tokens"}}, "max_tokens", "output limit"),
        (400, {"error": {"message": f"'{TEMPERATURE}"}}, "temperature", "temperature"),
        (422, {"detail": [{"loc": ["body", "max_tokens"]}]}, "max_tokens", "output limit"),
        (400, {"error": "System role not supported"}, "system role", "system role"),
        (500, {"error": {"message": "System role not supported"}}, "system role", "system role"),
        (400, {"error": {"message": "json_schema is unknown"}}, "response_format", "answer format"),
        (400, {"error": {"message": "maxItems: no"}}, "maxItems", "bounds of lists"),
        (400, {"error": {"message": "maxLength: no"}}, "maxLength", "bounds of texts"),
    ],
)
def test_a_parameter_that_is_refused_is_named_with_what_can_be_changed(
    server, code, body, parameter, lever
):
    error = failure(server, status(code, body))
    assert type(error) is ParameterRejected
    assert error.parameter == parameter
    assert f"refuses the {lever}" in error.detail


@pytest.mark.parametrize("word", ["temperature", "max_tokens"])
def test_a_word_of_the_prompt_that_a_rejection_quotes_is_no_parameter(server, word):
    asked = replace(REQUEST, messages=(Message("user", f"Her {word} is 39."),))
    server.reply = status(400, {"error": {"message": f"not supported: 'Her {word} is 39.'"}})
    with pytest.raises(RequestRejected) as raised:
        model_at(server.base_url).ask(asked)
    assert type(raised.value) is RequestRejected


@pytest.mark.parametrize(
    ("reply", "may_be_prompt"),
    [
        (status(401), False),
        (status(402), False),
        (status(404), False),
        (status(308, headers={"location": "https://elsewhere.example"}), False),
        (status(429), False),
        (status(503), False),
        (status(403), True),
        (status(451), True),
        (status(500), True),
        (status(502), True),
        (status(200, HTML, PAGE), True),
        (status(200, {"hello": "x"}), True),
        (status(200, {"choices": []}), True),
        (hang_up_at_once, True),
    ],
)
def test_what_may_be_of_this_prompt_alone_is_told_from_what_is_the_endpoints(
    server, reply, may_be_prompt
):
    assert failure(server, reply).may_be_prompt is may_be_prompt


def test_a_late_answer_is_told_from_a_lost_one(server):
    assert failure(server, never(server), timeout_seconds=0.3).late
    assert not failure(server, hang_up_at_once).late
