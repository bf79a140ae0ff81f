"""The methods in words: every number is a figure of the report, and nothing is claimed that the
records do not carry."""

import json
import re
from typing import Any

import pytest

from pipeline.benchmarks.prompts import evaluation_prompt
from pipeline.benchmarks.scoring.contamination import Match
from pipeline.software import software_version
from review.models import Release
from review.reports.as_json import report_json
from review.reports.evaluation.facts import read_facts
from review.reports.evaluation.report import evaluation_report
from tests.pipeline.evaluations.benchmarks import benchmark as made_up
from tests.pipeline.evaluations.imported.test_importing import imported
from tests.review.reports.evaluation.planted import UNREAD, always, benchmark, evaluation, right_on

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])")
# Numbers that are no figures: hashes, versions, names of methods, citations, files.
WORDS = re.compile(
    r"[0-9a-f]{64}|SHA-256|95 %|\(1998, method 10\)|arXiv [\d.]+|version \S+|\bv\d\b|"
    r"Settings as stated: .*?\.(?= )|" + re.escape(software_version())
)


def methods_of(*rows: Any, **more: Any) -> dict[str, Any]:
    """The report as its JSON file has it, with the text of its methods by heading."""
    made = evaluation_report(read_facts(rows, **{"in_releases": {}} | more))
    content: dict[str, Any] = json.loads(report_json(made.report, {}, made.further))
    (section,) = [one for one in content["sections"] if one["section"] == "methods"]
    content["methods"] = dict(text.split(". ", 1) for text in section["text"])
    assert [paragraph.text for paragraph in made.methods] == list(content["methods"].values())
    return content


def check_numbers(content: dict[str, Any]) -> int:
    """Every number of the text is a figure, and every figure with a place is the cell there."""
    text = WORDS.sub(" ", " ".join(content["methods"].values()))
    figures = content["figures_of_methods"]
    shown = {figure["shown"] for figure in figures}
    said = [number.rstrip(",") for number in NUMBER.findall(text)]
    assert not set(said) - shown
    assert shown <= set(said)
    tables = {
        table["table"]: table for section in content["sections"] for table in section["tables"]
    }
    for figure in filter(lambda one: one["place"], figures):
        place = figure["place"]
        cell = tables[place["table"]]["rows"][place["row"]][place["column"]]
        value = cell[figure["part"]] if isinstance(cell, dict) else cell
        assert value == figure["value"] == float(figure["shown"].replace(",", "")), figure
    assert {figure["name"] for figure in figures if not figure["place"]} <= {
        *("options", "likeness", "likeness, at most", "resamples", "distinct questions")
    }
    return len(said)


def test_every_number_of_a_plain_evaluation_is_a_figure_of_the_report():
    exam = benchmark(n=24, split="test")
    rows = [
        evaluation(exam, "strong", right_on(*range(18)), orders=3, seed=41, temperature=0.0),
        evaluation(exam, "weak", right_on(1, otherwise=UNREAD), prompt="strict", temperature=0.7),
        evaluation(exam, "lettered", always("A"), max_output_tokens=1234),
    ]
    content = methods_of(*rows)
    assert check_numbers(content) > 20
    said = content["methods"]
    assert said["Benchmark"].startswith(
        "The models were asked the 24 questions of the benchmark exam (source house, split test): "
        "24 with 4 options. "
    )
    assert rows[0].items_sha256 in said["Benchmark"]
    assert "left out" not in said["Benchmark"]
    assert "repeat" not in said["Benchmark"]
    assert (
        '"strong" (model org/candidate-1) was asked here with the prompt evaluate_free v1, at '
        "temperature 0 (greedy), with at most 2,048 output tokens and 1 sample of each question "
        "and order."
    ) in said["Models and decoding"]
    assert "temperature 0.7, with" in said["Models and decoding"]
    assert '"strong" each question was asked under up to 3 orders' in said["Orders of the options"]
    assert "seed 41" in said["Orders of the options"]
    assert (
        '"weak": of 24 outputs, not read were: text that states no answer, 23.'
        in (said["Reading the outputs"])
    )
    assert '"strong": a letter was read from all of 72 outputs.' in said["Reading the outputs"]
    assert "Holm's correction for 3 tests" in said["Comparisons"]
    assert "No frozen release of training rows existed" in said["Contamination"]
    assert "Imported outputs" not in said
    assert "Published results" not in said
    assert software_version() in said["Software"]


