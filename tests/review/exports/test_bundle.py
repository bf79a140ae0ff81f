"""The bundle's files: each as its readers expect it, the same bytes for the same lines."""

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pandas
import pytest
import yaml
from pyarrow import parquet

from review.exports.bundle import MANIFEST_NAME, FrozenLine, write_bundle
from review.exports.earlier_tables import TABLES_OF_VERSION
from review.exports.tables import TABLES, TRACES
from tests.factories.release import (
    CONSENSUS,
    GRADE,
    MODEL_TRACE,
    OTHER_WORDS,
    REJECTED,
    RIVAL,
    facts,
    frozen,
    line_of_format_2,
    line_of_format_3,
)

TAKEN = frozen()
# What is frozen with a release is never written anew.
CARD = {"README.md": "As it was."}
CONTRASTED = frozen(replace(MODEL_TRACE, rivals=(RIVAL,)))
WORSE = frozen(OTHER_WORDS, taken=False, trace_id="t-2", consensus=REJECTED)
EARLIER = [
    FrozenLine(1, True, line_of_format_2(MODEL_TRACE)),
    FrozenLine(1, False, line_of_format_2(OTHER_WORDS, trace_id="t-2", consensus=REJECTED)),
]
EARLIER_2 = [
    FrozenLine(1, True, line_of_format_3(replace(MODEL_TRACE, rivals=(RIVAL,)))),
    FrozenLine(1, False, line_of_format_3(OTHER_WORDS, trace_id="t-2", consensus=REJECTED)),
]
# sha256 of files in the versions of the bundle that a release may have promised.
PROMISED_IN_1 = {
    "data/grades.csv": "da16a62eb26afd0e96d7b3742568dfc88257c25bc6c4d8cafcde61619f11e1d3",
    "data/medreason.jsonl": "195b1ada993ffaf003395c01c4ac984cb78d9fd69f6ddd80c824980f885ec1db",
    "data/path_grades.csv": "e8edd83f02781566ff34f1d8ba42c417fcc78cab7a899d371bc37dde37efd6b6",
    "data/paths.jsonl": "ec32bf38f3c4c910e670896f96cd8dc3d1dce9a6f9686a0ac9b14d4a9b710ecd",
    "data/preference.jsonl": "4103d53b9986617c945a3c880f3db3e4c601e9a46067e22f97fe8e77b58bee1d",
    "data/rated.jsonl": "a8c3dcab71f2355e2c62363f5d5617244a20833f0277f3edd2962813d3ae267d",
    "data/sft.jsonl": "73cc55d6e5b9a928d1b1003edac39a9cf2b6b8a49bc6a39ece353447755bd436",
    "data/steps.csv": "cb403dc109f89d3ab59105088e8a02cdd90e8da9baf10ec26573f9c50a37d836",
    "data/stepwise.jsonl": "5bdf2002e4a9f9963a4e451703efb7d0fcc20e14f4970db0478bb109f0f11c5b",
}


PROMISED_IN_2 = PROMISED_IN_1 | {
    "data/preference.jsonl": "cff729525f86aeaff7197eaca0750e1953cf9d8befe757c45018cc365fb7e7be",
    "data/rated.jsonl": "5c717982a3f7e3a99a35838a0d4471891cea94a0f8b21ed62fe2e216527e099b",
    "data/sft.jsonl": "f603912af77fc5e712641e94e7aab806a0525ef13ace474f340d8ad870ec20ff",
}


def written(folder: Path, lines=(TAKEN, WORSE), **changes):
    folder.mkdir(exist_ok=True)
    return write_bundle(folder, lines=lines, alternatives=lines, facts=facts(**changes))


