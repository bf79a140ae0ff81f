"""A run card is taken only where all that it says of a release is so."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.audit.wording import told_events
from review.finetuned.registering import register_model, state_endpoints
from review.models import FineTunedModel, Release
from review.releases.lifecycle import withdraw_release
from tests import factories
from tests.factories import endpoints
from tests.review.finetuned import trained
from tests.review.releases.whole_batches import release_of

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


def changed(card: dict[str, Any], *path: Any, to: Any) -> bytes:
    """The card as a file, with another value at this place."""
    place = card
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return trained.as_file(card)


def test_a_model_is_what_its_run_card_says(graded_release):
    lead = graded_release.created_by
    content = trained.as_file(trained.card(graded_release, method="sft"))
    model = register_model(content, by=lead)
    assert (model.name, model.kind, model.base_model) == ("first-sft", "sft", trained.BASE)
    assert (model.release, model.registered_by) == (graded_release, lead)
    assert model.run_card.encode() == content
    event = Event.objects.get(action="finetuned_model.registered")
    assert event.payload["run_card_sha256"] == model.run_card_sha256
    (told,) = told_events([event])
    assert "first-sft" in told.sentence
    assert "trained on release" in told.sentence


def test_names_are_made_up_where_none_is_given_and_refused_where_they_are_taken(graded_release):
    first = trained.registered(graded_release)
    second = trained.registered(graded_release, made="another day")
    assert (first.name, second.name) == ("first-sft", "first-sft-2")
    content = trained.as_file(trained.card(graded_release, made="a third day"))
    for taken in ("first-sft", "new"):
        with pytest.raises(Refusal, match=f"such as {taken}-"):
            register_model(content, name=taken)


def test_the_same_card_is_registered_once(graded_release):
    trained.registered(graded_release)
    with pytest.raises(Refusal, match="registered already, as first-sft"):
        trained.registered(graded_release)


@pytest.mark.parametrize(
    ("path", "to", "sentence"),
    [
        (("release", "manifest_sha256"), "0" * 64, "The manifest of first has sha256"),
        (("release", "lines_sha256"), "0" * 64, "The lines of first has|The lines of first have"),
        (
            ("release", "files", "data/sft/train.jsonl"),
            "0" * 64,
            "data/sft/train.jsonl of first has sha256",
        ),
        (("release", "files", "data/sft/other.jsonl"), "0" * 64, "first has no file data/sft/oth"),
        (("rows", "train", "rows"), 2, "counts 2 rows of data/sft/train.jsonl, which has 3"),
        (("rows", "validation", "rows"), 1, "counts 1 rows .*names no such file"),
        (("release", "name"), "other", "names the release other, which is not here"),
    ],
    ids=["manifest", "lines", "file", "no such file", "rows", "split", "release"],
)
def test_what_differs_from_the_release_is_named(graded_release, path, to, sentence):
    content = changed(trained.card(graded_release), *path, to=to)
    with pytest.raises(Refusal, match=sentence):
        register_model(content)
    assert not FineTunedModel.objects.exists()


@pytest.mark.parametrize(
    ("path", "to", "sentence"),
    [
        (("card_version",), 2, "is of version 2"),
        (("base_sha256",), "1" * 64, "two checksums to the base"),
        (("weights_sha256",), "1" * 64, "two checksums to the trained weights"),
        (("base", "files", "more.safetensors"), "1" * 64, "base's checksum is not that of its f"),
        (("weights", 0, "files"), {"../../etc/passwd": "1" * 64}, "weights.0.files"),
        (("weights", 0, "folder"), "..", "weights.0.folder"),
        (("settings", "method"), "rlhf", "settings.method"),
        (("steps",), 0, "steps"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_a_card_that_contradicts_itself_is_refused(graded_release, path, to, sentence):
    content = changed(trained.card(graded_release), *path, to=to)
    with pytest.raises(Refusal, match=sentence):
        register_model(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff", "not UTF-8"),
        (b"no card", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "take run_card.json"),
        (b"{}", "take run_card.json"),
        (b'{"card_version": 1}', "cannot be read"),
    ],
)
def test_what_is_no_card_is_refused(db, content, sentence):
    with pytest.raises(Refusal, match=sentence):
        register_model(content)


def test_a_withdrawn_release_takes_no_model(graded_release):
    content = trained.as_file(trained.card(graded_release))
    withdraw_release(
        Release.objects.get(), reason="The graph was wrong.", by=graded_release.created_by
    )
    with pytest.raises(Refusal, match="withdrawn, and nothing is trained on it: The graph"):
        register_model(content)


def test_a_demonstration_takes_no_model(graded_release):
    card = trained.card(graded_release)
    release_of(factories.made_batch(2, name="demo"), made_by=graded_release.created_by, name="demo")
    with pytest.raises(Refusal, match="demonstration rules: it trains no model"):
        register_model(changed(card, "release", "name", to="demo"))


def test_who_states_the_endpoints_is_recorded_with_what_they_asked(graded_release):
    lead = graded_release.created_by
    model = trained.registered(graded_release)
    tuned, base = trained.served(model, by=lead)
    assert (model.endpoint, model.base_endpoint, model.stated_by) == (tuned, base, lead)
    assert model.stated["endpoint"] == {"model": "tuned-1", "base_url": endpoints.LOCAL}
    (told,) = told_events(Event.objects.filter(action="finetuned_model.endpoints_stated"))
    assert "it is called" in told.sentence
    assert told.others == ()


def test_endpoints_that_cannot_be_what_is_stated_are_refused(graded_release):
    model = trained.registered(graded_release)
    one = endpoints.endpoint("one", role="evaluated")
    same = endpoints.endpoint("same", role="evaluated")
    vectors = endpoints.endpoint("vectors", role="embeddings", model="embeds")
    with pytest.raises(Refusal, match="ask the same model at the same address"):
        state_endpoints(model, endpoint=one, base_endpoint=same)
    with pytest.raises(Refusal, match="vectors embeds texts"):
        state_endpoints(model, endpoint=vectors)
    model.refresh_from_db()
    assert model.endpoint is None


def register(*words: Any, **options: Any) -> str:
    told = io.StringIO()
    call_command("register_model", *words, stdout=told, **options)
    return told.getvalue()


def test_the_command_registers_and_states(graded_release, tmp_path):
    path = tmp_path / "run_card.json"
    path.write_bytes(trained.as_file(trained.card(graded_release)))
    assert "Registered first-sft: supervised fine-tuning of" in register(path)
    endpoints.endpoint("tuned", role="evaluated", model="tuned-1")
    endpoints.endpoint("base", role="evaluated", model="base-1")
    assert "Served by tuned, as stated." in register(path, endpoint="tuned", base_endpoint="base")
    assert FineTunedModel.objects.get().base_endpoint.name == "base"
    with pytest.raises(CommandError, match="registered already"):
        register(path)
    with pytest.raises(CommandError, match="needs --endpoint"):
        register(path, base_endpoint="base")
    with pytest.raises(CommandError, match="no endpoint named nobody"):
        register(path, endpoint="nobody")


def test_where_the_endpoints_are_refused_the_model_is_not_registered_either(
    graded_release, tmp_path
):
    path = tmp_path / "run_card.json"
    path.write_bytes(trained.as_file(trained.card(graded_release)))
    for name in ("one", "same"):
        endpoints.endpoint(name, role="evaluated")
    with pytest.raises(CommandError, match="same model at the same address"):
        register(path, endpoint="one", base_endpoint="same")
    assert not FineTunedModel.objects.exists()


def test_a_diverged_run_is_registered_with_what_it_measured(graded_release):
    card = trained.card(graded_release)
    card["curve"][-1]["train_loss"] = float("nan")
    assert "NaN" in trained.as_file(card).decode()
    assert json.loads(register_model(trained.as_file(card)).run_card)["steps"] == 60


def test_what_was_registered_never_changes(graded_release):
    trained.registered(graded_release)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        FineTunedModel.objects.update(weights_sha256="0" * 64)