def test_samples_repeats_and_what_was_left_out_are_told():
    exam = benchmark(n=12)
    first, *_, twin, keyless = exam.questions.order_by("pk")
    type(first).objects.filter(pk=twin.pk).update(text=first.text, options=first.options)
    type(first).objects.filter(pk=keyless.pk).update(options=[], answer_label="")
    rows = [
        evaluation(exam, name, right_on(*range(n)), samples=2, temperature=1.0)
        for name, n in (("one", 4), ("other", 9))
    ]
    content = methods_of(*rows)
    check_numbers(content)
    said = content["methods"]
    assert "without options or without a key were left out (1)." in said["Benchmark"]
    assert (
        "likeness of at least 75 of 100, without case and punctuation): 10 are distinct"
        in (said["Benchmark"])
    )
    assert "at temperature 1, with" in said["Models and decoding"]
    assert "A question with several samples counts once, by their mean." in said["Accuracy"]
    assert "cluster-robust variance over 10 distinct questions" in said["Accuracy"]
    assert "percentile bootstrap of whole questions, 95 %, 2,000 resamples" in said["Comparisons"]
    assert "exact sign test over distinct questions" in said["Comparisons"]


def test_one_evaluation_has_no_comparisons():
    said = methods_of(evaluation(benchmark(), "one", right_on(1)))["methods"]
    assert "Comparisons" not in said
    assert said["Orders of the options"] == "The options were shown in the source's order only."


def test_imported_outputs_are_told_as_others():
    rows = [
        {"id": "q-1", "output": "Answer: A"},
        {"id": "q-9", "output": "Answer: A"},
        {"output": "Answer: A"},
    ]
    theirs = imported(made_up(), rows, name="theirs")
    content = methods_of(theirs)
    check_numbers(content)
    said = content["methods"]["Imported outputs"]
    assert said.startswith(
        '"theirs"' if said.startswith('"') else 'The outputs of "theirs" (model made-up 8B)'
    )
    assert theirs.imported_from["sha256"] in said
    assert "3 lines, 1 outputs matched to questions" in said
    assert "Models and decoding" not in content["methods"]
    (prompts,) = [one for one in content["sections"] if one["section"] == "prompts"]
    assert prompts["tables"][0]["rows"] == []


def test_contamination_and_published_results_are_told_with_their_numbers():
    exam = benchmark("hle", 103, source="hle")
    one = evaluation(exam, "one", right_on(1))
    release = Release(pk=1, name="first", state="frozen", reasoner_kind="language_model")
    asked = exam.questions.order_by("pk").first()
    content = methods_of(
        one, in_releases={exam.pk: {release: [Match(asked.pk, "near", "first", "train/1")]}}
    )
    check_numbers(content)
    said = content["methods"]
    assert "Questions marked by release: first, 1." in said["Contamination"]
    assert "near duplicates (likeness of at least 75 of 100" in said["Contamination"]
    assert "on 103 questions of the same source" in said["Published results"]
    assert "guesses where it finds none" in said["Published results"]


def test_the_prompts_stand_in_full_in_the_appendix():
    exam = benchmark()
    rows = [evaluation(exam, name, right_on(1), prompt=name) for name in ("free", "strict")]
    content = methods_of(*rows)
    (section,) = [one for one in content["sections"] if one["section"] == "prompts"]
    (table,) = section["tables"]
    for row, name in zip(table["rows"], ("free", "strict"), strict=True):
        prompt = evaluation_prompt(name, "v1")
        assert (row["text"], row["sha256"]) == (prompt.template, prompt.sha256)
        assert prompt.sha256 in content["methods"]["Models and decoding"]
