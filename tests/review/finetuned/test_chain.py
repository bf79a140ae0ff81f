"""The chain holds from the graded edge to the difference, and each link that is broken is found."""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pipeline import store
from pipeline.models import Endpoint, EvaluationItem, Event, LLMCall, Question, Trace
from review.finetuned.chain import ChainLink, State, chain_of, releases
from review.finetuned.chain.benchmarks import answers_sha256
from review.finetuned.chain.graded_line import sample_links
from review.finetuned.chain.sample import sample_of
from review.finetuned.side_by_side import side_by_side
from review.models import FineTunedModel, Grade, PathGrade, Release, ReleasedTrace
from review.releases.lifecycle import withdraw_release
from tests.review.finetuned import trained

GRADED = "grade.submitted"
pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


def links(*, weights: Path | None = None, thorough: bool = True) -> tuple[ChainLink, ...]:
    model = FineTunedModel.objects.get()
    shown = side_by_side(model)
    return chain_of(model, shown.benchmarks, thorough=thorough, weights=weights)


def broken(**options: Any) -> set[str]:
    return {link.title for link in links(**options) if link.is_broken}


def state_of(title: str, **options: Any) -> State:
    return next(link.state for link in links(**options) if link.title == title)


def test_everything_holds_but_what_nobody_can_prove(world, tmp_path):
    found = links(weights=trained.weights_folder(tmp_path))
    others = {link.title: link.state for link in found if link.state is not State.HOLDS}
    assert others == {
        "The base's weights": State.STATED,
        "The endpoint of the model": State.STATED,
        "The endpoint of the base": State.STATED,
    }
    assert "Stated by lead on" in next(link.why for link in found if "endpoint" in link.title)
    with_sum = [link for link in found if link.sha256]
    assert len(with_sum) == len(found) - 2  # of endpoints there is none
    assert all(len(link.sha256) == 64 for link in with_sum)


def test_it_begins_with_an_edge_that_a_rater_graded(world):
    edge, grade, trace, line = links(thorough=False)[:4]
    row = world.release.lines.get(position=1)
    assert edge.what.startswith("Propranolol, contraindication, asthma: the path that holds it has")
    assert edge.sha256 == json.loads(row.line)["graph"]["checksum"]
    assert grade.sha256 == Event.objects.get(subject_id=str(_grade(row).pk), action=GRADED).digest
    assert trace.sha256 == row.trace.record_sha256
    assert line.sha256 == hashlib.sha256(row.line.encode()).hexdigest()


def _grade(row: ReleasedTrace) -> Grade:
    return Grade.objects.get(item=row.item)


def test_a_page_does_not_work_out_what_takes_long_and_says_so(world):
    for title in ("All lines of the release", "A file that was trained on"):
        assert state_of(title, thorough=False) is State.UNCHECKED
    assert state_of("The manifest", thorough=False) is State.HOLDS


def sample() -> ReleasedTrace:
    found = sample_of(Release.objects.get())
    assert found is not None
    return found.row


def other_edge() -> None:
    row = sample()
    row.line = row.line.replace('"relation":"contraindication"', '"relation":"off-label use"')
    row.save()


def other_grade() -> None:
    PathGrade.objects.filter(grade=_grade(sample())).update(precision=1)


def other_event_of_the_grade() -> None:
    event = Event.objects.get(action=GRADED, subject_id=str(_grade(sample()).pk))
    event.payload["cot_precision"] = 1
    event.save()


def another_word_in_the_event_of_the_grade() -> None:
    event = Event.objects.get(action=GRADED, subject_id=str(_grade(sample()).pk))
    event.payload["reason"] = "Read again."
    event.save()


def an_event_written_anew_without_the_grade() -> None:
    event = Event.objects.get(action=GRADED, subject_id=str(_grade(sample()).pk))
    event.payload["decision"] = "reject"
    event.digest = event.computed_digest()
    event.save()


def no_grade() -> None:
    Grade.objects.filter(pk=_grade(sample()).pk).update(revision=7, amend_reason="Again.")


def other_trace() -> None:
    row = sample().trace
    Trace.objects.filter(pk=row.pk).update(record=row.record.replace("contra", "kontra"))


def other_trace_with_its_sum() -> None:
    row = sample().trace
    record = store.trace_text(store.trace_record(row)).replace("asthma", "athsma")
    sha256 = hashlib.sha256(record.encode()).hexdigest()
    Trace.objects.filter(pk=row.pk).update(record=record, record_sha256=sha256)


def unreadable_line() -> None:
    row = sample()
    row.line = row.line.replace(":", " :", 1)
    row.save()


def another_line() -> None:
    row = Release.objects.get().lines.filter(left_out="").order_by("position").last()
    row.line = row.line.replace("answer", "anwser")
    row.save()


def an_event_of_the_study() -> None:
    event = Event.objects.get(action="study.opened")
    event.payload["items"] = 400
    event.save()


def a_chain_written_anew() -> None:
    Event.objects.filter(chain__name="house").update(digest="0" * 64)


def other_manifest() -> None:
    release = Release.objects.get()
    release.manifest["notice"] = "Clinically validated."
    release.save()


def other_run_card() -> None:
    model = FineTunedModel.objects.get()
    model.run_card = model.run_card.replace('"seed": 7', '"seed": 8')
    model.save()


def other_run_card_with_its_sum() -> None:
    other_run_card()
    model = FineTunedModel.objects.get()
    model.run_card_sha256 = hashlib.sha256(model.run_card.encode()).hexdigest()
    model.save()


