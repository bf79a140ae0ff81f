"""Others' outputs become a finished evaluation over every question, or nothing at all."""

import io
import json
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from pipeline.benchmarks.identity import benchmark_identity
from pipeline.core.errors import Conflict, Refusal, SourceFileError
from pipeline.evaluations.imported import importing
from pipeline.evaluations.imported.held_against import OthersFile, hold_against
from pipeline.evaluations.imported.importing import ImportPlan, import_outputs
from pipeline.evaluations.results import scores_of
from pipeline.models import Evaluation, EvaluationItem, Event, LLMCall, QuestionSet
from tests import actors
from tests.benchmarks.outputs.made_up import LOGS, QUESTIONS, question
from tests.pipeline.evaluations.benchmarks import benchmark

pytestmark = pytest.mark.django_db
RESULT = "made-up-8Beval_data_api_strict-prompt.json"
OWN = "inspect_own_task.json"


def file(content, name="theirs.jsonl", **more):
    if isinstance(content, list):
        content = "".join(json.dumps(row) + "\n" for row in content).encode()
    return OthersFile(io.BytesIO(content), name, **more)


def log(name, **more):
    return file((LOGS / name).read_bytes(), name, **more)


def imported(questions, content, name="theirs", model="made-up 8B", by=None, **more):
    given = log(content, **more) if isinstance(content, str) else file(content, **more)
    return import_outputs(ImportPlan(name, questions, model), given, by=by)


def items(evaluation):
    return {
        (item.question.id_in_source, item.sample_index): item
        for item in evaluation.answers.select_related("question")
    }


def test_an_inspect_log_is_an_evaluation_that_is_finished_and_asked_nothing():
    lead = actors.lead()
    evaluation = imported(benchmark(), OWN, model="", by=lead)
    assert (evaluation.state, evaluation.endpoint) == (Evaluation.State.FINISHED, None)
    assert (evaluation.questions, evaluation.samples, evaluation.orders) == (4, 2, 1)
    assert (evaluation.temperature, evaluation.max_output_tokens) == (0.0, 99)
    assert evaluation.model == "openai-api/local/made-up-1"
    assert evaluation.items_sha256 == benchmark_identity(QUESTIONS).sha256
    assert evaluation.answers.count() == 8
    assert not LLMCall.objects.exists()
    cut = items(evaluation)["q-4", 1]
    assert (cut.reasoning, cut.stage) == ("thinking it over", "truncated")
    said = evaluation.imported_from
    assert (said["file"], said["matched"], said["missing"]) == (OWN, 8, 0)


def test_outputs_are_read_under_the_letters_that_were_shown():
    rows = [
        {"id": "q-1", "output": "Answer: B", "options": ["Iron", "Propranolol", "Salbutamol"]},
        {"id": "q-2", "output": "Answer: B"},
    ]
    evaluation = imported(benchmark(), rows)
    shuffled, plain = items(evaluation)["q-1", 0], items(evaluation)["q-2", 0]
    assert (shuffled.shown, shuffled.letter, shuffled.label) == (["C", "A", "B"], "B", "A")
    assert (shuffled.key_label, shuffled.order_index) == ("A", 0)
    assert (plain.shown, plain.label) == (["A", "B", "C"], "B")
    notes = evaluation.imported_from["notes"]
    assert any("For 1 outputs the file does not say in which order" in note for note in notes)
    assert evaluation.imported_from["order_assumed"] == 1


def test_questions_that_the_file_lacks_count_and_are_not_right():
    evaluation = imported(benchmark(), [{"id": "q-1", "output": "Answer: A"}])
    states = Counter(evaluation.answers.values_list("state", "failure_reason"))
    assert states == {("made", ""): 1, ("failed", "not_in_file"): 3}
    scores = scores_of(evaluation)
    assert (scores.accuracy.questions, scores.accuracy.headline.value) == (4, 0.25)


def test_a_sample_that_a_question_lacks_is_not_right_either():
    rows = [{"id": "q-1", "sample": n, "output": "Answer: A"} for n in (0, 1)]
    evaluation = imported(benchmark(), [*rows, {"id": "q-2", "output": "Answer: B"}])
    assert evaluation.answers.count() == 8
    assert items(evaluation)["q-2", 1].failure_reason == "not_in_file"


def test_a_cut_output_is_truncated_and_a_withheld_one_refused():
    rows = [
        {"id": "q-1", "output": "Let me", "finish_reason": "length"},
        {"id": "q-2", "output": "", "finish_reason": "content_filter"},
        {"id": "q-3", "output": ""},
    ]
    stages = {key: item.stage for key, item in items(imported(benchmark(), rows)).items()}
    assert [stages[f"q-{n}", 0] for n in (1, 2, 3)] == ["truncated", "refused", "empty"]


def test_what_is_left_out_is_told_line_by_line_and_in_the_audit():
    evaluation = imported(benchmark(), RESULT)
    said = evaluation.imported_from
    assert said["left_out"] == [[4, "Its question is not in made-up."]]
    assert (said["rows"], said["matched"], said["missing"], said["rejected"]) == (4, 3, 1, 1)
    event = Event.objects.get(action="evaluation.imported")
    assert (event.payload["unmatched"], event.payload["missing"]) == (1, 1)
    assert event.payload["sha256"] == said["sha256"]