def rows(folder: Path, table: str) -> list[dict]:
    text = (folder / f"data/{table}/train.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_the_manifest_holds_the_checksum_of_every_other_file(tmp_path):
    written(tmp_path)
    manifest = json.loads((tmp_path / MANIFEST_NAME).read_text())
    files = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.*")}
    del files[MANIFEST_NAME]
    assert {name: entry["sha256"] for name, entry in manifest["files"].items()} == {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()
    }
    assert {name: entry["bytes"] for name, entry in manifest["files"].items()} == {
        name: path.stat().st_size for name, path in files.items()
    }
    assert manifest["audits"] == [{"chain": "study:1", "length": 3, "head": "ab"}]


def test_the_same_lines_and_facts_give_the_same_bytes(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    assert written(first) == written(second)
    assert (first / MANIFEST_NAME).read_bytes() == (second / MANIFEST_NAME).read_bytes()


@pytest.mark.parametrize(
    ("version", "lines", "promised"), [(1, EARLIER, PROMISED_IN_1), (2, EARLIER_2, PROMISED_IN_2)]
)
def test_what_a_version_of_the_bundle_promised_does_not_change(tmp_path, version, lines, promised):
    """A new sum here needs a new BUNDLE_VERSION: releases frozen before could not be rebuilt."""
    bundle = write_bundle(
        tmp_path, lines=lines, alternatives=lines, facts=facts(), texts=CARD, version=version
    )
    result = {file.name: file.sha256 for file in bundle.files}
    assert {name: result.get(name) for name in promised} == promised


def test_a_bundle_of_version_1_has_no_column_of_a_later_one(tmp_path):
    write_bundle(
        tmp_path, lines=EARLIER, alternatives=EARLIER, facts=facts(), texts=CARD, version=1
    )
    for table in TABLES_OF_VERSION[1]:
        columns = parquet.read_table(tmp_path / f"data/{table.name}.parquet")
        assert columns.column_names == list(table.columns)
        if table.formats[1] == "jsonl":
            text = (tmp_path / f"data/{table.name}.jsonl").read_text()
            assert columns.to_pylist() == [json.loads(line) for line in text.splitlines()]
    assert "rivals" not in TABLES_OF_VERSION[1][0].columns


def test_a_rival_that_lost_is_a_marked_pair_of_two_answers(tmp_path):
    written(tmp_path, [CONTRASTED])
    (pair,) = rows(tmp_path, "preference")
    assert (pair["origin"], pair["basis"]) == ("contrast", "second_reader")
    assert (pair["chosen_answer"], pair["rejected_answer"]) == ("Drüg one", "Drug two")
    assert pair["rejected"][0]["content"].endswith(
        "Conclusion: So B.\n\n## Final Answer\n\nDrug two"
    )
    assert "no clinician did" in (tmp_path / "README.md").read_text()


def test_a_trace_that_is_not_taken_gives_no_pair_of_rivals(tmp_path):
    left_out = FrozenLine(1, False, CONTRASTED.text)
    assert "preference" in written(tmp_path, [left_out]).lacks


def test_traces_are_the_taken_lines_as_they_are_in_their_splits(tmp_path):
    tested = frozen(question=2, trace_id="t-3", split="test", cluster="house/q2")
    written(tmp_path, [TAKEN, WORSE, tested])
    assert (tmp_path / "data/traces/train.jsonl").read_text() == TAKEN.text
    assert (tmp_path / "data/traces/test.jsonl").read_text() == tested.text
    assert not (tmp_path / "data/traces/validation.jsonl").exists()
    assert [row["trace_id"] for row in rows(tmp_path, "sft")] == ["t-1"]
    table = pandas.read_parquet(tmp_path / "data/traces/train.parquet")
    assert list(table.columns) == list(TRACES.row.model_fields)
    assert table.trace_id.tolist() == ["t-1"]
    assert table.paths[0][0]["hops"][0][0]["relation"] == "contraindication"


def test_grades_steps_and_paths_have_a_row_each(tmp_path):
    written(tmp_path)
    grades, steps, paths = (
        pandas.read_csv(tmp_path / f"data/{name}/train.csv", keep_default_na=False)
        for name in ("grades", "steps", "path_grades")
    )
    assert grades[["rater", "cot_precision", "decision"]].values.tolist() == [["r-01", 4, "accept"]]
    assert steps[["step", "label"]].values.tolist() == [[1, "correct"], [2, "incorrect"]]
    values = paths[["path", "precision", "coherence", "invalid_edges"]].values.tolist()
    assert values == [[0, 3, 4, "[1]"]]
    marked = pandas.read_parquet(tmp_path / "data/paths/train.parquet").edges[0][1]
    assert (marked["relation"], marked["hop"]) == ("indication", 0)


def test_parquet_and_text_say_the_same(tmp_path):
    written(tmp_path)
    for table in TABLES:
        if table.formats[1] == "jsonl":
            columns = parquet.read_table(tmp_path / f"data/{table.name}/train.parquet")
            assert columns.to_pylist() == rows(tmp_path, table.name)


def test_the_published_columns_come_first(tmp_path):
    written(tmp_path)
    published = ["dataset_name", "id_in_dataset", "question", "answer", "reasoning", "options"]
    (row,) = rows(tmp_path, "medreason")
    assert list(row) == [*published, "question_id", "cluster", "split"]


def test_every_table_names_question_cluster_and_split(tmp_path):
    for table in TABLES:
        assert {"question_id", "cluster", "split"} <= set(table.columns), table.name


def test_every_row_carries_its_licence(tmp_path):
    written(tmp_path)
    for table in TABLES:
        if table.name != "medreason":  # the licences are in traces
            licences_ = pandas.read_parquet(tmp_path / f"data/{table.name}/train.parquet").licence
            assert set(licences_) == {"CC-BY-4.0"}, table.name


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_csv_file_is_a_formula(tmp_path, start):
    grade = GRADE.model_copy(update={"rubric_version": f"{start}HYPERLINK()"})
    line = frozen(licence=f'{start}1+1","x', grades=(grade,))
    written(tmp_path, [line])
    for name in ("grades", "steps", "path_grades"):
        with (tmp_path / f"data/{name}/train.csv").open(newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert f"'{start}HYPERLINK()" in cells
        assert not [cell for cell in cells if cell.startswith(start)]


def test_demonstration_bundles_hold_no_training_file_and_say_why(tmp_path):
    bundle = written(tmp_path, reasoner_kind="demonstration")
    refused = {"medreason", "sft", "chat", "preference", "stepwise", "prm"}
    assert set(bundle.lacks) == refused
    assert not {path.stem for path in (tmp_path / "data").iterdir()} & refused
    assert "demonstration rules" in (tmp_path / "README.md").read_text()


def test_a_table_without_a_row_has_no_file_and_no_configuration(tmp_path):
    bundle = written(tmp_path, [frozen(grades=(), consensus=None)])
    assert set(bundle.lacks) == {
        "grades",
        "steps",
        "path_grades",
        *("preference", "stepwise", "prm"),
    }
    names = [config["config_name"] for config in front_matter(tmp_path)["configs"]]
    assert names == ["traces", "paths", "medreason", "sft", "chat"]


def front_matter(folder: Path):
    return yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])


def test_a_line_that_was_tampered_with_is_no_bundle(tmp_path):
    bad = frozen()
    with pytest.raises(ValueError, match="canonical"):
        written(tmp_path, [type(bad)(1, True, bad.text.replace('","', '", "', 1))])


def test_a_single_consensus_is_told_by_its_basis(tmp_path):
    single = CONSENSUS.model_copy(update={"basis": "single", "grades": 1})
    written(tmp_path, [frozen(consensus=single)])
    assert [row["basis"] for row in rows(tmp_path, "sft")] == ["single"]
