"""Seeding: what a new installation starts with, once, and never over somebody's work."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command

from pipeline.accounts.roles import Role, roles_of
from pipeline.models import Batch, KnowledgeGraph, QuestionSet
from review.models import Reviewer, Study
from review.queue.claim import next_slot
from review.seeding import ACCOUNTS, seed_accounts, seed_starter
from tests import actors, factories

pytestmark = pytest.mark.django_db


def seed() -> str:
    out = StringIO()
    call_command("seed", stdout=out)
    return out.getvalue()


def test_each_account_has_its_role_and_a_password_that_works():
    accounts = seed_accounts()
    assert [(one.username, one.role) for one in accounts] == [
        (name, role.value) for name, role in ACCOUNTS
    ]
    for account in accounts:
        user = authenticate(username=account.username, password=account.password)
        assert user is not None
        assert roles_of(user) == {Role(account.role)}
        assert (user.is_staff, user.is_superuser) == (False, False)


def test_passwords_are_fresh_long_and_differ():
    passwords = [account.password for account in seed_accounts()]
    assert len(set(passwords)) == len(passwords)
    assert all(len(password.replace("-", "")) == 16 for password in passwords)


def test_reviewers_have_their_profile():
    seed_accounts()
    assert {str(one) for one in Reviewer.objects.all()} == {"reviewer1", "reviewer2"}


def test_nobody_is_added_where_anyone_has_an_account():
    actors.person("somebody")
    assert seed_accounts() == []
    assert User.objects.count() == 1


def test_the_starter_content_is_ready_to_be_graded():
    seed_accounts()
    study = seed_starter()
    batch = Batch.objects.get()
    assert (batch.state, batch.is_demonstration) == (Batch.State.FINISHED, True)
    assert batch.traces.filter(kept=True).count() >= 10
    assert QuestionSet.objects.get().may_be_released
    assert study.overlap == 2
    for reviewer in Reviewer.objects.all():
        assert next_slot(study, reviewer=reviewer) is not None


def test_the_starter_graph_of_an_older_installation_is_stated_once_and_no_other_is():
    seed_accounts()
    seed_starter()
    graph = KnowledgeGraph.objects.get()
    assert (graph.licence, graph.may_be_released) == ("Apache-2.0", True)
    KnowledgeGraph.objects.update(licence="", may_be_released=False, source="")
    seed_starter()
    graph.refresh_from_db()
    assert (graph.licence, graph.may_be_released) == ("Apache-2.0", True)
    KnowledgeGraph.objects.update(licence="", source_checksum="0" * 64)
    seed_starter()
    graph.refresh_from_db()
    assert graph.licence == ""


def test_the_second_time_changes_nothing_and_shows_no_password():
    first = seed()
    again = seed()
    assert "lead" in first
    assert again.strip() == ""
    counts = [model.objects.count() for model in (User, Batch, KnowledgeGraph, QuestionSet, Study)]
    assert counts == [4, 1, 1, 1, 1]


def test_the_passwords_are_printed_once_and_kept_nowhere():
    printed = seed()
    for name, _ in ACCOUNTS:
        [line] = [line for line in printed.splitlines() if f" {name} " in line]
        assert authenticate(username=name, password=line.split()[-1]) is not None
        assert line.split()[-1] not in User.objects.get(username=name).password


def test_an_installation_with_work_in_it_is_left_alone():
    actors.lead()
    factories.batch(1)
    assert seed_starter() is None
    assert (Batch.objects.count(), Study.objects.count()) == (1, 0)


def test_an_installation_without_the_seeded_lead_is_left_alone():
    actors.lead("somebody")
    assert seed_starter() is None
    assert not KnowledgeGraph.objects.exists()
