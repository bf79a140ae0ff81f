"""Every URL x every role, in one table. A URL that is not in the table fails the test."""

from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse

from pipeline.accounts.roles import Role
from pipeline.evaluations.starting import start_evaluation
from pipeline.models import Evaluation, FileMapping
from pipeline.uploads import keep_upload
from review.evidence.policies import save_policy
from review.grading.controls import ExpectedGrade, mark_control
from review.models import Study
from review.people.invitations import invite
from review.people.password_links import reset_link
from review.queue.claim import next_slot
from tests import actors, factories
from tests.factories import endpoints, make_release
from tests.pipeline.evaluations.scripted import plan
from tests.review.disagreeing import disputed_and_sent_back
from tests.review.finetuned.trained import registered_row
from tests.review.pairwise.pairing import judge, pairwise_study
from tests.review.reports.evaluation import planted
from tests.review.submitting import submit
from tests.security.access_table import ROLES, TABLE
from tests.security.visitors import addresses_in, came_through, client_for, names

pytestmark = pytest.mark.django_db
# Forms that are shown to more people than may send them.
WRITES = (
    *("pipeline:batch_new", "pipeline:batch_cancel", "pipeline:configuration_new"),
    *("pipeline:batch_import", "pipeline:batch_terms", "pipeline:outputs_new"),
    *("pipeline:evaluation_new", "pipeline:evaluation_cancel"),
    *("pipeline:question_upload", "pipeline:description_new", "pipeline:endpoint_new"),
    *("pipeline:endpoint_change", "pipeline:price_new", "pipeline:price_change"),
    *("review:study_new", "review:pairwise_new", "review:study_extend"),
    *("review:control_mark", "review:release_new", "review:policy_new"),
    *("review:invitation_new", "review:dispute", "review:model_new", "review:model_endpoints"),
)
# What is nobody's work: one's own login, the health check, an invitation of one's own.
OWN = {name for name in TABLE if ":" not in name} | {
    "review:invitation_accept",
    "review:password_reset",
}


def test_every_url_is_in_the_table():
    assert set(names(get_resolver())) == set(TABLE)


@pytest.fixture(scope="module")
def world(module_db) -> dict[str, str]:
    """A URL for every name, each with a row behind it."""
    cache.clear()  # invitations are counted by address
    lead, grader = actors.lead("chief"), actors.reviewer("grader")
    study = factories.study(grader, opened_by=lead)
    Study.objects.update(reveal_after_submit=True)
    graded = next_slot(study, reviewer=grader)
    submit(graded, grader)
    compared = pairwise_study(grader, opened_by=lead, questions=1)
    pair = next_slot(compared, reviewer=grader)
    judge(pair, grader)
    slot = next_slot(study, reviewer=grader)
    assert slot is not None
    disputed = disputed_and_sent_back(study, grader, lead)
    policy = save_policy("policy", rules=factories.UNGRADED, saved_by=lead)
    release = make_release("released", study=study, policy=policy, made_by=lead)
    batch = study.batches.get()
    control = mark_control(batch.traces.first(), expected=ExpectedGrade(4, 4), by=lead)
    load = batch.question_set.loads.create(file_name="f", added=1, known=0, rejected=0)
    upload = keep_upload(BytesIO(b"{}"), "f.jsonl", owner=lead)
    FileMapping.objects.create(name="described", mapping={})
    endpoint = endpoints.endpoint(base_url="http://127.0.0.1:9/v1")
    invitation, token = invite(Role.REVIEWER, meant_for="Ann", days=7, made_by=lead)
    of_one_row: list[tuple[object, str]] = [
        (slot.item.code, "grade draft answer_key decline"),
        (graded.item.code, "amend amend_draft reveal"),
        (disputed.code, "sent_back adjudication_item settle_hold settle settle_let_go send_back"),
        (disputed.code, "correct"),
        (pair.item.code, "pair pair_draft pair_amend pair_amend_draft"),
        (compared.pk, "pair_history"),
        (
            release.name,
            "release release_download release_bundle release_configurations release_withdraw",
        ),
        (registered_row(release).name, "model model_endpoints model_run_card"),
        (study.pk, "next_item practice history adjudication_study settle_next study study_extend"),
        (study.pk, "study_draw policy_try reports paper study_archive"),
        (grader.user.pk, "person person_roles person_profile person_reset"),
    ]
    arguments: dict[str, list[object]] = {
        f"review:{name}": [key] for key, names in of_one_row for name in names.split()
    }
    evaluation = start_evaluation(plan())
    of_evaluation = "evaluation evaluation_cancel evaluation_budget evaluation_retry answers"
    arguments |= {f"pipeline:{name}": [evaluation.pk] for name in of_evaluation.split()}
    arguments |= {
        "pipeline:evaluation_steer": [evaluation.pk, "pause"],
        "pipeline:answer": [evaluation.answers.first().key],
        "pipeline:batch": [batch.pk],
        "pipeline:batch_steer": [batch.pk, "pause"],
        "pipeline:batch_cancel": [batch.pk],
        "pipeline:batch_terms": [factories.imported_batch(batch.question_set).pk],
        "pipeline:batch_budget": [batch.pk],
        "pipeline:batch_retry": [batch.pk],
        "pipeline:traces": [batch.pk],
        "pipeline:trace": [batch.traces.first().key],
        "pipeline:trace_paths": [batch.traces.first().key, "json"],
        "pipeline:configuration": ["paper"],
        "pipeline:configuration_file": ["paper"],
        "pipeline:outputs_import": [upload, batch.question_set.name],
        "pipeline:description": [upload],
        "pipeline:description_load": [upload, "described"],
        "pipeline:question_load": [load.pk],
        "pipeline:question_set": [batch.question_set.name],
        "pipeline:question_set_terms": [batch.question_set.name],
        "pipeline:question_set_benchmark": [batch.question_set.name],
        "pipeline:knowledge_graph_terms": [batch.knowledge_graph.pk],
        "pipeline:endpoint_terms": [endpoint.name],
        "pipeline:endpoint_change": [endpoint.name],
        "pipeline:endpoint_test": [endpoint.name],
        "pipeline:endpoint_steer": [endpoint.name, "deactivate"],
        "pipeline:price_change": [endpoints.price().pk],
        "review:dispute": [disputed.trace.question_id],
        "review:dispute_make_again": [disputed.trace.question_id, batch.pk],
        "review:control_mark": [batch.traces.first().key],
        "review:control_retire": [control.pk],
        "review:study_steer": [study.pk, "pause"],
        "review:release_steer": [release.name, "retry"],
        "review:paper_file": [study.pk, "md"],
        "review:evaluation_report": [evaluated().items_sha256],
        "review:report": [study.pk, "agreement"],
        "review:report_file": [study.pk, "agreement", "csv"],
        "review:report_table": [study.pk, "agreement", "criteria"],
        "review:report_plot": [study.pk, "agreement", "criteria", "svg"],
        "review:password_reset": [*reset_link(actors.person("forgetful"), by=lead)],
        "review:person_steer": [grader.user.pk, "deactivate"],
        "review:invitation_revoke": [invitation.pk],
        "review:invitation_accept": [token],
    }
    return {name: reverse(name, args=arguments.get(name, [])) for name in TABLE}


