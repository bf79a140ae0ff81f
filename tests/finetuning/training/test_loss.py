"""What carries loss, and what the held-out loss is, worked out here a second time."""

import json

import pytest

from pipeline.finetuning.masks import render
from tests.finetuning.training.conftest import HELD_OUT

pytestmark = [pytest.mark.requires("train"), pytest.mark.long]


@pytest.fixture
def tokenizer(tiny_base):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(tiny_base))


def rows_of(bundle, table: str):
    return [json.loads(line) for line in (bundle / f"data/{table}/validation.jsonl").open()]


def response_loss(model, tokenizer, row) -> float:
    """The mean of -ln p over the tokens of the response, each told from all before it."""
    import torch

    (rendered,) = render(tokenizer, row["prompt"], [row["completion"]])
    tokens = torch.tensor(rendered.tokens)
    with torch.no_grad():
        logits = model(tokens[None, :-1]).logits[0]
    told = torch.log_softmax(logits, dim=-1).gather(1, tokens[1:, None]).squeeze(1)
    return float(-told[rendered.loss_from - 1 :].mean())


@pytest.mark.parametrize("table", ["sft", "prm"])
def test_held_out_loss_before_and_after_is_the_mean_over_rows_of_the_loss_a_response_token(
    finetune, bundle, tiny_base, tokenizer, tmp_path, table
):
    from transformers import AutoModelForCausalLM

    finetune(method=table, lora_rank=0)
    curve = json.loads((tmp_path / "out/run_card.json").read_text())["curve"]
    found = [entry["held_out_loss"] for entry in curve if "held_out_loss" in entry]
    rows = rows_of(bundle, table)
    assert len(rows) >= HELD_OUT
    for folder, loss in ((tiny_base, found[0]), (tmp_path / "out/model", found[-1])):
        model = AutoModelForCausalLM.from_pretrained(str(folder)).eval()
        losses = [response_loss(model, tokenizer, row) for row in rows]
        assert loss == pytest.approx(sum(losses) / len(losses), rel=2e-5)


def test_the_end_of_a_response_carries_loss_though_rows_are_filled_up_with_the_same_token(
    finetune, tokenizer, monkeypatch
):
    """The base has no token for that, and the end token does it: it must not be masked as such."""
    from trl import SFTTrainer

    batches = []
    step = SFTTrainer.training_step

    def watched(self, model, inputs, *rest):
        batches.append((inputs["input_ids"].clone(), inputs["labels"].clone()))
        return step(self, model, inputs, *rest)

    monkeypatch.setattr(SFTTrainer, "training_step", watched)
    finetune(device_batch_size=2, max_steps=1)
    (tokens, labels), *_ = batches
    end, filled = tokenizer.eos_token_id, 0
    for row, learned in zip(tokens.tolist(), labels.tolist(), strict=True):
        place = max(at for at, label in enumerate(learned) if label != -100)
        assert end in [label for label in learned if label != -100]
        filled += row[place + 1 :].count(end)
        assert set(learned[place + 1 :]) <= {-100}
    assert filled
