"""Ready configuration files for other trainers, from a release's manifest and a preset.

Every name in them was held against the schema of the trainer's version that `VERSIONS` names, and
`tests/finetuning/configs` keeps them to it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from . import axolotl, deepspeed, llama_factory, ms_swift
from .facts import Facts

# File name by what writes it, in the order in which they are listed.
WRITERS: Mapping[str, Callable[[Facts], str]] = MappingProxyType(
    {
        "axolotl.yaml": axolotl.text,
        "llama_factory.yaml": llama_factory.text,
        "dataset_info.json": llama_factory.data_sets,
        "ms_swift.yaml": ms_swift.text,
        "deepspeed_zero3.json": deepspeed.zero3,
    }
)
VERSIONS: Mapping[str, str] = MappingProxyType(
    {"axolotl": "0.19.0", "LLaMA-Factory": "0.9.5", "ms-swift": "4.6.0"}
)


def config_files(facts: Facts) -> dict[str, str]:
    """The files by name. Those for several GPUs are left out where one does."""
    return {
        name: write(facts)
        for name, write in WRITERS.items()
        if facts.devices > 1 or "zero3" not in name
    }
