"""What was trained is served: llama.cpp, given the weights, says what they say."""

import httpx2
import pytest

from tests.peers.gguf_of_weights import write_gguf
from tests.peers.llama_cpp import Peer
from tests.peers.tiny_model import write_tiny_model

pytestmark = [pytest.mark.requires("train"), pytest.mark.long]


@pytest.mark.parametrize("folder", ["merged", "model"])
def test_the_most_likely_words_are_those_of_the_weights(finetune, tiny_base, tmp_path, folder):
    write_tiny_model(tmp_path / "tiny.gguf")
    finetune(lora_rank=0 if folder == "model" else 4, merge=folder == "merged")
    target = tmp_path / "tuned.gguf"
    write_gguf(tmp_path / "out" / folder, origin=tmp_path / "tiny.gguf", target=target)
    asked = {"role": "user", "content": "Which sign: fever?"}
    with Peer(target, name="tuned") as server:
        reply = httpx2.post(
            f"{server.base_url}/chat/completions",
            json={"messages": [asked], "temperature": 0, "max_tokens": 30},
            timeout=60,
        )
    (choice,) = reply.json()["choices"]
    assert choice["message"]["content"] == generated(tmp_path / "out" / folder, [asked], 30)
    assert choice["message"]["content"] != generated(tiny_base, [asked], 30)


def test_weights_that_were_not_trained_come_back_as_they_were(tiny_base, tmp_path):
    """Heads, which the two keep in different orders, too."""
    import numpy as np
    from gguf import GGUFReader

    write_tiny_model(tmp_path / "tiny.gguf")
    write_gguf(tiny_base, origin=tmp_path / "tiny.gguf", target=tmp_path / "again.gguf")
    before, after = (GGUFReader(tmp_path / name).tensors for name in ("tiny.gguf", "again.gguf"))
    for was, is_ in zip(before, after, strict=True):
        assert was.name == is_.name
        np.testing.assert_allclose(is_.data.astype(np.float32), was.data, atol=2e-3)


def generated(folder, messages, tokens: int) -> str:
    """The most likely answer, by transformers."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    model = AutoModelForCausalLM.from_pretrained(str(folder))
    asked = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    told = model.generate(**asked, do_sample=False, max_new_tokens=tokens)
    text: str = tokenizer.decode(told[0][asked["input_ids"].shape[1] :], skip_special_tokens=True)
    return text