def evaluated() -> Evaluation:
    """A finished evaluation, of which there is a report."""
    return planted.evaluation(planted.benchmark(n=2), "evaluated", planted.right_on(0))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_exactly_what_the_table_says(world, role):
    client = client_for(role)
    wrong = []
    for name, (method, admitted) in TABLE.items():
        response = getattr(client, method)(world[name])
        if came_through(response) != (role in admitted):
            wrong.append(f"{name}: {response.status_code} {response.headers.get('Location', '')}")
    assert not wrong


@pytest.mark.parametrize("role", ["anonymous", "no role", "lead", "reviewer", "adjudicator"])
def test_below_a_path_nothing_leads_out_of_it(world, site_path, role):
    client = client_for(role)
    replies = [getattr(client, TABLE[name][0])(url) for name, url in world.items()]
    found = [address for reply in replies for address in addresses_in(reply)]
    assert len(found) > len(TABLE)
    assert [address for address in found if not address.startswith(site_path)] == []


@pytest.mark.parametrize("role", ["no role", "reviewer", "adjudicator", "auditor", "superuser"])
@pytest.mark.parametrize("name", WRITES)
def test_only_leads_write(world, role, name):
    assert client_for(role).post(world[name]).status_code == 403


def test_an_auditor_changes_nothing_anywhere(world):
    client = client_for("auditor")
    allowed = {
        name: status
        for name in TABLE.keys() - OWN
        if (status := client.post(world[name]).status_code) not in (403, 405)
    }
    assert not allowed


@pytest.mark.parametrize("role", ["lead", "adjudicator"])
def test_where_two_step_login_is_required_nothing_else_opens_before_it(world, role, settings):
    settings.REQUIRE_TOTP = True
    client, target = client_for(role), reverse("mfa_activate_totp")
    response = client.get(world["review:studies"])
    assert (response.status_code, response.headers["Location"]) == (302, target)
    assert "Your role requires two-step login" in client.get(target, follow=True).content.decode()
    fragment = client.get(world["review:studies"], headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == target
    user = User.objects.get(username=role)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert client.get(world["review:studies"]).status_code == 200


def test_reviewers_are_not_required_to_use_two_step_login(world, settings):
    settings.REQUIRE_TOTP = True
    assert client_for("reviewer").get(world["review:desk"]).status_code == 200


def test_an_htmx_request_of_a_stranger_leaves_the_panel_for_the_login_page(world):
    response = Client().get(world["pipeline:batch"], headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == reverse("account_login")


def test_another_reviewers_item_does_not_exist(world):
    stranger = actors.signed_in(actors.reviewer("stranger").user)
    assert stranger.get(world["review:grade"]).status_code == 404
    assert stranger.post(world["review:grade"]).status_code == 404
    names = ("next_item", "draft", "answer_key", "decline", "practice", "amend", "amend_draft")
    pairs = ("pair", "pair_draft", "pair_amend", "pair_amend_draft")
    for name in (*names, *pairs, "reveal"):
        assert stranger.post(world[f"review:{name}"]).status_code == 404, name
    assert stranger.get(world["review:history"]).status_code == 404
    assert stranger.get(world["review:pair_history"]).status_code == 404
    assert stranger.get(world["review:pair"]).status_code == 404
