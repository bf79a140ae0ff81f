"""A release in the making: held by one worker, made again after a death, never half frozen."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from pipeline.core.errors import Refusal
from pipeline.db.snapshot import read_snapshot
from pipeline.models import Event
from review import tasks
from review.evidence.policies import Rules, save_policy
from review.models import Release, ReleasedTrace, Study
from review.releases import bundle, lifecycle, making
from review.releases.lease import TO_MAKE, release_lease
from review.releases.lifecycle import begin_release, remove_release, retry_release, withdraw_release
from review.releases.making import make
from review.releases.selection.choices import CannotRelease
from review.releases.zip_file import ask_for_zip, whole_zip
from tests import actors, factories

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """Where the ZIPs lie: nothing of another test's."""
    made: Path = tmp_path / "releases"
    made.mkdir()
    settings.RELEASE_DIR = made
    return made


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def study(lead) -> Study:
    return factories.study(actors.reviewer("ann"), opened_by=lead)


def begun(study: Study, lead, rules: Rules = factories.UNGRADED) -> Release:
    policy = save_policy("policy", rules=rules, saved_by=lead)
    return begin_release("first", studies=[study], policy=policy, made_by=lead)


def actions() -> list[str]:
    events = Event.objects.filter(action__startswith="release.").order_by("pk")
    return list(events.values_list("action", flat=True))


def now(release: Release) -> Release:
    return Release.objects.get(pk=release.pk)


def test_a_begun_release_is_on_record_at_once_and_made_by_a_worker(study, lead):
    release = begun(study, lead)
    assert (release.state, release.sha256, actions()) == ("making", "", ["release.begun"])
    tasks.finish_release(release.pk)
    made = now(release)
    assert made.state == Release.State.FROZEN
    assert made.lines.count() == made.row_count > 0
    assert actions() == ["release.begun", "release.made"]
    assert whole_zip(made) is not None
    assert (made.lease_token, made.lease_until) == (None, None)


def test_a_task_may_run_twice_without_harm(study, lead):
    release = begun(study, lead)
    tasks.finish_release(release.pk)
    before = (now(release).sha256, now(release).archive_sha256, actions())
    make(release)  # as it was when it was begun
    tasks.finish_release(release.pk)
    assert (now(release).sha256, now(release).archive_sha256, actions()) == before


def test_a_release_that_is_gone_is_no_error(study, lead):
    release = begun(study, lead)
    remove_release(release, by=lead)
    tasks.finish_release(release.pk)
    assert actions() == ["release.begun", "release.removed"]


def test_one_person_has_so_many_releases_made_at_once_and_no_more(study, lead):
    policy = save_policy("policy", rules=factories.UNGRADED, saved_by=lead)
    for place in range(lifecycle.MAX_WAITING):
        last = begin_release(f"r{place}", studies=[study], policy=policy, made_by=lead)
    with pytest.raises(CannotRelease, match="3 releases of lead are being made"):
        begin_release("too-many", studies=[study], policy=policy, made_by=lead)
    assert not Release.objects.filter(name="too-many").exists()
    begin_release("other", studies=[study], policy=policy, made_by=actors.lead("other"))
    tasks.finish_release(last.pk)
    begin_release("too-many", studies=[study], policy=policy, made_by=lead)


def test_trying_again_counts_too(study, lead):
    failed = begun(study, lead)
    Release.objects.update(state=Release.State.FAILED, failed_reason="why not")
    for place in range(lifecycle.MAX_WAITING):
        begin_release(f"r{place}", studies=[study], policy=failed.policy, made_by=lead)
    with pytest.raises(CannotRelease, match="3 releases of lead"):
        retry_release(failed, by=lead)
    assert now(failed).state == Release.State.FAILED


def test_one_worker_at_a_time(study, lead):
    release = begun(study, lead)
    with release_lease(now(release), TO_MAKE) as leased:
        assert leased
        make(now(release))
        assert list(lifecycle.unfinished_releases()) == []
    assert now(release).state == Release.State.MAKING
    assert list(lifecycle.unfinished_releases()) == [release]


def test_what_a_dead_worker_held_is_made_by_another(study, lead, monkeypatch):
    release = begun(study, lead)
    rung: list[int] = []
    monkeypatch.setattr(tasks.finish_release, "delay", rung.append)
    Release.objects.update(lease_token="0" * 32, lease_until=timezone.now() + timedelta(seconds=9))
    tasks.requeue_unfinished()
    assert rung == []
    Release.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.requeue_unfinished()
    assert rung == [release.pk]
    tasks.finish_release(release.pk)
    assert now(release).state == Release.State.FROZEN


