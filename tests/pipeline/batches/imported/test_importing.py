"""Others' chains of thought become a batch on the very questions that are loaded, or are told."""

import io
import json

import pytest

from pipeline import store
from pipeline.batches.imported.importing import Origin, import_chains
from pipeline.core.errors import Refusal, SourceFileError
from pipeline.core.records import Option
from pipeline.models import Batch, Event, FileMapping, Question, Trace
from tests import actors, factories
from tests.factories import chain_text, imported_batch

pytestmark = pytest.mark.django_db
ORIGIN = Origin("Wu and others", "cc by 4.0")


def jsonl(*rows):
    return io.BytesIO("\n".join(json.dumps(row) for row in rows).encode())


def imported(questions, *rows, name="others", **changes):
    plan = {"file_name": "chains.jsonl", "questions": questions, "origin": ORIGIN}
    return import_chains(name, jsonl(*rows), **(plan | changes))


def row(question, /, **changes):
    answer = question.answer_text
    return {"question": question.text, "answer": answer, "cot": chain_text(answer)} | changes


@pytest.fixture
def questions():
    return factories.question_set()


@pytest.fixture
def first(questions):
    return questions.questions.order_by("pk")[0]


def left_out(batch):
    return [reason for _, reason in batch.imported_from["left_out"]]


def test_a_batch_is_finished_with_a_trace_of_each_row(questions):
    lead = actors.lead()
    batch = imported(questions, *map(row, questions.questions.all()), by=lead)
    assert (batch.state, batch.reasoner_kind) == (Batch.State.FINISHED, "imported")
    assert batch.knowledge_graph is None
    assert (batch.text_licence, batch.text_may_be_released) == ("CC-BY-4.0", True)
    said = batch.imported_from
    assert (said["author"], said["file"], said["imported"]) == ("Wu and others", "chains.jsonl", 4)
    traces = batch.traces.of_key().filter(is_current=True, state=Trace.State.MADE)
    assert traces.count() == 4
    record = store.trace_record(traces[0])
    assert record.paths == ()
    assert [step.text for step in record.cot.steps] == [
        "The patient's condition is considered.",
        f"{record.question.answer_text} acts on it.",
    ]
    assert traces[0].features["path_length"] == 0
    event = Event.objects.get(action="batch.imported")
    assert (event.actor, event.payload["imported"]) == (lead, 4)


def test_only_the_filters_that_need_no_paths_ran(questions, first):
    said = "The provided answer is right.\n\nSo it is.\n\nAnswer: Amlodipine"
    leaking = row(first, cot=said)
    good = row(questions.questions.order_by("pk")[1])
    batch = imported(questions, leaking, good)
    rejected, kept = (store.trace_record(one).verdict for one in batch.traces.order_by("pk"))
    assert [result.name for result in kept.filters] == ["format", "leakage", "conclusion"]
    assert kept.passed
    assert rejected.rejections == ("leakage", "conclusion")
    assert [one.kept for one in batch.traces.order_by("pk")] == [False, True]


def test_the_published_release_stands_beside_our_traces_on_the_same_question(questions, first):
    listed = "\n".join(f"{label}. {text}" for label, text in first.options)
    batch = imported(
        questions,
        {
            "dataset_name": "medqa",
            "id_in_dataset": 7,
            "question": f" {first.text.upper()} ",
            "answer": f"{first.answer_text}. Explanation: it opens the airways.",
            "reasoning": chain_text(first.answer_text),
            "options": f"Answer Choices:\n{listed}",
        },
        chains="medreason",
    )
    assert batch.traces.get().question == first


def test_a_response_that_is_the_key_itself_is_not_compared_with_it():
    questions = factories.question_set(0)
    asked = factories.question(
        text="Why?", options=(), answer_label=None, answer_text="Because it swells."
    )
    store.question_row(questions, asked).save()
    huatuo = {"Question": "Why?", "Complex_CoT": "Hmm.\n\nIt swells.", "Response": "Other."}
    batch = imported(
        questions, huatuo, huatuo | {"Response": "Because it swells."}, chains="medical_o1"
    )
    other, same = (store.trace_record(one) for one in batch.traces.order_by("pk"))
    assert [step.text for step in same.cot.steps] == ["Hmm.", "It swells."]
    assert [result.name for result in same.verdict.filters] == ["format", "leakage"]
    assert other.verdict.rejections == ("conclusion",)
    assert [one.sample_index for one in batch.traces.order_by("pk")] == [0, 1]


def lettered(options):
    return [text for _, text in options]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"question": "Another question?"}, "Its question is not in questions."),
        ({"question": "Another?", "id": "q0"}, "The question of this id in questions has other"),
        ({"answer": "Propranolol"}, "the answer key of the question is A"),
        ({"answer": "B"}, "the answer key of the question is A"),
        ({"answer": "B. Salbutamol"}, "is none of the question's options"),
        ({"answer": "Aspirin"}, "is none of the question's options"),
        (
            {"options": ["Propranolol", "Salbutamol", "Amlodipine", "Sumatriptan"]},
            "lettered otherwise",
        ),
        ({"options": {"A": "Salbutamol", "B": "Aspirin"}}, "other than those of the question"),
        ({"context": "An abstract."}, "Its question is not in"),
        ({"cot": "One sentence alone."}, "no step before its conclusion"),
        ({"cot": "Turn\u202eed. Round."}, "U+202E"),
        ({"cot": ""}, "Field cot is empty"),
        ({"cot": None}, "Field cot is missing"),
        ({"cot": "a. B. " * 20000}, "longer than 60,000"),
    ],
)
def test_a_row_that_does_not_belong_is_told_and_the_others_are_imported(
    questions, first, changes, reason
):
    second = questions.questions.order_by("pk")[1]
    columns = {"context": "context"} if "context" in changes else {}
    batch = imported(questions, row(first, **changes), row(second), columns=columns)
    assert batch.traces.get().question == second
    assert len(left_out(batch)) == 1
    assert reason in left_out(batch)[0]
    assert batch.imported_from["left_out"][0][0] == 1


