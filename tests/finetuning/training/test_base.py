"""Which weights a run begins with: by checksum, from safetensors or GGUF, never from a pickle."""

import hashlib
import json

import pytest

from pipeline.finetuning.refused import Refused
from pipeline.finetuning.training.base import find_base, load_tokenizer, weights_sha256
from tests.peers.tiny_model import write_tiny_model


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_one_file_has_its_own_checksum_and_several_that_of_their_list():
    assert weights_sha256({"model.safetensors": "ab"}) == "ab"
    listed = b"aa  a.safetensors\nbb  b.safetensors\n"
    assert weights_sha256({"b.safetensors": "bb", "a.safetensors": "aa"}) == sha256(listed)


def model_folder(tmp_path, *names: str):
    (tmp_path / "config.json").write_text("{}")
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_the_files_that_an_index_names_count_and_no_others(tmp_path):
    folder = model_folder(
        tmp_path, "one.safetensors", "two.safetensors", "consolidated.safetensors"
    )
    index = {"weight_map": {"a": "one.safetensors", "b": "two.safetensors", "c": "one.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    base = find_base(str(folder), converted=tmp_path / "none")
    assert base.files == {
        name: sha256(name.encode()) for name in sorted(set(index["weight_map"].values()))
    }


@pytest.mark.parametrize("named", ["{}", "{}/", "{}/../" + "{name}"])
def test_a_base_is_named_without_the_folders_above_it(tmp_path, named):
    folder = model_folder(tmp_path, "model.safetensors")
    source = named.format(folder, name=folder.name)
    document = find_base(source, converted=tmp_path / "none").document()
    assert document["source"] == folder.name


def test_pickled_weights_are_not_read(tmp_path):
    folder = model_folder(tmp_path, "pytorch_model.bin")
    with pytest.raises(Refused, match="never from pickled files"):
        find_base(str(folder), converted=tmp_path / "none")


def test_an_adapter_is_no_base(tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(Refused, match=r"is an adapter: .*--merge"):
        find_base(str(tmp_path), converted=tmp_path / "none")


def test_a_gguf_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Refused, match="There is no file"):
        find_base(str(tmp_path / "lost.gguf"), converted=tmp_path / "none")


@pytest.mark.requires("train")
def test_a_name_that_is_no_model_anywhere_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(Refused, match="nobody/nothing is no folder and no GGUF file, and no hub"):
        find_base("nobody/nothing", converted=tmp_path / "none")


@pytest.mark.requires("train")
def test_a_gguf_file_gives_its_weights_its_chat_template_and_its_own_checksum(tmp_path):
    import torch
    from gguf import GGUFReader
    from transformers import AutoModelForCausalLM

    file = tmp_path / "tiny.gguf"
    write_tiny_model(file)
    base = find_base(str(file), converted=tmp_path / "base")
    assert base.sha256 == sha256(file.read_bytes())
    assert base.document()["converted_from_gguf"] is True
    stored = {tensor.name: tensor.data for tensor in GGUFReader(file).tensors}
    loaded = AutoModelForCausalLM.from_pretrained(str(base.folder))
    assert not hasattr(loaded.config, "quantization_config")
    for ours, theirs in (
        (loaded.model.embed_tokens.weight, "token_embd.weight"),
        (loaded.lm_head.weight, "output.weight"),
        (loaded.model.layers[1].mlp.down_proj.weight, "blk.1.ffn_down.weight"),
    ):
        assert torch.equal(ours.data, torch.tensor(stored[theirs]))
    assert "<|im_start|>" in load_tokenizer(base, None).chat_template
    written = (base.folder / "model.safetensors").stat().st_mtime_ns
    again = find_base(str(file), converted=tmp_path / "base")
    assert (again.folder / "model.safetensors").stat().st_mtime_ns == written
