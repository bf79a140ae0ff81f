"""The bundle loads back with the tools it is written for: datasets, mlcroissant, TRL."""

import json

import pytest
import yaml

from pipeline.core.release_format import ReleasedCorrection
from review.exports.bundle import write_bundle
from review.exports.tables import STEPWISE, TABLES
from tests.factories.release import OTHER_WORDS, REJECTED, facts, frozen

CORRECTED = ReleasedCorrection(steps=("It may be given.", "No other is."), conclusion="So B.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A bundle with a row in every table."""
    made = tmp_path_factory.mktemp("bundle")
    lines = [
        frozen(),
        frozen(OTHER_WORDS, taken=False, trace_id="t-2", consensus=REJECTED, correction=CORRECTED),
        frozen(question=2, trace_id="t-3", place=None, grades=(), consensus=None),
    ]
    bundle = write_bundle(made, lines=lines, alternatives=lines[:2], facts=facts())
    assert not bundle.lacks
    return made


@pytest.fixture
def load(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    def loaded(name: str):
        return datasets.load_dataset(str(folder), name, split="train", cache_dir=str(tmp_path))

    return loaded


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_configuration_loads_with_datasets(folder, load, table):
    file = table.file_name("parquet", "train")
    rows = json.loads((folder / "manifest.json").read_text())["files"][file]["rows"]
    found = load(table.name)
    assert (found.num_rows, found.column_names) == (rows, list(table.row.model_fields))


def test_the_card_names_every_table_as_a_configuration(folder):
    matter = yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])
    names = [config["config_name"] for config in matter["configs"]]
    assert names == [table.name for table in TABLES]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_croissant_has_no_issue_and_every_record_is_read(folder):
    import mlcroissant

    described = mlcroissant.Dataset(folder / "croissant.json")
    issues = described.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    for table in TABLES:
        records = list(described.records(f"{table.name}_train"))
        files = json.loads((folder / "manifest.json").read_text())["files"]
        assert len(records) == files[table.file_name("parquet", "train")]["rows"], table.name
        if table is STEPWISE:
            assert records[0]["stepwise_train/labels"] == [True]


def test_steps_are_in_trls_stepwise_format(load):
    """TRL, "Stepwise supervision": a prompt, completions, and a bool for each of them."""
    found = load("stepwise")
    kinds = {name: repr(found.features[name]) for name in ("prompt", "completions", "labels")}
    assert kinds == {
        "prompt": "Value('string')",
        "completions": "List(Value('string'))",
        "labels": "List(Value('bool'))",
    }
    assert all(len(row["completions"]) == len(row["labels"]) for row in found)


@pytest.fixture
def tokenizer(monkeypatch):
    """A tokenizer that knows no word, with a chat template: TRL needs no more to format rows."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    made = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordLevel({"?": 0}, unk_token="?")), unk_token="?"
    )
    made.chat_template = (
        "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}"
        "{% if add_generation_prompt %}<assistant>{% endif %}"
    )
    return made


@pytest.mark.requires("train")
@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("chat", {"text"}),
        ("sft", {"prompt", "completion"}),
        ("preference", {"prompt", "chosen", "rejected"}),
    ],
)
def test_trl_formats_conversations_and_preference_pairs(load, tokenizer, table, columns):
    from trl import data_utils

    for row in load(table):
        assert data_utils.is_conversational(row)
        formatted = data_utils.maybe_apply_chat_template(row, tokenizer)
        assert columns <= formatted.keys()
        assert all(formatted[column] for column in columns)
    if table == "preference":
        assert formatted["prompt"].startswith("<user>Which drug is contraindicated?")
        assert formatted["chosen"] != formatted["rejected"]
