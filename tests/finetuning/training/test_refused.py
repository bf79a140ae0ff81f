"""What training does not begin with, each with a sentence that says what to do."""

import json
import shutil

import pytest

from pipeline.finetuning.refused import Refused
from pipeline.finetuning.training import run, trainers

pytestmark = pytest.mark.requires("train")


def test_rows_that_would_be_cut_are_told_and_nothing_is_trained_until_they_are_accepted(
    finetune, tmp_path
):
    with pytest.raises(Refused, match="3 rows longer than 200 tokens") as refused:
        finetune(max_length=200)
    assert "--accept cut,no_end" in str(refused.value)
    assert not (tmp_path / "out").exists()
    with pytest.raises(Refused, match="without loss on an end token"):
        finetune(max_length=200, accept=frozenset({"cut"}))
    said = finetune(max_length=200, accept=frozenset({"cut", "no_end"}), max_steps=1)
    assert said[-1].startswith("Finished.")


def test_a_name_that_is_no_finding_is_not_accepted(finetune):
    with pytest.raises(Refused, match="Nothing is called everything"):
        finetune(accept=frozenset({"everything"}))


def test_a_model_without_a_chat_template_is_refused_and_one_can_be_named(
    finetune, tiny_base, tmp_path
):
    bare = tmp_path / "bare"
    shutil.copytree(tiny_base, bare)
    template = bare / "chat_template.jinja"
    text = template.read_text()
    template.unlink()
    with pytest.raises(Refused, match=r"has no chat template.*--chat-template FILE"):
        finetune(base=str(bare), count_only=True)
    finetune(base=str(bare), chat_template=text, count_only=True)


def test_rows_longer_than_the_base_knows_positions_are_refused(finetune, tiny_base, tmp_path):
    short = tmp_path / "short"
    shutil.copytree(tiny_base, short)
    config = json.loads((short / "config.json").read_text())
    (short / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 150}))
    with pytest.raises(Refused, match=r"tokens, and the base was made for 150"):
        finetune(base=str(short))


def test_a_template_that_never_ends_an_answer_is_refused(finetune):
    endless = "{% for message in messages %}{{ message.content }}\n{% endfor %}"
    with pytest.raises(Refused, match="would not learn to stop"):
        finetune(chat_template=endless)


def test_a_loss_that_is_no_number_ends_the_run(finetune, tmp_path):
    with pytest.raises(Refused, match=r"after step .*: training stopped"):
        finetune(learning_rate=1e38, max_grad_norm=1e30, lora_rank=0)
    assert not (tmp_path / "out/run_card.json").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(finetune, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("Years of work.")
    with pytest.raises(Refused, match="holds something else"):
        finetune()


def test_libraries_that_read_rows_otherwise_end_it_before_the_first_step(finetune, monkeypatch):
    lengths = trainers._lengths
    monkeypatch.setattr(trainers, "_lengths", lambda *told: (lengths(*told)[0], 1))
    with pytest.raises(Refused, match="these versions of the libraries read rows otherwise"):
        finetune()


def test_without_the_extra_one_sentence_names_what_installs_it(finetune, monkeypatch):
    monkeypatch.setattr(run, "REQUIRED", (*run.REQUIRED, "no_such_package"))
    with pytest.raises(Refused, match="make setup-train"):
        finetune()
