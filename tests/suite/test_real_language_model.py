"""The real language model of the suite answers in sentences, as its chat template asks."""

import httpx2
import pytest

from tests.peers.smollm2 import NAME


@pytest.mark.requires("smollm2")
def test_it_answers_a_plain_question(smollm2):
    asked = {"role": "user", "content": "What is the capital of France? One sentence."}
    reply = httpx2.post(
        f"{smollm2.base_url}/chat/completions",
        json={"model": NAME, "messages": [asked], "temperature": 0, "max_tokens": 40},
        timeout=60,
    )
    (choice,) = reply.json()["choices"]
    assert "Paris" in choice["message"]["content"]
    assert choice["finish_reason"] == "stop"