@pytest.mark.parametrize("answer", ["A", "a", "Salbutamol", "salbutamol.", "A. Salbutamol", ""])
def test_the_key_may_be_stated_in_every_way_or_not_at_all(questions, first, answer):
    batch = imported(questions, row(first, answer=answer))
    assert batch.traces.get().question == first


def test_of_questions_with_the_same_words_the_options_or_the_id_tell(questions, first):
    options = (Option("A", "Aspirin"), Option("B", "Salbutamol"))
    twin = factories.question(id_in_source="twin", options=options, answer_label="B")
    store.question_row(questions, twin).save()
    rows = (
        row(first, options=["Aspirin", "Salbutamol"]),
        row(first, id="q0", cot="One.\n\nTwo Salbutamol."),
        row(first, cot="Three.\n\nFour Salbutamol."),
    )
    batch = imported(questions, *rows)
    found = [one.question.id_in_source for one in batch.traces.order_by("pk")]
    assert found == ["twin", "q0"]
    assert "Several questions of the set ask this" in left_out(batch)[0]


def test_the_same_chain_twice_is_told(questions, first):
    batch = imported(questions, row(first), row(first))
    assert left_out(batch) == ["The same chain of thought stands on line 1."]


def test_the_same_file_again_is_told_not_doubled(questions, first):
    imported(questions, row(first))
    with pytest.raises(Refusal, match="imported already, as the batch others"):
        imported(questions, row(first), name="again")
    assert Batch.objects.count() == 1
    both = row(first) | {"other": "One.\n\nSalbutamol."}
    imported(questions, both, name="column cot")
    imported(questions, both, name="column other", columns={"cot": "other"})
    assert Trace.objects.count() == 3


@pytest.mark.parametrize(
    ("rows", "changes", "says"),
    [
        ([{"question": "Nobody asked?", "cot": "A.\n\nB."}], {}, "None of its 1 rows"),
        ([{"prompt": "x", "cot": "y"}], {}, "no column question"),
        ([], {}, "no column question"),
        ([{"question": "x", "cot": "y"}], {"chains": "unheard_of"}, "no format"),
        ([{"question": "x", "cot": "y"}], {"origin": Origin(" ")}, "State who"),
        (
            [{"question": "x", "cot": "y"}],
            {"origin": Origin("me", "CC-BY-ND-4.0", True)},
            "no adapted form",
        ),
    ],
)
def test_what_cannot_be_imported_leaves_nothing(questions, rows, changes, says):
    events = Event.objects.count()
    with pytest.raises(Refusal, match=says):
        imported(questions, *rows, **changes)
    assert not Batch.objects.exists()
    assert Event.objects.count() == events


def test_a_name_is_given_once(questions, first):
    factories.batch(1, name="others")
    with pytest.raises(Refusal, match="exists"):
        imported(questions, row(first))


def test_a_csv_file_with_named_columns(questions, first):
    csv = f'q;why;finally\n{first.text};"First.\n\nThen.";It is Salbutamol.\n'.encode()
    batch = import_chains(
        "table",
        io.BytesIO(csv),
        file_name="chains.csv",
        questions=questions,
        origin=Origin("me"),
        columns={"question": "q", "cot": "why", "conclusion": "finally"},
    )
    cot = store.trace_record(batch.traces.get()).cot
    assert [step.text for step in cot.steps] == ["First.", "Then."]
    assert cot.conclusion == "It is Salbutamol."
    assert (batch.text_licence, batch.text_may_be_released) == ("", False)


def test_a_saved_mapping_reads_the_question_and_a_column_the_chain(questions, first):
    mapping = {
        "question": "stem",
        "keys": [{"column": "gold", "written": "letter"}],
        "options": {"written": "list", "columns": ["choices"]},
    }
    FileMapping.objects.create(name="ours", mapping=mapping)
    stated = {"stem": first.text, "gold": "A", "choices": lettered(first.options)}
    batch = imported(
        questions,
        stated | {"thought": "One.\n\nSalbutamol."},
        stated | {"gold": "B", "thought": "Two.\n\nPropranolol."},
        chains="ours",
        columns={"cot": "thought"},
    )
    assert batch.traces.count() == 1
    assert "the answer key of the question is A" in left_out(batch)[0]


def test_a_file_that_breaks_off_leaves_nothing(questions, first):
    text = jsonl(row(first)).getvalue() + b"\n\x00\x01"
    with pytest.raises(SourceFileError):
        import_chains(
            "broken",
            io.BytesIO(b"PAR1" + text),
            file_name="chains.parquet",
            questions=questions,
            origin=ORIGIN,
        )
    assert not Batch.objects.exists()


def test_questions_are_never_changed(questions):
    before = list(Question.objects.values())
    imported_batch(questions)
    assert list(Question.objects.values()) == before
