"""A frozen release goes to a hub as it was frozen, in one commit, private unless told otherwise."""

import json

import pytest
from django.core.management import CommandError, call_command

from pipeline.models import Event
from review.evidence.policies import Rules, save_policy
from review.models import Release
from review.releases.lifecycle import withdraw_release
from tests import actors
from tests.factories import make_release
from tests.peers.hub import TOKEN, running_hub
from tests.review.disagreeing import grade_row
from tests.review.modelled import model_study

pytest.importorskip("huggingface_hub")
pytestmark = pytest.mark.django_db
REPOSITORY = "a-hospital/reasoning"


@pytest.fixture
def release() -> Release:
    lead, ann = actors.lead(), actors.reviewer("ann")
    study = model_study(ann, opened_by=lead, size=2)
    for item in study.items.all():
        grade_row(item, ann)
    policy = save_policy("fair", rules=Rules(), saved_by=lead)
    return make_release("first", study=study, policy=policy, made_by=lead)


@pytest.fixture
def hub(monkeypatch):
    """A hub that takes large files by the protocol that needs no service beside it."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with running_hub() as (url, hub):
        monkeypatch.setenv("HF_ENDPOINT", url)
        yield hub


def published(*options: str) -> None:
    call_command("publish_release", "first", "--to", f"hub:{REPOSITORY}", *options)


def test_every_file_arrives_as_it_was_frozen(release, hub, capsys):
    published()
    files = hub.files[REPOSITORY]
    assert hub.private == {REPOSITORY: True}
    assert hub.commits == ["Release first"]
    assert set(files) == {*release.manifest["files"], "manifest.json"}
    assert json.loads(files["manifest.json"]) == release.manifest
    assert files["README.md"].decode() == release.texts["README.md"]
    event = Event.objects.get(action="release.published")
    assert event.payload["repository"] == REPOSITORY
    assert "sent to a-hospital/reasoning: http" in capsys.readouterr().out


def test_a_later_release_replaces_what_was_there(release, hub):
    published()
    hub.files[REPOSITORY]["data/old.parquet"] = b"left over"
    published()
    assert "data/old.parquet" not in hub.files[REPOSITORY]


def test_a_dry_run_sends_nothing_and_names_every_file(release, hub, capsys):
    published("--dry-run")
    assert (hub.private, hub.commits) == ({}, [])
    told = capsys.readouterr().out
    assert all(f"  {name}\n" in told for name in (*release.manifest["files"], "manifest.json"))
    assert "(private). Nothing was sent." in told


def test_what_is_public_is_not_written_to_by_default(release, hub):
    hub.private[REPOSITORY] = False
    with pytest.raises(CommandError, match="is public already"):
        published()
    assert not hub.commits
    published("--public")
    assert hub.commits == ["Release first"]


def test_a_token_is_needed_and_never_shown(release, hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_another_one")
    with pytest.raises(CommandError, match="The hub refused") as refusal:
        published()
    assert "hf_another_one" not in str(refusal.value)
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(CommandError, match="Set HF_TOKEN"):
        published()


def test_a_hub_that_is_away_is_one_sentence(release, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with pytest.raises(CommandError, match="The hub refused"):
        published()


@pytest.mark.parametrize("to", ["hub:noname", "hub:a/../b", "ftp:a/b"])
def test_an_address_that_is_none_is_refused(release, to):
    with pytest.raises(CommandError, match=r"is no repository|Say where"):
        call_command("publish_release", "first", "--to", to, "--dry-run")


def test_a_withdrawn_release_is_not_published(release):
    withdraw_release(release, reason="Wrong licence.", by=release.created_by)
    with pytest.raises(CommandError, match="is withdrawn"):
        published("--dry-run")
