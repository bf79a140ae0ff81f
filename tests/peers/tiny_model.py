"""A language model of random weights, small enough to write for a test run: a GGUF file.

Llama architecture, two layers, one token a byte. It knows nothing; what it says means nothing.
The first channel of every embedding is constant, so the first channel of the output layer is a
bias by token: no control characters and no bytes beyond ASCII (they would be broken UTF-8),
and a quote often enough that a string it begins also ends.
"""

from pathlib import Path

import gguf
import numpy as np

NAME = "tiny-random"
CONTEXT = 1 << 16
_WIDTH, _HEADS, _LAYERS, _INNER = 64, 4, 2, 128
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_END = 2
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# Logits are about eight times these.
_NEVER, _SELDOM, _OFTEN = -3.0, -0.35, 0.43


def write_tiny_model(path: Path) -> None:
    """Write the model, about half a megabyte, the same each time."""
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer)
    tokens = [*_SPECIAL, *_byte_tokens(), _merged()]
    kinds = [gguf.TokenType.CONTROL] * len(_SPECIAL)
    kinds += [gguf.TokenType.NORMAL] * (len(tokens) - len(_SPECIAL))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(_merged())])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(_END)
    writer.add_add_bos_token(False)
    writer.add_chat_template(_TEMPLATE)
    _add_weights(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter) -> None:
    writer.add_name(NAME)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_vocab_size(len(_SPECIAL) + 257)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _byte_tokens() -> list[str]:
    """The 256 bytes as byte-level BPE spells them: printable ones as they are."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def _merged() -> str:
    return "th"  # the loader wants at least one merge


def _add_weights(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    chance = np.random.default_rng(0)

    def small(*shape: int) -> np.ndarray:
        return (chance.standard_normal(shape) * 0.02).astype(np.float32)

    embedding = small(vocabulary, _WIDTH)
    embedding[:, 0] = 1
    output = (chance.standard_normal((vocabulary, _WIDTH)) * 0.35).astype(np.float32)
    output[:, 0] = _biases(vocabulary)
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", np.ones(_WIDTH, np.float32))
    writer.add_tensor("output.weight", output)
    for layer in range(_LAYERS):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(_WIDTH, np.float32))
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"blk.{layer}.{part}.weight", small(_WIDTH, _WIDTH))
        for part in ("ffn_gate", "ffn_up"):
            writer.add_tensor(f"blk.{layer}.{part}.weight", small(_INNER, _WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", small(_WIDTH, _INNER))


def _biases(vocabulary: int) -> np.ndarray:
    biases = np.zeros(vocabulary, np.float32)
    biases[: len(_SPECIAL)] = _NEVER
    biases[_END] = _SELDOM
    for byte in range(256):
        if not 32 <= byte < 127 or byte == ord("\\"):
            biases[len(_SPECIAL) + byte] = _NEVER
    biases[len(_SPECIAL) + ord(" ")] = _SELDOM
    biases[len(_SPECIAL) + ord('"')] = _OFTEN
    return biases
