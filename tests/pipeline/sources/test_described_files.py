"""A described file is loaded by its mapping, which stays as it is once it is in use."""

import io
import json

import pytest

from pipeline.core.datasets.mapping.field_mapping import FieldMapping, KeyField, OptionFields
from pipeline.core.datasets.registry import UnknownSource
from pipeline.core.errors import Refusal, SourceFileError
from pipeline.models import Event, FileMapping, QuestionSet
from pipeline.sources.described_files import (
    adapter_named,
    save_mapping,
    source_titles,
    sources_without_ids,
)
from pipeline.sources.questions import load_file
from tests import actors

pytestmark = pytest.mark.django_db

MAPPING = FieldMapping(
    question="stem",
    keys=(KeyField("right", "number"),),
    options=OptionFields("columns", ("first", "second", "third")),
)


def load(*keys: int, counts_from=None):
    rows = [
        {"stem": f"Q{n}?", "first": "x", "second": "y", "third": "z", "right": key}
        for n, key in enumerate(keys)
    ]
    file = io.BytesIO("\n".join(map(json.dumps, rows)).encode())
    return load_file(
        "set", file, file_name="a.jsonl", source="mine", terms=None, key_counts_from=counts_from
    )


def test_a_saved_mapping_is_a_source_like_any_other():
    lead = actors.lead()
    save_mapping("mine", MAPPING.counting_from(1), saved_by=lead)
    report = load(1, 2)
    assert (report.added, report.key_counts_from) == (2, 1)
    assert QuestionSet.objects.get().source == "mine"
    assert list(report.question_set.questions.values_list("answer_label", flat=True)) == ["A", "B"]
    assert "mine" in source_titles()
    assert {"mine", "medqa"} <= sources_without_ids()
    assert Event.objects.filter(action="file_mapping.saved", actor=lead).count() == 1


def test_what_a_mapping_states_holds_against_rows_and_against_the_caller():
    save_mapping("mine", MAPPING.counting_from(1))
    with pytest.raises(SourceFileError, match="can only count from 0"):
        load(0, 1)
    with pytest.raises(SourceFileError, match="count from 1"):
        load(1, 2, counts_from=0)
    assert not QuestionSet.objects.exists()


def test_a_mapping_that_leaves_the_count_open_asks_for_it_at_each_load():
    save_mapping("mine", MAPPING)
    with pytest.raises(SourceFileError, match="from 0 or from 1"):
        load(1, 2)
    assert load(1, 2, counts_from=0).key_counts_from == 0


def test_it_may_be_mended_until_it_is_used():
    save_mapping("mine", MAPPING)
    save_mapping("mine", MAPPING.counting_from(0))
    load(0, 1)
    assert save_mapping("mine", MAPPING.counting_from(0)) == FileMapping.objects.get()
    with pytest.raises(Refusal, match="stays as it is"):
        save_mapping("mine", MAPPING.counting_from(1))


def test_a_published_name_is_taken():
    with pytest.raises(Refusal, match="published source"):
        save_mapping("medqa", MAPPING)
    with pytest.raises(UnknownSource):
        adapter_named("mine")
