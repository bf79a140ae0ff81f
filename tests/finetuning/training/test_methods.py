"""Every method, on all weights and as an adapter: a few steps for real, and what they leave."""

import hashlib
import json

import pytest

from pipeline.finetuning.counting import SENTENCES
from pipeline.finetuning.refused import Refused
from pipeline.finetuning.settings import TABLES
from pipeline.finetuning.training.order import epoch_order, order_sha256, row_id
from tests.finetuning.training.conftest import HELD_OUT, TRAIN

pytestmark = [pytest.mark.requires("train"), pytest.mark.long]


def card(folder):
    return json.loads((folder / "run_card.json").read_text())


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("method", TABLES)
@pytest.mark.parametrize("rank", [0, 4], ids=["full", "lora"])
def test_held_out_loss_falls_and_the_weights_load(finetune, tiny_base, tmp_path, method, rank):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    finetune(method=method, lora_rank=rank)
    written = card(tmp_path / "out")
    curve = [entry["held_out_loss"] for entry in written["curve"] if "held_out_loss" in entry]
    assert curve[-1] < curve[0]
    (weights,) = written["weights"]
    folder = tmp_path / "out" / weights["folder"]
    assert {name: sha256(folder / name) for name in weights["files"]} == weights["files"]
    assert [written["weights_sha256"]] == list(weights["files"].values())
    assert not list((tmp_path / "out").rglob("*.bin"))
    base = AutoModelForCausalLM.from_pretrained(str(tiny_base))
    if rank:
        PeftModel.from_pretrained(base, str(folder))
        return
    trained = dict(AutoModelForCausalLM.from_pretrained(str(folder)).named_parameters())
    moved = [name for name, was in base.named_parameters() if not trained[name].equal(was)]
    assert len(moved) == len(trained)


def test_the_card_says_what_was_trained_on_and_how(finetune, bundle, tiny_base, tmp_path):
    finetune(where={"basis": "agreement"})
    written = card(tmp_path / "out")
    manifest = json.loads((bundle / "manifest.json").read_text())
    files = {f"data/sft/{split}.jsonl" for split in ("train", "validation")}
    assert written["release"] == {
        "name": "first",
        "manifest_sha256": sha256(bundle / "manifest.json"),
        "lines_sha256": manifest["sha256"],
        "files": {name: manifest["files"][name]["sha256"] for name in files},
    }
    assert written["base_sha256"] == sha256(tiny_base / "model.safetensors")
    assert written["rows"]["train"]["rows"] == TRAIN
    assert written["rows"]["validation"]["rows"] == HELD_OUT
    assert written["rows"]["train"]["kinds"]["basis"] == {"agreement": TRAIN}
    assert written["rows"]["train"]["findings"] == dict.fromkeys(SENTENCES, 0)
    assert written["changed_from_preset"]["learning_rate"] == {"preset": 2e-4, "used": 1e-3}
    assert written["steps"] == 6
    assert [entry["step"] for entry in written["curve"]] == list(range(7))
    assert written["speed"]["tokens_a_second"] > 0
    assert set(written["versions"]) >= {"torch", "transformers", "trl", "peft", "accelerate"}
    text = (tmp_path / "out/run_card.md").read_text()
    assert all(value in text for value in (written["weights_sha256"], written["base_sha256"]))
    assert "None" not in text


def test_the_order_on_the_card_is_the_one_in_which_rows_were_taken(
    finetune, bundle, tiny_base, tmp_path, monkeypatch
):
    from trl import SFTTrainer

    taken = []
    step = SFTTrainer.training_step

    def watched(self, model, inputs, *rest):
        taken.extend(inputs["input_ids"].tolist())
        return step(self, model, inputs, *rest)

    monkeypatch.setattr(SFTTrainer, "training_step", watched)
    finetune()
    rows = [json.loads(line) for line in (bundle / "data/sft/train.jsonl").open()]
    ids = [row_id(row, place) for place, row in enumerate(rows)]
    order = card(tmp_path / "out")["order"]
    # Six steps of two rows: the second epoch was begun, whose last step has one row alone.
    assert order["epochs_begun"] == 2
    assert order["sha256"] == order_sha256(ids, seed=7, epochs=2)
    names = _names(rows, tiny_base)
    listed = [at for epoch in (0, 1) for at in epoch_order(ids, seed=7, epoch=epoch)]
    assert [names[tuple(tokens)] for tokens in taken] == listed[: len(taken)]
    assert len(taken) == 11


def _names(rows, base):
    """The place of each row by its tokens."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(base))
    told = [[*row["prompt"], *row["completion"]] for row in rows]
    return {
        tuple(tokenizer.apply_chat_template(turns, return_dict=False)): place
        for place, turns in enumerate(told)
    }


def test_a_merged_adapter_says_what_base_and_adapter_say(finetune, tiny_base, tmp_path):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    finetune(merge=True)
    kinds = [one["kind"] for one in card(tmp_path / "out")["weights"]]
    assert kinds == ["adapter", "merged"]
    base = AutoModelForCausalLM.from_pretrained(str(tiny_base))
    adapted = PeftModel.from_pretrained(base, str(tmp_path / "out/adapter"))
    merged = AutoModelForCausalLM.from_pretrained(str(tmp_path / "out/merged"))
    asked = torch.tensor([list(range(3, 60))])
    with torch.no_grad():
        expected, found = adapted(asked).logits, merged(asked).logits
        plain = AutoModelForCausalLM.from_pretrained(str(tiny_base))(asked).logits
    assert not torch.allclose(plain, expected, atol=1e-2)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_rows_can_be_chosen_by_a_column(finetune, tmp_path):
    with pytest.raises(Refused, match=r"no row of preference .* where origin is correction"):
        finetune(method="dpo", where={"origin": "correction"})
    with pytest.raises(Refused, match="Rows of preference have no colour"):
        finetune(method="dpo", where={"colour": "red"})
    said = finetune(method="dpo", where={"same_answer": "true"}, count_only=True)
    assert said[0].startswith("train: 7 rows;")


def test_counting_alone_leaves_nothing_behind(finetune, tmp_path):
    finetune(count_only=True)
    assert list(tmp_path.iterdir()) == []
