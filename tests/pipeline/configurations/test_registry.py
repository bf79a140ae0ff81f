"""Configurations: saved under a name once, frozen, chosen for batches beside the presets."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from pipeline.configurations.registry import (
    all_configurations,
    configuration_named,
    require_current,
    save_configuration,
)
from pipeline.core.config import PRESETS
from pipeline.core.errors import InvalidConfiguration, Refusal
from pipeline.core.settings.changes import with_settings
from pipeline.forms.jobs.batches import runnable_configurations
from pipeline.models import Batch, Configuration, Event
from tests import actors, factories

pytestmark = pytest.mark.django_db
K5 = with_settings("lexical", {"prune.keep": 5})


def test_the_presets_are_there_before_anything_is_saved():
    assert [row.name for row in all_configurations()] == list(PRESETS)
    assert configuration_named("paper").method_config == PRESETS["paper"]
    assert not Configuration.objects.exists()


def test_what_is_saved_is_found_by_its_name_and_told_in_the_audit():
    save_configuration("k5", config=K5)
    row = configuration_named("k5")
    assert (row.method_config, row.fingerprint, row.is_preset) == (K5, K5.fingerprint, False)
    assert [row.name for row in all_configurations()] == [*PRESETS, "k5"]
    assert Event.objects.get(action="configuration.saved").payload["config"] == K5.as_json()


@pytest.mark.parametrize("name", ["k5", "K5", "default", "Paper", "two words", "", "n" * 81])
def test_a_name_that_is_taken_or_none_is_refused(name):
    save_configuration("k5", config=K5)
    other = with_settings("lexical", {"prune.keep": 6})
    with pytest.raises(Refusal) as refused:
        save_configuration(name, config=other)
    assert refused.value.field == "name"


@pytest.mark.parametrize(("name", "config"), [("k5", K5), ("lexical", PRESETS["lexical"])])
def test_the_same_settings_under_another_name_are_refused(name, config):
    save_configuration("k5", config=K5)
    with pytest.raises(Refusal, match=f"Nothing differs from the configuration {name}:"):
        save_configuration("again", config=config)


@pytest.mark.database_dialect
def test_a_saved_configuration_cannot_be_changed_or_deleted():
    row = save_configuration("k5", config=K5)
    for change in (
        lambda: Configuration.objects.filter(pk=row.pk).update(config={}),
        lambda: Configuration.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            change()


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(InvalidConfiguration, match="there are demonstration, lexical, default"):
        configuration_named("none")


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("configurations", *arguments)
    return capsys.readouterr().out


def test_the_command_saves_a_file_and_prints_it_back(tmp_path, capsys):
    file = tmp_path / "k5.toml"
    file.write_text('preset = "lexical"\n[prune]\nkeep = 5\n')
    said = run("--add", str(file), "--name", "k5", capsys=capsys)
    assert K5.fingerprint in said
    assert "Paths kept (K): 5 instead of 3" in said
    whole = tmp_path / "whole.json"
    whole.write_text(run("--show", "k5", capsys=capsys))
    assert json.loads(whole.read_text())["prune"] == {"keep": 5, "scope": "question", "shown": 40}
    with pytest.raises(CommandError, match="Nothing differs from the configuration k5"):
        run("--add", str(whole), "--name", "again", capsys=capsys)
    assert f"k5: made from lexical ({K5.fingerprint[:12]})" in run(capsys=capsys)


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        (
            '{"preset": "lexical", "prune": {"keep": 0, "keeps": 1}}',
            ("\n  prune.keep must be a whole number", "\n  prune.keeps is not a setting."),
        ),
        ('{"preset": "none"}', ("there is no 'none'",)),
        (None, ("No such file",)),
    ],
)
def test_a_file_that_cannot_be_saved_is_refused_in_a_sentence_a_setting(
    tmp_path, content, sentences
):
    file = tmp_path / "given.json"
    if content:
        file.write_text(content)
    with pytest.raises(CommandError) as refused:
        call_command("configurations", "--add", str(file), "--name", "given")
    for sentence in sentences:
        assert sentence in str(refused.value)
    assert not Configuration.objects.exists()


def test_a_file_without_a_name_is_refused():
    with pytest.raises(CommandError, match="go together"):
        call_command("configurations", "--add", "given.json")


def test_a_batch_is_generated_with_a_saved_configuration():
    factories.question_set(2)
    factories.graph()
    saved = with_settings("demonstration", {"prune.keep": 1, "search.maximum_length": 2})
    save_configuration("short", config=saved)
    call_command(
        *("generate", "--questions", "questions", "--graph", "small"),
        *("--config", "short", "--seed", "5"),
    )
    batch = Batch.objects.get()
    assert (batch.configuration_name, batch.config["preset"]) == ("short", "demonstration")
    assert (batch.config["prune"]["keep"], batch.config["seed"]) == (1, 5)


def test_one_of_an_earlier_version_stays_readable_and_starts_no_batch():
    row = save_configuration("k5", config=K5)
    old = dict(row.config)
    del old["checks"]
    old["model"] = old["model"] | {"prompts": [["extract", "v1"], ["judge", "v1"]]}
    Configuration.objects.bulk_create(
        [Configuration(name="before", config=old, fingerprint="0" * 64)]
    )
    client = actors.signed_in(actors.lead())
    for page in ("configurations/", "configurations/at/before/", "configurations/new/?from=before"):
        assert client.get(f"/batches/{page}").status_code == 200
    assert b"Saved with an earlier version" in client.get("/batches/configurations/").content
    assert "before" not in [choice.name for choice in runnable_configurations()]
    with pytest.raises(InvalidConfiguration, match="save its settings under a new name"):
        require_current(configuration_named("before"))