def no_run_card() -> None:
    FineTunedModel.objects.update(run_card="{}")


def other_weights_in_the_table() -> None:
    FineTunedModel.objects.update(weights_sha256="0" * 64)


def other_letter() -> None:
    item = EvaluationItem.objects.filter(evaluation__name__startswith="tuned").first()
    EvaluationItem.objects.filter(pk=item.pk).update(letter="D", label="D")


def other_output() -> None:
    item = EvaluationItem.objects.filter(evaluation__name__startswith="base").first()
    EvaluationItem.objects.filter(pk=item.pk).update(output="Answer: A, surely")


def other_answer_in_the_ledger() -> None:
    LLMCall.objects.filter(evaluation__name__startswith="base").update(answer_text="Answer: C")


def other_key() -> None:
    Question.objects.filter(question_set__name="drugs", answer_label="B").update(
        answer_label="C", answer_text="Warfarin"
    )


LINES = {"All lines of the release", "A file that was trained on"}
EVALUATIONS = {"An evaluation of the base", "An evaluation of the model"}


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (other_edge, {"A graded edge", "Its released line", *LINES}),
        (other_grade, {"Its grade"}),
        (other_event_of_the_grade, {"Its grade", "An audit that the release rests on"}),
        (
            another_word_in_the_event_of_the_grade,
            {"Its grade", "An audit that the release rests on"},
        ),
        (
            an_event_written_anew_without_the_grade,
            {"Its grade", "An audit that the release rests on"},
        ),
        (no_grade, {"Its grade"}),
        (other_trace, {"Its trace", "Its released line"}),
        (other_trace_with_its_sum, {"Its released line"}),
        (unreadable_line, {"Its released line", *LINES}),
        (another_line, LINES),
        (an_event_of_the_study, {"An audit that the release rests on"}),
        (a_chain_written_anew, {"An audit that the release rests on", "The run card"}),
        (other_manifest, {"The manifest", "The run card"}),
        (other_run_card, {"The run card"}),
        (other_run_card_with_its_sum, {"The run card"}),
        (no_run_card, {"The run card"}),
        (other_weights_in_the_table, {"The run card"}),
        (other_letter, {"An evaluation of the model"}),
        (other_output, {"An evaluation of the base"}),
        (other_answer_in_the_ledger, {"An evaluation of the base"}),
        (other_key, EVALUATIONS),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_was_changed_breaks_its_link(world, monkeypatch, tamper: Callable[[], None], found):
    if not found & LINES:  # no line was changed: to build the bundle anew would find nothing
        monkeypatch.setattr(releases, "write_checked", lambda release, folder: None)
    tamper()
    assert broken() == found


def test_other_weights_in_the_folder_break_their_link(world, tmp_path, monkeypatch):
    monkeypatch.setattr(releases, "write_checked", lambda release, folder: None)
    folder = trained.weights_folder(tmp_path)
    (folder / "adapter" / "adapter_model.safetensors").write_bytes(b"others")
    assert broken(weights=folder) == {"The trained weights (adapter)"}
    (folder / "adapter" / "adapter_model.safetensors").unlink()
    assert not broken(weights=folder)


def test_the_checksum_of_the_answers_changes_with_a_letter(world):
    before = answers_sha256(world.of_base, world.of_tuned)
    EvaluationItem.objects.filter(evaluation=world.of_base, label="B").update(label="C")
    assert answers_sha256(world.of_base, world.of_tuned) != before


def test_an_endpoint_that_was_changed_since_says_so_and_is_still_a_statement(world):
    Endpoint.objects.filter(pk=world.tuned.pk).update(model="tuned-2")
    link = next(link for link in links(thorough=False) if link.title == "The endpoint of the model")
    assert link.state is State.STATED
    assert "The endpoint was changed since" in link.why
    assert "tuned-1" in link.what


def test_answers_of_both_that_name_one_model_are_told(world):
    LLMCall.objects.update(answer_model="what a server says")
    assert "name the same model (what a server says)" in links(thorough=False)[-1].why


def verify(**options: object) -> str:
    told = io.StringIO()
    call_command("verify_model", "first-sft", stdout=told, **options)
    return told.getvalue()


def test_the_command_prints_every_link_and_what_remains_stated(world, tmp_path):
    told = verify(weights=trained.weights_folder(tmp_path))
    assert " 1. holds        A graded edge: Propranolol, contraindication, asthma" in told
    assert world.model.run_card_sha256 in told
    assert told.endswith("holds 14, stated 3.\n")
    with pytest.raises(CommandError, match=r"no model named other\. There are: first-sft"):
        call_command("verify_model", "other")


@pytest.mark.usefixtures("unguarded")
def test_the_command_fails_where_a_link_is_broken(world):
    other_grade()
    with pytest.raises(CommandError, match="The chain of first-sft is broken: its grade"):
        verify()


def test_the_command_tells_of_a_release_that_was_withdrawn_since(world):
    withdraw_release(Release.objects.get(), reason="The graph was wrong.", by=world.lead)
    assert "first was withdrawn since: The graph was wrong." in verify()


def test_a_line_without_a_graded_edge_begins_with_its_trace(world):
    found = sample_of(world.release)
    first, *others = sample_links(replace(found, grade=None))
    assert (first.title, first.state) == ("A graded edge", State.ABSENT)
    assert [link.state for link in others] == [State.HOLDS, State.HOLDS]
