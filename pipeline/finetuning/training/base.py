"""The model that is trained further: where its files are, their checksums, how it is loaded.

A base is a folder or a repository of a hub with safetensors, or one GGUF file. Pickled weights are
not read: a pickle runs what it likes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..refused import Refused

INDEX, SINGLE = "model.safetensors.index.json", "model.safetensors"
CONVERTED_FROM = "converted_from.json"


@dataclass(frozen=True, slots=True)
class Base:
    """A model on disk. `files`: its weight files and their sha256.

    `source` is its name: a hub's ORGANISATION/NAME, or what its folder or file is called, since
    where it lies is one machine's own. `sha256` is that of the only file, or of all as
    `weights_sha256` joins them. `gguf`: the folder's weights were converted from such a file, to
    which `files` then refers.
    """

    source: str
    folder: Path
    files: Mapping[str, str]
    gguf: bool = False

    @property
    def sha256(self) -> str:
        return weights_sha256(self.files)

    def document(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "sha256": self.sha256,
            "files": dict(self.files),
            "converted_from_gguf": self.gguf,
        }


def find_base(source: str, *, converted: Path) -> Base:
    """The base that is asked for: a folder, a GGUF file, or a hub's ORGANISATION/NAME.

    A GGUF file is converted once, into the folder `converted`. Raises Refused with the reason.
    """
    path = Path(source)
    if path.suffix == ".gguf":
        return _from_gguf(path, converted)
    folder = path if path.is_dir() else _from_hub(source)
    name = path.resolve().name if path.is_dir() else source
    return Base(name, folder, weight_files(folder))


def weight_files(folder: Path) -> dict[str, str]:
    """The weight files of a model's folder and their sha256; Refused where there are none."""
    if not (folder / "config.json").is_file():
        adapter = (folder / "adapter_config.json").is_file()
        why = "is an adapter: train on, or serve, what --merge writes" if adapter else "is no model"
        raise Refused(f"{folder} {why}. A model's folder has a config.json.")
    if (folder / INDEX).is_file():
        names = set(json.loads((folder / INDEX).read_text())["weight_map"].values())
    else:
        names = {SINGLE}
    missing = sorted(name for name in names if not (folder / name).is_file())
    if missing:
        raise Refused(
            f"{folder} has no {missing[0]}. Weights are read from safetensors alone, never from "
            "pickled files."
        )
    return file_sums(folder, names)


def file_sums(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The sha256 of each file, by name."""
    return {name: file_sha256(folder / name) for name in sorted(names)}


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weights_sha256(files: Mapping[str, str]) -> str:
    """One checksum of weights: of a single file its own, of several that of their list.

    The list is what `sha256sum` prints for them in the order of their names.
    """
    if len(files) == 1:
        return next(iter(files.values()))
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(listed.encode()).hexdigest()


def load_tokenizer(base: Base, chat_template: str | None) -> Any:
    """The base's tokenizer, with this chat template in place of its own where one is given.

    Raises Refused without any: how the model is asked decides what it learns, and is not guessed.
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(base.folder))
    if chat_template is not None:
        tokenizer.chat_template = chat_template
    if not tokenizer.chat_template:
        raise Refused(
            f"{base.source} has no chat template, which says how a model is asked and where its "
            "answer ends. Take the instruction-tuned model, or name a template: "
            "--chat-template FILE.jinja."
        )
    if tokenizer.eos_token is None:
        raise Refused(f"The tokenizer of {base.source} has no end token: nothing would end.")
    return tokenizer


def end_tokens(base: Base) -> set[int]:
    """The tokens at which the base's generation stops, by its own configuration."""
    path = base.folder / "generation_config.json"
    ends = json.loads(path.read_text()).get("eos_token_id") if path.is_file() else None
    return set(ends) if isinstance(ends, list) else set() if ends is None else {ends}


def max_positions(base: Base) -> int | None:
    """How many tokens the base can tell apart by their place; None where it does not say."""
    config = json.loads((base.folder / "config.json").read_text())
    of_text = config.get("text_config") or config
    found: int | None = of_text.get("max_position_embeddings")
    return found


def load_model(base: Base, dtype: str) -> Any:
    """The base's weights as a causal language model in `dtype`: `float32` or `bfloat16`."""
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(str(base.folder), dtype=getattr(torch, dtype))


def _from_hub(source: str) -> Path:
    from huggingface_hub import snapshot_download

    patterns = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja"]
    twice = ["consolidated*", "original/*"]  # the same weights as their makers name them
    try:
        return Path(snapshot_download(source, allow_patterns=patterns, ignore_patterns=twice))
    except Exception as error:  # the hub's client raises many classes; all mean the same
        raise Refused(
            f"{source} is no folder and no GGUF file, and no hub has it: {error}"
        ) from error


def _from_gguf(path: Path, converted: Path) -> Base:
    if not path.is_file():
        raise Refused(f"There is no file {path}.")
    files = {path.name: file_sha256(path)}
    mark = converted / CONVERTED_FROM
    if not mark.is_file() or json.loads(mark.read_text()) != files:
        _convert(path, converted)
        mark.write_text(json.dumps(files))
    return Base(path.name, converted, files, gguf=True)


def _convert(path: Path, folder: Path) -> None:
    """Write a GGUF file's weights, tokenizer and chat template as transformers keeps them.

    transformers refuses to train a model that it knows to come of GGUF: the weights are put into
    a fresh one. They are what the file's quantisation left of them, as float32.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    where = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    try:
        tokenizer = AutoTokenizer.from_pretrained(**where)
        read = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    except (ImportError, ValueError, OSError, KeyError) as error:
        raise Refused(f"{path} cannot be read as a model: {error}") from error
    config = read.config
    del config.quantization_config
    fresh = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    fresh.load_state_dict(read.state_dict())
    fresh.generation_config = read.generation_config
    fresh.save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
