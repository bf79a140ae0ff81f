"""Exports: a trace as a released line, with grades by pseudonym or bare."""

import json

import pytest

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.configurations.registry import save_configuration
from pipeline.core.release_format import parse_line
from pipeline.core.settings.changes import with_settings
from pipeline.models import Batch, Trace
from review.exports.jsonl import batch_lines, item_line, items_to_release
from review.grading.submission import step_numbers
from review.models import Grade
from tests import actors, factories
from tests.review.disagreeing import evidence_of, grade_row, settle
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben")]


@pytest.fixture
def study(people):
    return factories.study(*people, opened_by=actors.lead(), size=2, overlap=2)


def exported(study):
    item = items_to_release([study.items.first().pk]).popitem()[1]
    line = item_line(item, evidence_of(item), cluster="house/q0", split="train", weight=2.0)
    return item.trace, parse_line(line), line


def test_a_line_names_the_configuration_that_was_saved():
    batch = factories.made_batch(1)
    assert {parse_line(line).preset for line in batch_lines(batch, only_kept=False)} == {
        "demonstration"
    }
    saved = with_settings("demonstration", {"prune.keep": 2})
    Batch.objects.update(configuration=save_configuration("k2", config=saved))
    batch.refresh_from_db()
    assert {parse_line(line).preset for line in batch_lines(batch, only_kept=False)} == {"k2"}


def test_a_line_is_one_line_of_json(study):
    _, _, line = exported(study)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert isinstance(json.loads(line), dict)


def test_a_line_names_trace_graph_licence_and_reasoner(study):
    row, parsed, _ = exported(study)
    assert parsed.trace_id == str(row.key)
    terms = (row.question.question_set.licence, row.batch.knowledge_graph.licence, "Apache-2.0")
    assert parsed.licence == " AND ".join(dict.fromkeys(terms))
    assert parsed.graph.checksum == row.batch.knowledge_graph.checksum
    assert parsed.reasoner_kind == "demonstration"


def test_paths_keep_node_ids_names_relations_and_direction(study):
    row, parsed, _ = exported(study)
    trace = store.trace_record(row)
    stated = {
        (edge.head, edge.tail, edge.relation, edge.display_relation)
        for path in trace.paths
        for edge in path.edges
    }
    text = parsed.model_dump(mode="json")["paths"]
    assert len(text) == len(trace.paths)
    for head, tail, relation, display in stated:
        assert all(_holds(text, name) for name in (head, tail, relation, display))


def _holds(value: object, wanted: object) -> bool:
    if isinstance(value, dict):
        return any(_holds(part, wanted) for part in value.values())
    if isinstance(value, list):
        return any(_holds(part, wanted) for part in value)
    return value == wanted


def test_grades_stand_under_pseudonyms_in_their_order_and_without_comments(study, people):
    for person in people:
        grade_all(study, person, comment="Call me on 555.")
    _, parsed, line = exported(study)
    assert [grade.rater for grade in parsed.grades] == sorted(person.pseudonym for person in people)
    assert "555" not in line
    assert not any(person.user.username in json.loads(line) for person in people)


def test_the_consensus_tells_its_basis(study, people):
    grade_all(study, people[0], cot_precision=4)
    assert exported(study)[1].consensus.basis == "single"
    grade_all(study, people[1], cot_precision=5)
    consensus = exported(study)[1].consensus
    assert (consensus.basis, consensus.precision, consensus.grades) == ("agreement", 4.5, 2)


@pytest.mark.usefixtures("unguarded")
def test_who_could_not_judge_leaves_no_numbers(study, people):
    grade_all(study, people[0])
    Grade.objects.update(
        cot_precision=None, cot_coherence=None, decision="", cannot_judge="question_faulty"
    )
    _, parsed, _ = exported(study)
    assert (parsed.grades, parsed.consensus) == ((), None)


def test_a_batch_without_grades_is_its_made_current_traces(study):
    batch = study.batches.get()
    rows = list(batch.traces.order_by("pk"))
    Trace.objects.filter(pk=rows[0].pk).update(kept=False, rejections="leakage")
    kept = [parse_line(line).trace_id for line in batch_lines(batch, only_kept=True)]
    everything = [parse_line(line).trace_id for line in batch_lines(batch, only_kept=False)]
    assert everything == [str(row.key) for row in rows]
    assert kept == [str(row.key) for row in rows[1:] if row.kept]


def test_the_same_trace_gives_the_same_bytes(study):
    assert exported(study)[2] == exported(study)[2]


def test_step_labels_are_the_adjudicators_where_the_steps_were_settled(study, people):
    item = study.items.first()
    steps = step_numbers(store.trace_record(item.trace))
    for person, label in zip(people, ("correct", "incorrect"), strict=True):
        grade_row(item, person, labels=[label for _ in steps])
    judge = actors.person("judge", Role.ADJUDICATOR)
    settle(item, judge, step_labels=dict.fromkeys(steps, "unsupported"))
    lines = exported(study)[1]
    assert set(lines.consensus.step_labels) == {"unsupported"}
    assert {grade.step_labels[0] for grade in lines.grades} == {"correct", "incorrect"}
    assert {grade.first_incorrect_step for grade in lines.grades} == {0, 1}


def test_the_place_in_the_sample_stands_on_the_line(study):
    place = exported(study)[1].place
    item = study.items.first()
    assert (place.study, place.stratum) == (study.name, item.stratum)
    assert place.inclusion_probability == item.inclusion_probability == 1
