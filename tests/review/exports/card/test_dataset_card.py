"""The dataset card, and what stands beside it for hubs, tools and citations."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from review.exports.bundle import write_bundle
from review.exports.card.column_meanings import MEANINGS
from review.exports.tables import TABLES
from tests.factories.release import MODEL_TRACE, NOTICE, STUDY, facts, frozen

CREATORS = [
    {"name": "Nightingale, Florence", "affiliation": "A hospital", "orcid": "0000-0000-0000-0001"},
    {"name": "A laboratory"},
]


def written(folder: Path, lines=None, **changes) -> str:
    """The card of a bundle of these lines."""
    lines = lines or [frozen()]
    write_bundle(folder, lines=lines, alternatives=(), facts=facts(**changes))
    return (folder / "README.md").read_text()


def front_matter(folder: Path):
    return yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])


def test_every_column_has_a_meaning_and_no_meaning_is_without_a_column():
    assert set(MEANINGS) == {name for table in TABLES for name in table.columns}


def test_the_sections_a_reader_looks_for_are_there(tmp_path):
    card = written(tmp_path, creators=CREATORS, contact="data@hospital.example")
    headings = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert headings == [
        "Composition",
        "How it was made",
        "How it was graded",
        "Quality",
        "What was left out",
        "Contamination, twins and splits",
        "Intended use",
        "Not intended",
        "Limitations",
        "Files",
        "Training",
        "Licences",
        "Citation",
        "Contact",
        "Proof",
    ]
    assert "Nightingale, Florence; A laboratory (2026). first \\[data set\\]." in card
    assert "author = {Nightingale, Florence and {A laboratory}}," in card
    assert "data@hospital.example" in card


def test_the_rubric_and_the_raters_are_told(tmp_path):
    card = written(tmp_path)
    assert "| pilot | 3 | 2 | 4 | 2 | 2 |" in card
    assert "Every statement true and specific to this case" in card
    assert "by specialty: not stated (1), cardiology (1); by seniority: consultant (2)." in card


def test_without_a_study_the_card_says_that_nobody_graded(tmp_path):
    card = written(tmp_path, studies=[], rows_graded=0, rows_nobody_graded=1)
    assert " No clinician graded these." in card
    assert "the release has no study as its evidence" in card
    assert "annotations_creators" not in front_matter(tmp_path)


def test_what_was_left_out_is_told_by_source_and_type_of_question(tmp_path):
    card = written(
        tmp_path,
        rows_by_source={"medqa": 3, "pubmedqa": 1},
        left_out={"not accepted": 2, "safety flag": 7},
        left_out_by_source={"pubmedqa": {"safety flag": 7, "not accepted": 2}},
        rows_by_question_type={"single": 4},
        left_out_by_question_type={"": {"safety flag": 7, "not accepted": 2}},
    )
    assert card.index("| safety flag | 7 |") < card.index("| not accepted | 2 |")
    assert "| pubmedqa | 1 | 9 (90 %) | safety flag (7), not accepted (2) |" in card
    assert "| medqa | 3 | 0 |  |" in card
    assert "| not stated | 0 | 9 (100 %) |" in card


def test_columns_have_types_an_example_and_their_tables(tmp_path):
    card = written(tmp_path)
    assert (
        "| `is_graded` | true or false | whether clinicians' grades of it come to a consensus "
        "| true | traces |" in card
    )
    assert "| `split` | text |" in card
    assert "| train | all |" in card


def test_an_example_cannot_break_the_table(tmp_path):
    hostile = replace(MODEL_TRACE.question, text="a | <script>`b`\n\n# c")
    card = written(tmp_path, [frozen(replace(MODEL_TRACE, question=hostile))])
    assert "<script>" not in card
    assert "a \\| &lt;script>'b' # c" in card


def test_token_lengths_and_what_lengths_would_cut_are_told(tmp_path):
    card = written(tmp_path)
    assert "Tokens of `sft` by cl100k_base (bpe-openai" in card
    assert "| 1024 | 0 | 0 |" in card


def test_the_card_says_the_figures_and_what_it_is_not_for(tmp_path):
    card = written(tmp_path, studies=[STUDY | {"name": "a | <b>\nb"}])
    assert NOTICE in card
    assert "| Share acceptable | 50.0 % | 10.0 % to 90.0 % | 3 | few. |" in card
    assert "a \\| &lt;b> b" in card


def test_the_card_says_how_many_traces_nobody_graded(tmp_path):
    card = written(tmp_path, rows=9, rows_graded=5, rows_nobody_graded=4)
    assert "9 traces that the policy" in card
    assert "Clinicians graded 5 of them; nobody graded the other 4." in card


def test_the_card_says_how_many_traces_do_not_reach_the_answer(tmp_path):
    card = written(tmp_path, rows=9, rows_ending_at_explanation=2)
    assert "The paths of 2 of them end at entities of the source's explanation" in card


def test_chains_that_could_not_be_made_are_counted_by_reason(tmp_path):
    batch = {"name": "b", "question_set": "q", "graph": "g", "configuration": "c"}
    models = {"reasoner": "beta (answered as beta-q4)", "second_reader": "alpha"}
    counted = {"made": 6, "failed": {"no path": 3}, "unfinished": 1, "rows": 1}
    card = written(tmp_path, batches=[batch | models | counted])
    assert "10 chains of thought were asked for, and 6 made. 3 times none could be" in card
    assert "no path (3). 1 were not finished." in card
    assert "| beta (answered as beta-q4); second reader alpha | 6 | 1 |" in card


def test_names_are_text_on_the_card_and_unchanged_in_metadata(tmp_path):
    name = 'a/b "x" <b>[go](http://e.example)</b> *c* | d\\'
    card = written(tmp_path, policy={"name": name}, rows_by_specialty={"a|b": 1})
    assert "| specialty | a\\|b (1) |" in card
    shown = card.split("---", 2)[2]
    assert "<b>" not in shown
    assert "[go](" not in shown.replace("\\[go\\](", "")
    assert "\\*c\\* \\| d\\\\" in shown
    cff = yaml.safe_load((tmp_path / "CITATION.cff").read_text())
    assert f"“{name}”" in cff["abstract"]


def test_metadata_claim_nothing_of_questions_that_nobody_looked_at(tmp_path):
    written(tmp_path, rows_by_source={"pubmedqa": 1})
    said = json.loads((tmp_path / "croissant.json").read_text())
    assert said["rai:dataCollection"].startswith("Questions of pubmedqa;")
    assert "nobody searched them" in said["rai:personalSensitiveInformation"]


def test_twins_are_told_as_they_were_left_out(tmp_path):
    twins = {"groups": 2, "traces": 7, "set_aside": 5, "exact": 5, "left_out": 3}
    card = written(tmp_path, twins=twins)
    assert "at most one of each group is in. 5 traces repeat another; 3 of them" in card


def test_rows_of_chains_that_were_not_taken_are_announced(tmp_path):
    told = "chains that raters judged and the policy did not take"
    (tmp_path / "none").mkdir()
    assert told not in written(tmp_path / "none")
    assert told in written(tmp_path, judged_not_taken=2)


@pytest.mark.parametrize(
    ("licences", "told"),
    [
        (["CC-BY-4.0"], {"license": "cc-by-4.0"}),
        (["CC-BY-NC-SA-4.0"], {"license": "cc-by-nc-sa-4.0"}),
        (["MIT", "CC-BY-4.0"], {"license": ["cc-by-4.0", "mit"]}),
        (["MIT AND Llama 3.1 Community License"], {"license": ["mit", "llama3.1"]}),
        (["MIT AND in house"], {"license": "other", "license_name": "MIT AND in house"}),
        (['By "leave": x'], {"license": "other", "license_name": 'By "leave": x'}),
    ],
)
def test_the_licence_is_told_as_the_hub_knows_it(tmp_path, licences, told):
    written(tmp_path, rows_by_licence=dict.fromkeys(licences, 1))
    matter = front_matter(tmp_path)
    assert {name: matter.get(name) for name in told} == told


def test_the_hub_finds_language_tasks_size_and_tags(tmp_path):
    written(tmp_path, rows=2_500)
    matter = front_matter(tmp_path)
    assert matter["language"] == ["en"]
    assert matter["task_categories"] == ["question-answering", "text-generation"]
    assert matter["size_categories"] == ["1K<n<10K"]
    assert {"medical", "reasoning"} <= set(matter["tags"])


def test_citation_and_zenodo_name_the_creators_and_nobody_else(tmp_path):
    written(tmp_path, creators=CREATORS, contact="data@hospital.example")
    cff = yaml.safe_load((tmp_path / "CITATION.cff").read_text())
    person, organisation = cff["authors"]
    assert (person["family-names"], person["given-names"]) == ("Nightingale", "Florence")
    assert person["orcid"] == "https://orcid.org/0000-0000-0000-0001"
    assert organisation == {"name": "A laboratory"}
    assert {"cff-version", "message", "title", "authors"} <= cff.keys()
    zenodo = json.loads((tmp_path / ".zenodo.json").read_text())
    assert (zenodo["creators"], zenodo["upload_type"]) == (CREATORS, "dataset")
    assert zenodo["license"] == "cc-by-4.0"


def test_without_creators_nobody_is_invented(tmp_path):
    card = written(tmp_path)
    cff = yaml.safe_load((tmp_path / "CITATION.cff").read_text())
    assert cff["authors"] == [{"name": "The makers of first"}]
    assert "contact" not in cff
    assert "## Contact" not in card


def test_croissant_speaks_of_responsible_use(tmp_path):
    written(tmp_path, creators=CREATORS)
    described = json.loads((tmp_path / "croissant.json").read_text())
    assert "http://mlcommons.org/croissant/RAI/1.0" in described["conformsTo"]
    assert described["creator"][0] == {"@type": "sc:Person", "name": "Nightingale, Florence"}
    assert described["rai:dataLimitations"]
    assert described["rai:annotatorDemographics"] == ["pilot: 2 raters"]
