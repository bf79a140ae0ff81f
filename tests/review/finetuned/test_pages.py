"""The screens of fine-tuned models: what a lead sees, registers and states."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from review.models import FineTunedModel, PathGrade, Release, Reviewer, Study, StudyReviewer
from review.releases.lifecycle import withdraw_release
from tests import actors
from tests.factories import endpoints
from tests.review.finetuned import trained

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(world) -> Client:
    return actors.signed_in(world.lead)


def page(client: Client, name: str = "model", *arguments: str, query: str = "") -> str:
    address = reverse(f"review:{name}", args=arguments)
    return " ".join(client.get(address + query).content.decode().split())


@pytest.mark.usefixtures("unguarded")
def test_without_a_model_the_list_says_how_one_comes_about(client):
    FineTunedModel.objects.all().delete()
    assert "No model yet" in page(client, "models")


def test_the_list_says_where_each_model_stands(client):
    told = page(client, "models")
    for part in ("first-sft", trained.BASE, "holds: 6", "1 of it, 1 of its base"):
        assert part in told


def test_its_release_names_it(client):
    assert "Models trained on it" in page(client, "release", "first")


def test_a_models_page_sets_it_beside_its_base(client, world):
    told = page(client, "model", "first-sft")
    for part in (
        '50.0 %</span> <span class="figure__interval">(-10.2 to 85.0), n = 4',
        "Of the same 4 questions, &quot;tuned-1 on drugs, free&quot; answers 50.0 percentage",
        f"{world.of_base.items_sha256}/?evaluation={world.of_base.pk}&amp;evaluation=",
        "Exact tests",
        "none of 4",
        "Held-out loss: 3.1000 at step 0, 1.4582 at step 60.",
        "3 of 4 traces are in the release",
        "Rater R-",
        "as lead stated on",
    ):
        assert part in told
    assert "modelled</a>" in told


def test_everything_is_worked_out_anew_when_it_is_asked_for(client):
    assert "not checked" in page(client, "model", "first-sft")
    told = page(client, "model", "first-sft", query="?verify")
    assert "not checked" not in told
    assert "Everything was worked out anew." in told


@pytest.mark.usefixtures("unguarded")
def test_a_broken_chain_is_said_first_of_all(client):
    PathGrade.objects.update(precision=1)
    told = page(client, "model", "first-sft")
    assert "The chain is broken at: its grade." in told
    assert told.index("The chain is broken") < told.index("side by side")
    assert "broken: 1" in page(client, "models")


def test_a_release_that_was_withdrawn_is_said_first_of_all(client, world):
    withdraw_release(Release.objects.get(), reason="The graph was wrong.", by=world.lead)
    assert "Its release was withdrawn: The graph was wrong." in page(client, "model", "first-sft")


def test_who_may_still_grade_sees_no_grade_and_not_which_trace_was_graded(client, world):
    study = Study.objects.get()
    reviewer = Reviewer.objects.create(user=world.lead, pseudonym="R-lead")
    StudyReviewer.objects.create(study=study, reviewer=reviewer)
    told = page(client, "model", "first-sft")
    line = world.release.lines.get(position=1)
    assert "Rater R-" not in told
    assert str(line.trace.key) not in told
    assert told.count("Shown to whoever no longer grades") == 4


def test_what_is_not_compared_says_why(client, world, monkeypatch):
    trained.evaluated(monkeypatch, world.tuned, "ABCD", question_set=world.drugs, prompt="strict")
    assert "differs in prompt (strict v1 here, free v1 there)" in page(client, "model", "first-sft")


@pytest.mark.usefixtures("unguarded")
def test_a_process_reward_model_is_not_measured_by_accuracy(client):
    assert "not its measure" not in page(client, "model", "first-sft")
    FineTunedModel.objects.update(kind="prm")
    assert "accuracy on a benchmark is not its measure" in page(client, "model", "first-sft")


@pytest.mark.usefixtures("unguarded")
def test_a_run_card_that_can_no_longer_be_read_is_a_broken_link_and_no_error(client):
    FineTunedModel.objects.update(run_card="{}")
    assert "The chain is broken at: the run card." in page(client, "model", "first-sft")


def test_a_run_card_is_uploaded_and_what_differs_stands_beside_the_field(client, world):
    card = trained.card(world.release, made="another day")
    card["release"]["manifest_sha256"] = "0" * 64
    file = SimpleUploadedFile("run_card.json", trained.as_file(card))
    answer = client.post(reverse("review:model_new"), {"file": file})
    assert answer.status_code == 422
    assert "The manifest of first has sha256" in str(answer.context["form"].errors["file"])
    card = trained.card(world.release, made="another day")
    file = SimpleUploadedFile("run_card.json", trained.as_file(card))
    answer = client.post(reverse("review:model_new"), {"file": file, "name": "mine"})
    assert answer.headers["Location"] == reverse("review:model", args=["mine"])
    model = FineTunedModel.objects.get(name="mine")
    assert model.registered_by == world.lead
    told = page(client, "model", "mine")
    assert "Nothing is compared before someone states" in told


def test_the_run_card_comes_back_byte_for_byte(client, world):
    answer = client.get(reverse("review:model_run_card", args=["first-sft"]))
    assert answer.content == world.model.run_card.encode()


def test_endpoints_are_stated_by_name_with_who_and_when(client, world):
    address = reverse("review:model_endpoints", args=["first-sft"])
    same = endpoints.endpoint("same", role="evaluated", model=world.tuned.model)
    sent = {"endpoint": world.tuned.pk, "base_endpoint": same.pk}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "ask the same model" in str(answer.context["form"].errors["base_endpoint"])
    assert client.post(address, {"endpoint": world.tuned.pk}).status_code == 302
    model = FineTunedModel.objects.get()
    assert (model.base_endpoint, model.stated_by) == (None, world.lead)
    told = page(client, "model", "first-sft")
    assert "Nothing is compared before someone states which endpoint serves the base." in told


def test_where_nothing_was_evaluated_the_way_to_it_is_told(client, world):
    fresh = endpoints.endpoint("fresh", role="evaluated", model="base-9")
    address = reverse("review:model_endpoints", args=["first-sft"])
    client.post(address, {"endpoint": world.tuned.pk, "base_endpoint": fresh.pk})
    told = page(client, "model", "first-sft")
    assert "of <bdi>fresh</bdi> and one of <bdi>tuned</bdi> with the same settings" in told
