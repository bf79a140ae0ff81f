"""TRL puts the loss of our rows on the response alone, and cuts no row that was not counted.

Token by token, in the batches that TRL itself makes, under the structure of six chat templates
(`tests/finetuning/chat_templates.py`): Llama 3 and 3.1, Qwen 2.5 and 3, Mistral, and the models
distilled from DeepSeek R1, whose prompt opens a thought that the row does not have.
"""

from dataclasses import replace

import pytest

from pipeline.finetuning.counting import count_rows
from review.exports.bundle import write_bundle
from review.exports.training.token_lengths import MAX_LENGTHS, Tokenizer, token_lengths
from tests.factories.release import MODEL_TRACE, OTHER_WORDS, REJECTED, facts, frozen
from tests.finetuning.chat_templates import TEMPLATES, TURNS, pieces, word_tokenizer

pytestmark = [pytest.mark.requires("train"), pytest.mark.long]

# Rows so many words longer than the one they are made of.
LONGER = (0, 400, 700, 1400, 3000)
PADDING = -100


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A bundle of rows of several lengths, one of them with a rejected sample."""
    made = tmp_path_factory.mktemp("rows")
    lines = [
        frozen(_longer(words), question=place, trace_id=f"t-{place}")
        for place, words in enumerate(LONGER)
    ]
    lines.append(frozen(OTHER_WORDS, taken=False, question=0, trace_id="t-9", consensus=REJECTED))
    write_bundle(made, lines=lines, alternatives=[lines[0], lines[-1]], facts=facts())
    return made


def _longer(words: int):
    """Half of the words in the question, the other half in the reasoning."""
    if not words:
        return MODEL_TRACE
    cot = replace(MODEL_TRACE.cot, conclusion=f"So A{' so' * (words // 2)}.")
    question = replace(MODEL_TRACE.question, text=f"Which{' which' * (words // 2)}?")
    return replace(MODEL_TRACE, question=question, cot=cot)


@pytest.fixture(scope="module")
def load(folder, tmp_path_factory):
    """A table's rows as `datasets` reads them."""
    cache = str(tmp_path_factory.mktemp("cache"))

    def loaded(table: str):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HF_HUB_OFFLINE", "1")
            import datasets

            return datasets.load_dataset(str(folder), table, split="train", cache_dir=cache)

    return loaded


@pytest.fixture(scope="module", params=TEMPLATES)
def template(request):
    return request.param


@pytest.fixture(scope="module")
def tokenizer(template, folder):
    texts = [path.read_text() for path in (folder / "data").rglob("*.jsonl")]
    return word_tokenizer(texts, TEMPLATES[template], TURNS[template].end)


@pytest.fixture
def trainer(tokenizer, tmp_path, monkeypatch):
    """TRL's own trainer of a table's rows, with a model too small to learn anything."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    def made(rows, max_length: int | None = None):
        from transformers import LlamaConfig, LlamaForCausalLM
        from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

        pairs = "chosen" in rows.column_names
        settings, kind = (DPOConfig, DPOTrainer) if pairs else (SFTConfig, SFTTrainer)
        sizes = {"hidden_size": 4, "intermediate_size": 4, "num_hidden_layers": 1}
        config = LlamaConfig(vocab_size=len(tokenizer), num_attention_heads=1, **sizes)
        models = {"ref_model": LlamaForCausalLM(config)} if pairs else {}
        plain = {"report_to": "none", "use_cpu": True, "bf16": False}
        return kind(
            model=LlamaForCausalLM(config),
            **models,
            args=settings(output_dir=str(tmp_path), max_length=max_length, **plain),
            train_dataset=rows,
            processing_class=tokenizer,
        )

    return made


def batch(trained):
    """All rows in one batch of the trainer's own collator, in the rows' order."""
    return trained.data_collator(list(trained.train_dataset))


def ids(tokenizer, text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return found


def expected(tokenizer, template: str, prompt, response: str) -> list[tuple[int, bool]]:
    """Every token of the row, and whether loss belongs on it."""
    said = pieces(TURNS[template], prompt, response)
    return [(token, loss) for text, loss in said for token in ids(tokenizer, text)]


def got(tokens, labels) -> list[tuple[int, bool]]:
    """Every token of the batch's row, and whether it carries loss; no padding ever does."""
    pairs = list(zip(tokens.tolist(), labels.tolist(), strict=True))
    assert all(label in (token, PADDING) for token, label in pairs)
    return [(token, label != PADDING) for token, label in pairs]


