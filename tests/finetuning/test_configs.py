"""Configurations for other trainers: whole, with names they know, and with the preset's figures.

`trainer_names.json` holds every name that each trainer's version takes, read from its own schema
by importing it. With those versions, the files of both presets were parsed by the trainers' own
code, and their masks compared with ours: docs/fine-tune.md says what came of it.
"""

import json
from pathlib import Path

import pytest
import yaml

from pipeline.finetuning.configs import VERSIONS, config_files
from pipeline.finetuning.configs.facts import Facts
from pipeline.finetuning.refused import Refused
from pipeline.finetuning.settings import chosen_settings

KNOWN = json.loads(Path(__file__).with_name("trainer_names.json").read_text())
MAINS = {
    "axolotl": "axolotl.yaml",
    "LLaMA-Factory": "llama_factory.yaml",
    "ms-swift": "ms_swift.yaml",
}
FILE = {"rows": 1200, "sha256": "a" * 64, "bytes": 10}


def manifest(*splits: str):
    return {
        "release": "first",
        "made": "2026-11-21",
        "notice": "Not clinically validated.",
        "sha256": "f" * 64,
        "lacks": {},
        "files": {f"data/chat/{split}.jsonl": FILE for split in splits},
        "tokens": {
            "tokenizer": "words",
            "template_tokens": 64,
            "prompt_and_completion": {"max": 1900},
        },
    }


def files(preset: str = "paper", devices: int = 8, splits=("train", "validation"), **changes):
    settings = chosen_settings("sft", preset, changes)
    return config_files(Facts(manifest(*splits), settings, "org/base", "release", devices))


def read(text: str):
    return yaml.safe_load(text)


def known(what: str) -> set[str]:
    return set(KNOWN[what]["names"].split())


@pytest.mark.parametrize("preset", ["paper", "small"])
@pytest.mark.parametrize("trainer", MAINS)
def test_no_name_is_unknown_to_the_trainer(trainer, preset):
    assert KNOWN[trainer]["version"] == VERSIONS[trainer]
    found = read(files(preset)[MAINS[trainer]])
    assert set(found) <= known(trainer)


def test_no_name_of_a_data_set_is_unknown():
    made = files()
    found = read(made["axolotl.yaml"])
    for one in (*found["datasets"], *found["test_datasets"]):
        assert set(one) <= known("axolotl data set")
    for one in json.loads(made["dataset_info.json"]).values():
        names = known("LLaMA-Factory data set")
        assert {*one, *one["columns"], *one["tags"]} <= names


@pytest.mark.parametrize("trainer", MAINS)
def test_the_published_recipe_is_in_each(trainer):
    """3 epochs, 5e-6 as a number and not as a text, 128 rows a step on 8 GPUs, cosine, ZeRO-3."""
    found = read(files()[MAINS[trainer]])
    epochs = {found.get("num_epochs"), found.get("num_train_epochs")} - {None}
    batch = found.get("micro_batch_size", found.get("per_device_train_batch_size"))
    assert epochs == {3}
    assert found["learning_rate"] == pytest.approx(5e-6)
    assert batch * found["gradient_accumulation_steps"] * 8 == 128
    assert found.get("lr_scheduler", found.get("lr_scheduler_type")) == "cosine"
    assert found["deepspeed"] == "deepspeed_zero3.json"
    lengths = ("sequence_len", "cutoff_len", "max_length")
    assert [found[name] for name in lengths if name in found] == [8192]


def test_a_row_that_is_too_long_stops_those_trainers_that_can_be_told_to():
    made = files()
    assert read(made["axolotl.yaml"])["excess_length_strategy"] == "raise"
    swift = read(made["ms_swift.yaml"])
    assert (swift["truncation_strategy"], swift["strict"]) == ("delete", True)
    assert "cut without a word" in " ".join(made["llama_factory.yaml"].split())


@pytest.mark.parametrize("name", MAINS.values())
def test_the_loss_is_asked_for_on_the_response_alone(name):
    found = read(files()[name])
    assert not found.get("train_on_inputs")
    assert not found.get("train_on_prompt")
    assert not found.get("packing")
    assert not found.get("sample_packing")
    if name == "axolotl.yaml":
        assert [one["roles_to_train"] for one in found["datasets"]] == [["assistant"]]
    if name == "ms_swift.yaml":
        assert found["loss_scale"] == "last_round"


@pytest.mark.parametrize("name", MAINS.values())
def test_each_says_of_which_release_and_rows_it_is(name):
    text = " ".join(files()[name].replace("\n#", "").split())
    assert f"Release first of 2026-11-21: its lines have the sha256 {'f' * 64}." in text
    assert f"data/chat/train.jsonl: 1,200 rows, sha256 {'a' * 64}." in text
    assert "at most about 1,964 tokens" in text
    assert "Not clinically validated." in text
    assert "learning rate 5e-6, 128 rows a step" in text


def test_an_adapter_on_one_gpu_needs_no_deepspeed():
    made = files("small", 1)
    assert list(made) == [
        "axolotl.yaml",
        "llama_factory.yaml",
        "dataset_info.json",
        "ms_swift.yaml",
    ]
    assert read(made["axolotl.yaml"])["lora_r"] == read(made["ms_swift.yaml"])["lora_rank"] == 16
    assert read(made["llama_factory.yaml"])["finetuning_type"] == "lora"
    assert not any("deepspeed" in read(text) for text in made.values())


def test_without_a_validation_split_none_is_named():
    made = files(splits=("train",))
    assert "test_datasets" not in read(made["axolotl.yaml"])
    assert "val_dataset" not in read(made["ms_swift.yaml"])
    assert {"eval_dataset", "eval_strategy"}.isdisjoint(read(made["llama_factory.yaml"]))
    assert list(json.loads(made["dataset_info.json"])) == ["medreason"]


def test_zero3_is_json_that_takes_its_figures_from_the_trainer():
    found = json.loads(files()["deepspeed_zero3.json"])
    assert found["zero_optimization"]["stage"] == 3
    assert found["train_batch_size"] == found["gradient_accumulation_steps"] == "auto"


def test_a_release_without_rows_to_train_on_is_refused():
    settings = chosen_settings("sft", "small", {})
    lacking = {**manifest(), "lacks": {"chat": "no row"}}
    with pytest.raises(Refused, match="first has no rows to train on: no row"):
        config_files(Facts(lacking, settings, "org/base", "release", 1))
    with pytest.raises(Refused, match="first has no row in its split train"):
        config_files(Facts(manifest("test"), settings, "org/base", "release", 1))


def test_rows_a_step_that_no_number_of_devices_makes_are_refused():
    with pytest.raises(Refused, match="multiple"):
        files(devices=7)
