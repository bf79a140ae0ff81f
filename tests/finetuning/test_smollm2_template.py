"""The chat template of a real model has the structure that the tests of the loss were run under."""

import pytest

from pipeline.finetuning.counting import count_rows
from pipeline.finetuning.masks import render
from tests.finetuning.chat_templates import TURNS, pieces, word_tokenizer

PROMPT = [
    {"role": "user", "content": "Which drug?\n\nAnswer Choices:\nA. one\nB. two"},
    {"role": "assistant", "content": "+"},
    {"role": "user", "content": "It is one."},
]
ANSWER = [{"role": "assistant", "content": "-"}]


@pytest.mark.requires("train", "smollm2")
def test_smollm2s_template_is_that_of_qwen_with_other_words(smollm2_gguf):
    from gguf import GGUFReader

    template = str(GGUFReader(smollm2_gguf).fields["tokenizer.chat_template"].contents())
    greeting = template.split("<|im_start|>system\n")[1].split("<|im_end|>")[0]
    turns = TURNS["qwen2.5"]
    turns = turns._replace(begin=turns.begin.replace("You answer.", greeting))
    texts = [message["content"] for message in (*PROMPT, *ANSWER)]
    tokenizer = word_tokenizer([greeting, *texts], template, turns.end)
    (row,) = render(tokenizer, PROMPT, [ANSWER])
    expected = pieces(turns, PROMPT, "-")
    tokens = [
        (token, loss)
        for text, loss in expected
        for token in tokenizer(text, add_special_tokens=False)["input_ids"]
    ]
    assert [(token, place >= row.loss_from) for place, token in enumerate(row.tokens)] == tokens
    assert count_rows([{"prompt": PROMPT, "completion": ANSWER}], tokenizer, None).problems() == []