def wrong_tokens(tokenizer, template: str, rows, made) -> list[tuple[int, int]]:
    """Row and place of each token that is another one than expected, or carries loss wrongly."""
    found = []
    for place, (row, tokens, labels) in enumerate(
        zip(rows, made["input_ids"], made["labels"], strict=True)
    ):
        (answer,) = row["completion"]
        wanted = expected(tokenizer, template, row["prompt"], answer["content"])
        actual = got(tokens, labels)
        padding = [(tokenizer.pad_token_id, False)] * (len(actual) - len(wanted))
        whole = zip([*wanted, *padding], actual, strict=True)
        found += [(place, number) for number, (one, other) in enumerate(whole) if one != other]
    return found


@pytest.mark.parametrize("table", ["sft", "prm"])
def test_each_token_of_the_response_and_no_other_carries_loss(
    load, tokenizer, template, table, trainer
):
    rows = load(table)
    trained = trainer(rows)
    assert trained.train_dataset.num_rows == rows.num_rows
    assert wrong_tokens(tokenizer, template, rows, batch(trained)) == []


def test_the_same_check_fails_for_whole_conversations(load, tokenizer, template, trainer):
    """Why `sft` is prompt and completion: of `messages`, what was asked is learned as well."""
    rows = load("sft")
    wrong = wrong_tokens(tokenizer, template, rows, batch(trainer(load("chat"))))
    for place, row in enumerate(rows):
        asked = ids(tokenizer, row["prompt"][0]["content"])
        assert sum(number == place for number, _ in wrong) >= len(asked)


def test_both_sides_of_a_pair_carry_loss_on_the_response_alone(load, tokenizer, template, trainer):
    (row,) = load("preference")
    made = batch(trainer(load("preference")))
    assert row["same_answer"] is True
    for side, tokens, mask in zip(
        ("chosen", "rejected"), made["input_ids"], made["completion_mask"], strict=True
    ):
        wanted = expected(tokenizer, template, row["prompt"], row[side][0]["content"])
        actual = list(zip(tokens.tolist(), mask.bool().tolist(), strict=True))
        assert actual[: len(wanted)] == wanted
        assert not any(loss for _, loss in actual[len(wanted) :])


@pytest.mark.parametrize("length", MAX_LENGTHS[:2])
def test_no_row_is_cut_or_dropped_that_was_not_counted(folder, load, tokenizer, length, trainer):
    rows = load("sft")
    counter = Tokenizer("words", lambda text: len(ids(tokenizer, text)))
    told = token_lengths([folder / "data/sft/train.parquet"], counter)["over"][str(length)]
    whole = trainer(rows).train_dataset
    cut = trainer(rows, length).train_dataset
    longer = sum(len(row["input_ids"]) > length for row in whole)
    counts = count_rows(rows, tokenizer, length)
    assert told["cuts"] == longer == counts.count("cut")
    assert told["prompts"] == whole.num_rows - cut.num_rows == counts.count("dropped")
    assert told["cuts"] > told["prompts"] > 0


@pytest.mark.parametrize("length", [None, MAX_LENGTHS[0]])
@pytest.mark.parametrize("table", ["sft", "prm", "preference"])
def test_counted_tokens_are_those_of_the_batch(load, tokenizer, table, length, trainer):
    counts = count_rows(load(table), tokenizer, length)
    made = batch(trainer(load(table), length))
    learned = made["completion_mask"] if "completion_mask" in made else made["labels"] != PADDING
    assert counts.trained == int(learned.sum())
    if length is None:
        assert counts.whole.total == int(made["attention_mask"].sum())
