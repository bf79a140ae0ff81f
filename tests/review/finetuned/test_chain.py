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

from pipeline.models import Endpoint, EvaluationItem, Event, LLMCall
from review.finetuned.chain import ChainLink, State, chain_of, releases
from review.finetuned.chain.benchmarks import answers_sha256
from review.finetuned.chain.graded_line import sample_links
from review.finetuned.chain.sample import sample_of
from review.finetuned.side_by_side import side_by_side
from review.models import FineTunedModel, Release
from review.releases.lifecycle import withdraw_release
from tests.review.finetuned import trained
from tests.review.finetuned.tampered import CHANGES, GRADED, LINES, grade_of, other_grade

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
    assert grade.sha256 == Event.objects.get(subject_id=str(grade_of(row).pk), action=GRADED).digest
    assert trace.sha256 == row.trace.record_sha256
    assert line.sha256 == hashlib.sha256(row.line.encode()).hexdigest()


def test_a_page_does_not_work_out_what_takes_long_and_says_so(world):
    for title in ("All lines of the release", "A file that was trained on"):
        assert state_of(title, thorough=False) is State.UNCHECKED
    assert state_of("The manifest", thorough=False) is State.HOLDS


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    ("tamper", "found"), CHANGES, ids=lambda value: getattr(value, "__name__", None)
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