def test_questions_that_no_letter_can_answer_are_left_out_of_the_count():
    free = question("q-5", "Why?", ("x", "y"), "A")
    questions = benchmark(questions=(*QUESTIONS, free))
    questions.questions.filter(id_in_source="q-5").update(options=[], answer_label="")
    rows = [{"id": "q-1", "output": "A"}, {"id": "q-5", "output": "A"}]
    evaluation = imported(questions, rows)
    assert (evaluation.questions, evaluation.left_out) == (4, 1)
    assert "without options or without a key" in evaluation.imported_from["left_out"][0][1]


def test_questions_that_repeat_share_a_cluster():
    twin = question("q-6", QUESTIONS[0].text, ("Iron", "Propranolol", "Salbutamol"), "B")
    evaluation = imported(benchmark(questions=(*QUESTIONS, twin)), RESULT)
    by_id = {key[0]: item.cluster for key, item in items(evaluation).items()}
    assert by_id["q-6"] == by_id["q-1"] != by_id["q-2"]


def test_a_log_of_another_identity_says_so():
    evaluation = imported(benchmark(), OWN)
    assert any("another identity (000000000000" in n for n in evaluation.imported_from["notes"])


@pytest.mark.parametrize(
    ("content", "more", "reason"),
    [
        ("samples_likelihood.jsonl", {}, "likelihood"),
        ("inspect_shuffled_by_solver.json", {}, "does not hold what the model wrote"),
        ([{"id": "q-9", "output": ""}], {}, "None of its 1 lines fits.*no question 'q-9'"),
        (RESULT, {"part": "third"}, "The file's parts: made_up_test, other_test"),
        ([{"id": "q-1", "output": "A"}], {"model": ""}, "does not name the model"),
        (b'{"id": "q-1"', {}, "not JSON"),
    ],
)
def test_what_cannot_be_imported_leaves_nothing(content, more, reason):
    with pytest.raises(Refusal, match=reason):
        imported(benchmark(), content, **more)
    assert not Evaluation.objects.exists()
    assert not EvaluationItem.objects.exists()


def test_a_log_that_proves_unusable_at_its_end_leaves_nothing():
    whole = json.loads((LOGS / OWN).read_text())
    late = json.loads((LOGS / "inspect_shuffled_by_solver.json").read_text())["plan"]
    names = ("version", "status", "eval", "samples")
    text = json.dumps({name: whole[name] for name in names} | {"plan": late})
    with pytest.raises(SourceFileError, match="does not hold"):
        imported(benchmark(), text.encode())
    assert not Evaluation.objects.exists()


def test_a_file_is_imported_once_into_a_benchmark_but_each_of_its_parts_may_be():
    questions = benchmark()
    imported(questions, RESULT, part="made_up_test")
    with pytest.raises(Refusal, match="imported already, as the evaluation theirs"):
        imported(questions, RESULT, name="again", part="made_up_test")
    with pytest.raises(Refusal, match="An evaluation named THEIRS exists"):
        imported(questions, OWN, name="THEIRS")
    assert imported(questions, RESULT, name="all of it").imported_from["rejected"] == 1


def test_a_set_that_is_no_benchmark_is_refused():
    questions = benchmark()
    QuestionSet.objects.update(is_benchmark=False)
    with pytest.raises(Refusal, match="not marked as a benchmark"):
        imported(questions, OWN)


def test_a_key_that_changes_while_the_file_is_read_stops_the_import(monkeypatch):
    questions = benchmark()

    def changing(*given, **more):
        held = hold_against(*given, **more)
        questions.questions.filter(id_in_source="q-1").update(answer_label="B")
        return held

    monkeypatch.setattr(importing, "hold_against", changing)
    with pytest.raises(Conflict, match="has changed"):
        imported(questions, OWN)
    assert not Evaluation.objects.exists()


def test_the_command_previews_reports_and_refuses(capsys):
    benchmark()
    path = LOGS / RESULT
    given = {"benchmark": "made-up"}
    call_command("import_outputs", path, preview=True, **given)
    told = capsys.readouterr().out
    assert "3 outputs fit, on 3 of 4 questions. 1 are not in the file" in told
    assert "Part other_test: 1 rows." in told
    assert not Evaluation.objects.exists()
    with pytest.raises(CommandError, match="--name"):
        call_command("import_outputs", path, **given)
    call_command("import_outputs", path, name="theirs", model="made-up 8B", **given)
    told = capsys.readouterr().out
    assert "3 outputs of made-up 8B on 4 questions" in told
    assert "line 4: Its question is not in made-up." in told
    with pytest.raises(CommandError, match="imported already"):
        call_command("import_outputs", path, name="again", model="x", **given)
    with pytest.raises(CommandError, match="no question set other"):
        call_command("import_outputs", path, name="x", benchmark="other")