def test_a_silent_broker_is_left_to_the_reaper(monkeypatch):
    def nobody(release_id: int) -> None:
        raise BrokerError("refused")

    monkeypatch.setattr(tasks.finish_release, "delay", nobody)
    tasks.enqueue_release(7)


def test_a_worker_that_lost_its_hold_freezes_nothing(study, lead, folder, monkeypatch):
    release, build_bundle = begun(study, lead), bundle.build_bundle

    def lose_hold(*args, **kwargs):
        Release.objects.update(lease_token="1" * 32)
        return build_bundle(*args, **kwargs)

    monkeypatch.setattr(making, "build_bundle", lose_hold)
    make(release)
    assert (now(release).state, now(release).sha256) == (Release.State.MAKING, "")
    assert not ReleasedTrace.objects.exists()
    assert not list(folder.iterdir())


def test_a_worker_killed_while_freezing_leaves_nothing(study, lead, folder, monkeypatch):
    release = begun(study, lead)

    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr(Event.objects, "record", killed)
    with pytest.raises(SystemExit):
        make(release)
    assert (now(release).state, now(release).sha256) == (Release.State.MAKING, "")
    assert not ReleasedTrace.objects.exists()
    assert not list(folder.iterdir())


def test_what_a_killed_worker_left_in_the_folder_goes(study, lead, folder):
    release = begun(study, lead)
    left = folder / f"{release.pk}.dead.part"
    left.write_bytes(b"half")
    make(release)
    assert not left.exists()
    assert whole_zip(now(release)) is not None


def test_a_busy_database_fails_nothing(study, lead, monkeypatch):
    release = begun(study, lead)

    def busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(making, "write_lines", busy)
    with pytest.raises(OperationalError):
        make(release)
    assert list(lifecycle.unfinished_releases()) == [release]


def test_a_failed_release_says_why_and_is_made_when_tried_again(study, lead):
    release = begun(study, lead, Rules())
    make(release)
    failed = now(release)
    assert failed.failed_reason.startswith("The policy leaves nothing to release: not graded (")
    assert list(lifecycle.unfinished_releases()) == []
    Release.objects.update(rules=now(release).rules | {"ungraded": "take", "only_accepted": False})
    retry_release(failed, by=lead)
    make(now(release))
    assert (now(release).state, now(release).failed_reason) == (Release.State.FROZEN, "")
    assert actions()[1:] == ["release.failed", "release.retried", "release.made"]


def test_what_was_frozen_is_never_removed_or_made_again(study, lead):
    release = begun(study, lead)
    make(release)
    for refused in (remove_release, retry_release):
        with pytest.raises(Refusal):
            refused(now(release), by=lead)
    assert actions() == ["release.begun", "release.made"]


def test_a_withdrawn_release_stays_withdrawn(study, lead):
    release = begun(study, lead)
    make(release)
    withdraw_release(now(release), reason="Wrong.", by=lead)
    changes = ({"state": "frozen"}, {"state": "making"}, {"state": "failed"})
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Release.objects.update(**change, failed_reason="x")
    assert now(release).state == Release.State.WITHDRAWN


def test_a_frozen_release_never_goes_back_to_the_making(study, lead):
    release = begun(study, lead)
    make(release)
    for change in ({"state": "making"}, {"sha256": "", "state": "making"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Release.objects.update(**change)


def test_a_withdrawn_release_is_not_packed(study, lead):
    release = begun(study, lead)
    make(release)
    ask_for_zip(now(release))
    withdraw_release(now(release), reason="Wrong.", by=lead)
    tasks.finish_release(release.pk)
    assert now(release).archive_sha256 == ""


@pytest.mark.django_db(transaction=True)
def test_a_long_reading_sees_one_moment_and_keeps_nobody_from_writing():
    ann = actors.person("ann")

    def write() -> None:
        type(ann).objects.filter(pk=ann.pk).update(first_name="Anna")
        connection.close()

    with read_snapshot():
        before = type(ann).objects.get(pk=ann.pk).first_name
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(timeout=15)  # SQLite would give up waiting after 20
        assert not writer.is_alive()
        assert type(ann).objects.get(pk=ann.pk).first_name == before
    assert type(ann).objects.get(pk=ann.pk).first_name == "Anna"
