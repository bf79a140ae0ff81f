"""A release's files in the browser: its lines, and its bundle, whole or not at all."""

import hashlib
import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.accounts.roles import Role
from review.evidence.policies import save_policy
from review.models import Release, ReleasedTrace, Study
from review.releases.lifecycle import lines_of, withdraw_release
from review.releases.zip_file import whole_zip
from tests import actors, factories
from tests.factories import make_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def client(lead) -> Client:
    return actors.signed_in(lead)


@pytest.fixture
def release(lead) -> Release:
    study = factories.study(actors.reviewer("ann"), opened_by=lead)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    return make_release("first", study=study, policy=policy, made_by=lead)


def download(client: Client, release: Release):
    return client.get(reverse("review:release_download", args=[release.name]))


def test_a_download_is_an_attachment_of_the_frozen_bytes(client, release):
    response = download(client, release)
    content = b"".join(response.streaming_content)
    assert content == b"".join(lines_of(release))
    assert hashlib.sha256(content).hexdigest() == release.sha256
    assert response.headers["Content-Disposition"] == 'attachment; filename="first.jsonl"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "application/x-ndjson"


def test_the_bundle_is_one_zip_of_the_frozen_files(client, release):
    response = client.get(reverse("review:release_bundle", args=["first"]))
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as bundle:
        content = bundle.read("first/data/traces/train.jsonl")
    assert hashlib.sha256(content).hexdigest() == release.sha256
    assert response.headers["Content-Disposition"] == 'attachment; filename="first.zip"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_whoever_may_still_grade_in_its_study_gets_none_of_its_files(client, release):
    """Lines hold others' grades, and the archive says which items are controls."""
    both = actors.person("both", Role.LEAD, Role.REVIEWER)
    study = release.studies.get()
    study.reviewers.add(both.reviewer)
    page = reverse("review:release", args=["first"])
    files = [reverse(f"review:release_{name}", args=["first"]) for name in ("download", "bundle")]
    blinded = actors.signed_in(both)
    assert {blinded.get(address).status_code for address in files} == {404}
    assert not any(address in blinded.get(page).content.decode() for address in files)
    assert all(address in client.get(page).content.decode() for address in files)
    Study.objects.filter(pk=study.pk).update(state=Study.State.CLOSED)
    assert {blinded.get(address).status_code for address in files} == {200}


@pytest.mark.parametrize("harm", ["missing", "changed"])
def test_a_zip_that_is_not_as_recorded_is_packed_again(client, release, rung, harm):
    path = whole_zip(release)
    before = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(before[:-1] + b"x")
    url = reverse("review:release_bundle", args=["first"])
    assert rung(lambda: client.get(url)).status_code == 302
    assert "The ZIP in the data folder is missing or was changed" in _shown(client)
    assert b"".join(client.get(url).streaming_content) == before


def test_a_zip_that_is_being_packed_is_waited_for(client, release):
    whole_zip(release).unlink()
    url = reverse("review:release_bundle", args=["first"])
    for _ in range(2):
        shown = client.get(url, follow=True).content.decode()
        assert "is being packed from the frozen files" in shown
        assert "Download bundle" not in shown
    ask = client.get(reverse("review:release", args=["first"]), headers={"HX-Request": "true"})
    assert ask.status_code == 204


@pytest.mark.usefixtures("unguarded")
def test_a_bundle_that_is_not_as_frozen_is_not_handed_out(client, release, rung):
    whole_zip(release).unlink()
    line = release.lines.first()
    ReleasedTrace.objects.filter(pk=line.pk).update(
        line=line.line.replace('"preset":"', '"preset":"x', 1)
    )
    url = reverse("review:release_bundle", args=["first"])
    rung(lambda: client.get(url))
    assert "could not be packed: Not as frozen: " in _shown(client)
    assert rung(lambda: client.get(url)).status_code == 302
    release.refresh_from_db()
    assert whole_zip(release) is None


def _shown(client: Client) -> str:
    return client.get(reverse("review:release", args=["first"])).content.decode()


def test_a_withdrawn_release_hands_out_nothing(client, release, lead):
    withdraw_release(release, reason="Wrong policy.", by=lead)
    for name in ("download", "bundle"):
        assert client.get(reverse(f"review:release_{name}", args=["first"])).status_code == 404


def test_an_auditor_may_download(release):
    auditor = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    assert download(auditor, release).status_code == 200
