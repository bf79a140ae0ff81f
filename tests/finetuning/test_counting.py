"""Rows are counted as TRL 1.16 reads them, and what goes wrong is said with the rows' names."""

from types import MappingProxyType

import pytest

from pipeline.finetuning.counting import SENTENCES, count_rows
from pipeline.finetuning.masks import RowError
from tests.finetuning.chat_templates import TEMPLATES, TURNS, word_tokenizer

pytestmark = pytest.mark.requires("embeddings")

LONG = " or".join(["so"] * 40)


def said(role: str, content: str):
    return {"role": role, "content": content}


def row(trace: str, asked: str, answered: str):
    return {
        "trace_id": trace,
        "prompt": [said("user", asked)],
        "completion": [said("assistant", answered)],
    }


def pair(trace: str, asked: str, better: str, worse: str):
    return {
        "chosen_trace": trace,
        "prompt": [said("user", asked)],
        "chosen": [said("assistant", better)],
        "rejected": [said("assistant", worse)],
    }


ROWS = (
    row("t-1", "Which drug?", "So A."),
    row("t-2", "Which drug?", LONG),
    row("t-3", LONG, "So B."),
)
LABELLED = {
    "trace_id": "t-4",
    "step": 2,
    "prompt": [said("user", "Which? It is."), said("assistant", "+"), said("user", "So A.")],
    "completion": [said("assistant", "-")],
}
PAIRS = (
    pair("p-1", "Which drug?", "So A.", "So B."),
    pair("p-2", "Which drug?", f"{LONG} A", f"{LONG} B"),
    pair("p-3", LONG, "So A.", "So B."),
)


def tokenizer(name: str, *, template: str = ""):
    texts = [LONG, "Which drug? It is. So A. So B. + - word"]
    return word_tokenizer(texts, template or TEMPLATES[name], TURNS[name].end)


def findings(counts) -> dict[str, int]:
    return {name: counts.count(name) for name in SENTENCES if counts.count(name)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_tokens_with_loss_are_those_of_the_response(name):
    made = tokenizer(name)
    counts = count_rows([ROWS[0], LABELLED], made, None)
    opening, end = TURNS[name].learned
    learned = [f"{opening}{text}{end}" for text in ("So A.", "-")]
    lengths = [len(made(text, add_special_tokens=False)["input_ids"]) for text in learned]
    assert counts.response.total == counts.trained == sum(lengths)
    assert (counts.rows, counts.response.least, counts.response.most) == (2, *sorted(lengths))
    assert findings(counts) == ({"lost": 2} if name == "r1-distill" else {})


def test_rows_that_are_cut_or_dropped_are_named():
    counts = count_rows(ROWS, tokenizer("llama3"), 40)
    assert findings(counts) == {"cut": 2, "prompt_fills": 1, "dropped": 1, "no_end": 1}
    assert counts.problems()[:2] == [
        "2 rows longer than 40 tokens: the end of the response, and with it the answer, would be "
        "cut: t-2, t-3.",
        "1 row with a prompt that fills 40 tokens alone: t-3.",
    ]
    assert "loss on an end token ('<|eot_id|>')" in counts.problems()[-1]


def test_without_a_maximum_length_nothing_is_cut():
    counts = count_rows(ROWS, tokenizer("llama3"), None)
    assert counts.problems() == []
    assert counts.trained == counts.response.total
    assert counts.whole.total == counts.prompt.total + counts.response.total


def test_a_pair_that_is_the_same_once_cut_is_found():
    """Its two sides differ only in what lies beyond the maximum length: nothing is preferred."""
    counts = count_rows(PAIRS, tokenizer("llama3"), 60)
    expected = {"cut": 2, "prompt_fills": 1, "dropped": 1, "same_when_cut": 1, "no_end": 1}
    assert findings(counts) == expected
    assert counts.findings["same_when_cut"].first == ("p-2",)
    assert findings(count_rows(PAIRS, tokenizer("llama3"), None)) == {}


def test_a_template_that_opens_a_thought_for_the_model_is_told():
    problem = count_rows(ROWS, tokenizer("r1-distill"), None).problems()
    assert problem == [
        "3 rows learned without the end of the prompt that the model is shown before it answers "
        "('<think>\\n'): t-1, t-2, t-3."
    ]


# A thinking template that keeps the thought of the last turn only: with an answer behind it, the
# earlier turn is written anew, and what follows in the prompt would be learned.
FORGETS = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if loop.index0 + 2 == messages | length and message.role == 'assistant' %}<think>ok</think>"
    "{% endif %}{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
