"""Token lengths of fine-tuning rows: by a named tokenizer, and no row cut without being counted."""

import json
from dataclasses import replace

import pytest

from review.exports.bundle import write_bundle
from review.exports.training import token_lengths as counting
from review.exports.training.token_lengths import Tokenizer, chosen_tokenizer, token_lengths
from tests.factories.release import MODEL_TRACE, facts, frozen

WORDS = Tokenizer("words", lambda text: len(text.split()))


def of_length(words: int, number: int, **changes):
    """A frozen line whose question alone has so many words."""
    question = replace(MODEL_TRACE.question, text="word " * words, options=(), answer_label=None)
    return frozen(
        replace(MODEL_TRACE, question=question), question=number, trace_id=f"t-{number}", **changes
    )


@pytest.fixture
def sft(tmp_path):
    lines = [
        of_length(10, 1),
        of_length(1024 - counting.TEMPLATE_TOKENS - 1, 2, split="test"),
        of_length(1024, 3),
        of_length(5000, 4),
    ]
    write_bundle(tmp_path, lines=lines, alternatives=(), facts=facts())
    return [tmp_path / f"data/sft/{split}.parquet" for split in ("train", "test")]


def test_rows_that_a_length_would_cut_are_counted_and_those_without_room_apart(sft):
    told = token_lengths(sft, WORDS)
    assert (told["tokenizer"], told["rows"]) == ("words", 4)
    assert told["over"]["1024"] == {"cuts": 3, "prompts": 2}
    assert told["over"]["2048"] == told["over"]["4096"] == {"cuts": 1, "prompts": 1}
    assert told["prompt"]["max"] == 5000 < told["prompt_and_completion"]["max"]


def test_the_manifest_names_the_tokenizer(tmp_path):
    bundle = write_bundle(tmp_path, lines=[frozen()], alternatives=(), facts=facts())
    told = json.loads((tmp_path / "manifest.json").read_text())["tokens"]
    assert told["tokenizer"].startswith("cl100k_base (bpe-openai ")
    assert told["prompt"]["min"] == chosen_tokenizer().count(
        "Which drug is contraindicated?\u2028Choose.\n\nAnswer Choices:\nA. Drüg one\nB. Drug two"
    )
    assert bundle.counted["tokens"] == told


def test_special_tokens_in_a_question_are_text_like_any_other():
    assert chosen_tokenizer().count("<|endoftext|>") > 1


def test_a_file_that_is_no_tokenizer_is_named(tmp_path, settings):
    pytest.importorskip("tokenizers")
    settings.TOKENIZER_FILE = tmp_path / "tokenizer.json"
    settings.TOKENIZER_FILE.write_text("{}")
    with pytest.raises(ValueError, match="is no tokenizer"):
        chosen_tokenizer()


@pytest.mark.requires("embeddings")
def test_a_tokenizer_of_ones_own_counts(tmp_path, settings):
    from tokenizers import Tokenizer as Loaded
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    own = Loaded(WordLevel({"?": 0}, unk_token="?"))
    own.pre_tokenizer = Whitespace()
    settings.TOKENIZER_FILE = tmp_path / "tokenizer.json"
    own.save(str(settings.TOKENIZER_FILE))
    tokenizer = chosen_tokenizer()
    assert tokenizer.count("three plain words") == 3
    assert "tokenizer.json (sha256 " in tokenizer.name
