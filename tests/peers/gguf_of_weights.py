"""Weights as transformers keeps them, as a GGUF file that llama.cpp serves.

For models of the Llama architecture that were trained from a GGUF file: tokenizer, chat template
and sizes are taken from that file, and its tensors replaced. llama.cpp's own script does this for
any model; it is in no package.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np

_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_IN_A_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
# Written anew by the writer itself, or wrong for other tensors.
_NOT_COPIED = ("GGUF.", "general.architecture", "general.file_type", "general.quantization_version")


def write_gguf(weights: Path, *, origin: Path, target: Path) -> None:
    """Write the safetensors in the folder `weights` into `target`, in 16 bits."""
    from safetensors.numpy import load_file

    reader = gguf.GGUFReader(origin)
    tensors = load_file(weights / "model.safetensors")
    heads = {part: _number(reader, f"llama.attention.{name}") for part, name in _HEADS.items()}
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    _copy_fields(reader, writer)
    for tensor in reader.tensors:
        values = _values(tensor.name, tensors, heads).astype(np.float32)
        writer.add_tensor(tensor.name, values if values.ndim == 1 else values.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


_HEADS = {"attn_q": "head_count", "attn_k": "head_count_kv"}


def _values(name: str, tensors: Mapping[str, np.ndarray], heads: Mapping[str, int]) -> np.ndarray:
    layer = re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", name)
    if layer is None:
        return tensors[f"{_NAMES[name.removesuffix('.weight')]}.weight"]
    number, part = layer.groups()
    values = tensors[f"model.layers.{number}.{_IN_A_LAYER[part]}.weight"]
    return _interleaved(values, heads[part]) if part in heads else values


def _interleaved(values: np.ndarray, heads: int) -> np.ndarray:
    """The rows of each head in the order of llama.cpp, which turns pairs of neighbours."""
    halves = values.reshape(heads, 2, values.shape[0] // heads // 2, *values.shape[1:])
    return halves.swapaxes(1, 2).reshape(values.shape)


def _number(reader: gguf.GGUFReader, name: str) -> int:
    return int(reader.fields[name].contents())


def _copy_fields(reader: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    for name, field in reader.fields.items():
        if name.startswith(_NOT_COPIED):
            continue
        kind, *inner = field.types
        writer.add_key_value(name, field.contents(), kind, sub_type=inner[-1] if inner else None)