DROPS_ANSWERS = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content[:9] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
BROKEN = MappingProxyType(
    {
        "writes the prompt anew": (FORGETS, LABELLED, {"asks_with_loss": 1, "lost": 1}),
        "changes the response": (DROPS_ANSWERS, ROWS[1], {"response_changed": 1}),
        "ends with no end token": (
            TEMPLATES["qwen2.5"].replace("<|im_end|>", "<|eot_id|>"),
            ROWS[0],
            {"no_end": 1},
        ),
        "ignores the answer": (
            "{% for message in messages if message.role == 'user' %}{{ message.content }}"
            "{% endfor %}",
            ROWS[0],
            {"no_loss": 1, "no_end": 1, "response_changed": 1},
        ),
    }
)


@pytest.mark.parametrize("fault", BROKEN)
def test_what_a_template_does_wrong_is_found(fault):
    template, one, expected = BROKEN[fault]
    assert findings(count_rows([one], tokenizer("qwen2.5", template=template), None)) == expected


def test_a_token_that_holds_both_prompt_and_response_is_found():
    """White space of both meets in one token, so that loss is on the end of the prompt."""
    counts = count_rows([row("t-1", "Which?", "\nSo A.")], tokenizer("qwen2.5"), None)
    assert findings(counts) == {"merged": 1}


def test_words_that_would_end_a_turn_are_found():
    counts = count_rows([row("t-1", "Which <|im_end|>?", "So A.")], tokenizer("qwen2.5"), None)
    assert findings(counts) == {"control_tokens": 1}
    assert "'<|im_end|>'" in counts.problems()[0]


def test_another_end_token_can_be_named():
    """Llama 3.1's base tokenizer ends documents; its generation configuration knows turns."""
    made = word_tokenizer(["So A."], TEMPLATES["llama3"], "<｜end▁of▁sentence｜>")
    assert findings(count_rows(ROWS[:1], made, None)) == {"no_end": 1}
    turn = made.convert_tokens_to_ids("<|eot_id|>")
    assert findings(count_rows(ROWS[:1], made, None, end_tokens=[turn])) == {}


def test_what_shapes_the_loss_and_is_no_fault_is_noted():
    template = f"{{# strftime_now #}}{TEMPLATES['qwen3']}"
    date, opening = count_rows(ROWS, tokenizer("qwen3", template=template), None).notes
    assert "today's date" in date
    assert "'<think>\\n\\n</think>\\n\\n'" in opening


def test_rows_of_another_form_are_refused_by_name():
    made = tokenizer("llama3")
    chat = {"trace_id": "t-9", "messages": [said("user", "Which?"), said("assistant", "A")]}
    with pytest.raises(RowError, match="t-9: rows of `messages` put the loss on the question"):
        count_rows([chat], made, None)
    with pytest.raises(RowError, match="row 1: a row has messages in prompt and completion"):
        count_rows([{"prompt": "Which?", "completion": "A"}], made, None)


def test_a_template_that_refuses_a_row_is_told_with_the_row():
    template = "{{ raise_exception('roles must alternate') }}"
    with pytest.raises(RowError, match=r"t-1: the chat template refuses it \(roles must alternate"):
        count_rows(ROWS, tokenizer("llama3", template=template), None)


def test_a_tokenizer_without_a_template_is_refused():
    made = tokenizer("llama3")
    made.chat_template = None
    with pytest.raises(RowError, match="no chat template"):
        count_rows(ROWS, made, None)


def test_no_row_at_all_is_a_problem():
    counts = count_rows([], tokenizer("llama3"), 40)
    assert counts.problems() == ["There is no row."]
    assert counts.document()["row_tokens"] == {
        "total": 0,
        "min": 0,
        "median": 0,
        "95 %": 0,
        "max": 0,
    }
