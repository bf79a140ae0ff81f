"""A trial: three traces with the settings of a batch, paid for once and counted nowhere."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse

from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.batches.starting.clones import clone_of
from pipeline.batches.starting.short_traces import traces_in_short
from pipeline.batches.starting.trial_text import trial_lines
from pipeline.batches.starting.trials import require_no_trial
from pipeline.core.config import preset
from pipeline.core.errors import Refusal
from pipeline.forms.jobs.batches import BatchForm
from pipeline.models import Batch, Event
from review.forms.studies import StudyForm
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.factories.endpoints import endpoint, price, reader
from tests.peers.stub_endpoint import stub_endpoint

pytestmark = pytest.mark.django_db


def trial(size: int = 12, *, seed: int = 0, **changes: Any) -> Batch:
    plan: dict[str, Any] = {
        "knowledge_graph": factories.graph(),
        "config": preset("demonstration", seed=seed),
        "name": "Pilot",
        "is_trial": True,
    }
    return start_batch(factories.question_set(size), **(plan | changes))


def questions_of(batch: Batch) -> list[int]:
    return list(batch.traces.order_by("question_id").values_list("question_id", flat=True))


def test_three_questions_are_drawn_by_the_seed_from_those_the_batch_would_take():
    batch = trial(limit=6, samples=4, placebo_share=1.0)
    drawn = questions_of(batch)
    first = list(batch.question_set.questions.order_by("pk").values_list("pk", flat=True)[:6])
    assert len(drawn) == len(set(drawn)) == 3
    assert set(drawn) <= set(first)
    assert (batch.samples, batch.placebo_share, batch.question_limit) == (4, 1.0, 6)
    told = Event.objects.get(action="batch.started").payload["trial"]
    assert told == {"questions": drawn, "seed": 0}


def test_the_same_seed_draws_the_same_and_another_seed_others():
    first = trial(40)
    same = {"question_set": first.question_set, "knowledge_graph": first.knowledge_graph}
    draws = [
        questions_of(
            start_batch(**same, config=preset("demonstration", seed=seed), is_trial=True)  # type: ignore[arg-type]
        )
        for seed in (0, 1, 2)
    ]
    assert questions_of(first) == draws[0]
    assert len({tuple(draw) for draw in draws}) > 1


def test_a_smaller_set_is_tried_whole():
    assert len(questions_of(trial(2))) == 2


def test_a_trial_lends_the_name_and_takes_none():
    first = trial()
    assert clone_of(first).values["name"] == "Pilot"
    plan: dict[str, Any] = {
        "knowledge_graph": first.knowledge_graph,
        "config": preset("demonstration"),
        "name": "Pilot",
    }
    start_batch(first.question_set, **plan, is_trial=True)
    whole = start_batch(first.question_set, **plan)
    assert whole.traces.count() == 12
    with pytest.raises(Refusal, match="Pilot, 2"):
        start_batch(first.question_set, **plan, is_trial=True)


def test_it_is_shown_in_short():
    batch = trial()
    run_batch(batch)
    for one in traces_in_short(batch):
        assert one.steps
        assert one.conclusion
        assert one.costs is None
    said = "\n".join(trial_lines(batch))
    assert said.count("Answer key:") == 3
    assert "The same command without --trial starts the batch." in said


def test_no_study_takes_it_and_no_figure_counts_it():
    batch = trial()
    run_batch(batch)
    batch.refresh_from_db()
    lead: User = actors.lead()
    assert f'value="{batch.pk}"' not in str(StudyForm()["batches"])
    plan = StudyPlan("study", batches=[batch], reviewers=[actors.reviewer()], overlap=1)
    with pytest.raises(Refusal, match="is a trial"):
        open_study(plan, opened_by=lead)
    with pytest.raises(Refusal, match="counts in no figure"):
        require_no_trial([batch])


def test_the_lists_of_traces_and_of_what_needs_a_lead_leave_it_out():
    run_batch(trial())
    client = actors.signed_in(actors.lead())
    assert "q1" not in client.get(reverse("pipeline:all_traces")).content.decode()
    assert "Start a batch" in client.get(reverse("home"), follow=True).content.decode()


@pytest.mark.parametrize("command", ["replicate", "export_batch"])
def test_commands_that_take_results_refuse_it(command, tmp_path):
    batch = trial()
    more = ["--output", str(tmp_path / "out.jsonl")] if command == "export_batch" else []
    with pytest.raises(CommandError, match="is a trial"):
        call_command(command, str(batch.pk), *more)
    assert not list(tmp_path.iterdir())


@pytest.mark.django_db(transaction=True)
def test_the_batch_replays_what_the_trial_paid_for():
    price("model-r")
    price("model-s")
    with stub_endpoint() as stub:
        tried = trial(
            6,
            config=preset("lexical", seed=3),
            reasoner_endpoint=endpoint(base_url=stub.base_url),
            reader_endpoint=reader(base_url=stub.base_url),
        )
        assert run_batch(tried, threads=1) == 3
        paid = set(tried.calls.values_list("fingerprint", flat=True))
        assert all(one.costs is not None and one.costs.sent for one in traces_in_short(tried))
        values = clone_of(tried).values
        form = BatchForm({name: "" if one is None else one for name, one in values.items()})
        assert form.is_valid(), form.errors
        batch = start_batch(form.cleaned_data["question_set"], **form.choices())
        assert run_batch(batch, threads=1) == 6
    again = batch.calls.filter(fingerprint__in=paid)
    assert {call.status for call in again} == {"replayed"}
    assert set(again.values_list("fingerprint", flat=True)) == paid
    sent = batch.calls.exclude(status="replayed").values_list("fingerprint", flat=True)
    assert sent
    assert paid.isdisjoint(sent)
    assert "of them replayed" in "\n".join(trial_lines(tried))
