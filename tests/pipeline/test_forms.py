"""Forms of the pipeline: what a lead may enter."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pipeline.core.records import ReasonerKind
from pipeline.forms.jobs.batches import BatchForm, runnable_configurations
from pipeline.forms.questions import QuestionUploadForm
from pipeline.models import KnowledgeGraph, QuestionSet
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph() -> KnowledgeGraph:
    return factories.graph()


@pytest.fixture
def questions() -> QuestionSet:
    return factories.question_set(1)


@pytest.fixture
def entered(graph, questions) -> dict[str, object]:
    return {
        "question_set": questions.pk,
        "knowledge_graph": graph.pk,
        "configuration": "demonstration",
        "samples": 1,
        "seed": 5,
    }


def test_the_configuration_carries_preset_and_seed(entered):
    form = BatchForm(entered)
    assert form.is_valid(), form.errors
    config = form.config()
    assert (config.preset, config.seed) == ("demonstration", 5)
    assert config.reasoner_kind is ReasonerKind.DEMONSTRATION


def test_only_what_this_installation_can_run_is_offered():
    assert [row.name for row in runnable_configurations()] == ["demonstration"]


@pytest.mark.parametrize(
    "change",
    [
        {"samples": 0},
        {"samples": 17},
        {"limit": 0},
        {"limit": -1},
        {"seed": -1},
        {"configuration": "default"},
        {"question_set": 0},
        {"name": "n" * 121},
        {"name": "a\x00b"},
    ],
    ids=str,
)
def test_a_batch_is_refused_with_an_error_at_the_field(entered, change):
    form = BatchForm(entered | change)
    assert not form.is_valid()
    assert set(form.errors) == set(change)


def upload(**changes: object) -> QuestionUploadForm:
    fields = {
        "source": "house",
        "name": "own",
        "licence": "MIT",
        "text_may_go": "this_machine",
        "destinations": "",
    }
    content = changes.pop("content", b"{}")
    file = SimpleUploadedFile("own.jsonl", content)  # type: ignore[arg-type]
    return QuestionUploadForm(fields | changes, {"file": file})


def test_the_terms_are_those_entered():
    form = upload(
        may_be_released="on",
        text_may_go="listed_endpoints",
        destinations="LLM.hospital.example  localhost:8080",
    )
    assert form.is_valid(), form.errors
    terms = form.terms()
    assert (terms.licence, terms.may_be_released, terms.is_benchmark) == ("MIT", True, False)
    assert terms.destinations == ("llm.hospital.example", "localhost:8080")


def test_nothing_may_go_anywhere_or_be_released_unless_entered():
    form = upload()
    assert form.is_valid(), form.errors
    terms = form.terms()
    assert (terms.may_be_released, terms.text_may_go, terms.destinations) == (
        False,
        "this_machine",
        (),
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "two words"}, "name"),
        ({"name": "../escape"}, "name"),
        ({"licence": ""}, "licence"),
        ({"source": "nowhere"}, "source"),
        ({"text_may_go": "anywhere"}, "text_may_go"),
        ({"text_may_go": "listed_endpoints"}, "destinations"),
        ({"destinations": "https://llm.example/v1"}, "destinations"),
        ({"destinations": "user@llm.example"}, "destinations"),
        ({"content": b""}, "file"),
    ],
    ids=str,
)
def test_an_upload_is_refused_with_an_error_at_the_field(change, field):
    form = upload(**change)
    assert not form.is_valid()
    assert field in form.errors


def test_a_file_over_the_limit_is_refused_with_the_way_out(settings):
    settings.UPLOAD_LIMIT_BYTES = 10
    assert upload(content=b"x" * 10).is_valid()
    [error] = upload(content=b"x" * 11).errors["file"]
    assert "load_questions" in error
