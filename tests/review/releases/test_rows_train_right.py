"""TRL puts the loss of our rows on the response alone, and cuts no row that was not counted.

Under the structure of four chat templates: Llama 3's and 3.1's, Qwen 2.5's, and that of the
models distilled from DeepSeek R1, which opens a thought in the prompt that the row does not have.
"""

from dataclasses import replace
from types import MappingProxyType

import pytest

from review.exports.bundle import write_bundle
from review.exports.training.token_lengths import MAX_LENGTHS, Tokenizer, token_lengths
from tests.factories.release import MODEL_TRACE, OTHER_WORDS, REJECTED, facts, frozen

pytestmark = [pytest.mark.requires("train"), pytest.mark.long]

_LLAMA = (
    "{% for message in messages %}<|head|>{{ message.role }}<|text|>\n\n"
    "{{ message.content | trim }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|head|>assistant<|text|>\n\n{% endif %}"
)
TEMPLATES = MappingProxyType(
    {
        "llama3": f"<|begin|>{_LLAMA}",
        "llama3.1": "<|begin|><|head|>system<|text|>\n\nKnown until one day. Today is another."
        f"\n\n<|end|>{_LLAMA}",
        "qwen2.5": "<|head|>system\nYou answer.<|end|>\n{% for message in messages %}"
        "<|head|>{{ message.role }}\n{{ message.content }}<|end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|head|>assistant\n{% endif %}",
        "r1-distill": "<|begin|>{% for message in messages %}{% if message.role == 'user' %}"
        "<|user|>{{ message.content }}{% else %}"
        "<|assistant|>{{ message.content.split('</think>')[-1] }}<|end|>{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}",
    }
)
MARKS = ("<|begin|>", "<|head|>", "<|text|>", "<|end|>", "<|user|>", "<|assistant|>", "<think>")
SPECIAL = (*MARKS, "</think>", "<?>")
# Rows so many words longer than the one they are made of.
LONGER = (0, 900, 1100, 2200, 5000)


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
def words(folder):
    """Every word is a token, and so is every mark of a template."""
    from tokenizers import Tokenizer as Loaded
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    texts = [path.read_text() for path in (folder / "data").rglob("*.jsonl")]
    split = Whitespace()
    pieces = sorted({piece for text in texts for piece, _ in split.pre_tokenize_str(text)})
    known = {piece: place for place, piece in enumerate((*SPECIAL, *pieces))}
    made = Loaded(WordLevel(known, unk_token="<?>"))
    made.pre_tokenizer = split
    return made


@pytest.fixture(params=TEMPLATES)
def tokenizer(request, words):
    from transformers import PreTrainedTokenizerFast

    made = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<?>", eos_token="<|end|>", pad_token="<?>"
    )
    made.add_special_tokens({"additional_special_tokens": list(MARKS)})
    made.chat_template = TEMPLATES[request.param]
    return made


def prepared(folder, tokenizer, table: str, max_length: int | None, tmp_path, monkeypatch):
    """The rows of a table as TRL's own trainer prepares them."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    sizes = {"hidden_size": 4, "intermediate_size": 4, "num_hidden_layers": 1}
    config = LlamaConfig(vocab_size=len(tokenizer), num_attention_heads=1, **sizes)
    rows = datasets.load_dataset(str(folder), table, split="train", cache_dir=str(tmp_path))
    settings = SFTConfig(
        output_dir=str(tmp_path), max_length=max_length, report_to="none", use_cpu=True, bf16=False
    )
    trainer = SFTTrainer(
        LlamaForCausalLM(config), settings, train_dataset=rows, processing_class=tokenizer
    )
    return rows, trainer.train_dataset


def learned(row) -> list[int]:
    """The tokens that the loss is on."""
    return [token for token in row["labels"] if token != -100]


@pytest.mark.parametrize("table", ["sft", "prm"])
def test_the_loss_is_on_the_response_alone(folder, tokenizer, table, tmp_path, monkeypatch):
    rows, made = prepared(folder, tokenizer, table, None, tmp_path, monkeypatch)
    assert made.num_rows == rows.num_rows
    for row, tokens in zip(rows, made, strict=True):
        (answer,) = row["completion"]
        whole = [*tokenizer(answer["content"])["input_ids"], tokenizer.eos_token_id]
        assert learned(tokens)[: len(whole)] == whole
        assert len(learned(tokens)) - len(whole) <= 1  # a line end that Qwen's template adds


def test_whole_conversations_put_it_on_the_question_too(folder, tokenizer, tmp_path, monkeypatch):
    """Why `sft` is prompt and completion: the same check would fail on `chat`."""
    rows, made = prepared(folder, tokenizer, "chat", None, tmp_path, monkeypatch)
    asked = tokenizer(rows[0]["messages"][0]["content"])["input_ids"]
    assert set(asked) <= set(learned(made[0]))


@pytest.mark.parametrize("length", MAX_LENGTHS[:2])
def test_no_row_is_cut_or_dropped_that_was_not_counted(
    folder, tokenizer, length, tmp_path, monkeypatch
):
    counter = Tokenizer("words", lambda text: len(tokenizer(text)["input_ids"]))
    told = token_lengths([folder / "data/sft/train.parquet"], counter)["over"][str(length)]
    _, whole = prepared(folder, tokenizer, "sft", None, tmp_path, monkeypatch)
    _, cut = prepared(folder, tokenizer, "sft", length, tmp_path, monkeypatch)
    assert told["cuts"] == sum(len(row["input_ids"]) > length for row in whole)
    assert told["prompts"] == whole.num_rows - cut.num_rows
    assert told["cuts"] > told["prompts"] > 0


def test_both_sides_of_a_pair_answer_one_prompt(folder, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets
    from trl.data_utils import apply_chat_template

    rows = datasets.load_dataset(str(folder), "preference", split="train", cache_dir=str(tmp_path))
    assert set(rows["same_answer"]) == {True}
    for row in rows:
        text = apply_chat_template(row, tokenizer)
        assert "Which drug is contraindicated?" in text["prompt"]
        assert "Final Answer" not in text["prompt"]
        assert text["chosen"] != text["rejected"]
        assert all("Final Answer" in text[side] for side in ("chosen", "rejected"))
