"""Encoders for tests: one that needs no library, and tiny models of random weights."""

from collections.abc import Sequence
from copy import copy
from pathlib import Path

import numpy as np

from pipeline.core.embeddings.encoder import NO_PREFIXES


class Letters:
    """An Encoder without a model: how often each letter occurs, and a word about it.

    `fails_after` texts it stops, as a killed run does; `asked` counts the texts.
    """

    def __init__(self, revision: str = "", *, size: int = 26, fails_after: int | None = None):
        self.revision, self.size, self.fails_after = revision, size, fails_after
        self.asked: list[str] = []
        self.prefix, self.own_prefixes = "", NO_PREFIXES

    def with_prefix(self, prefix: str) -> "Letters":
        prefixed = copy(self)
        prefixed.prefix = prefix
        return prefixed

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if self.fails_after is not None and len(self.asked) + len(texts) > self.fails_after:
            raise KeyboardInterrupt
        self.asked += texts
        texts = [self.prefix + text for text in texts]
        counts = [
            [1e-3, *(text.lower().count(chr(97 + at)) for at in range(self.size - 1))]
            for text in texts
        ]
        vectors = np.asarray(counts, dtype=np.float32)
        unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def tiny_model(folder: Path, *, seed: int = 0, dimension: int = 16) -> str:
    """Writes a sentence-transformers model of random weights, and returns its folder's name."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(seed)
    letters = [chr(97 + at) for at in range(26)] + [str(digit) for digit in range(10)]
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *(f"##{one}" for one in letters),
    ]
    bert = folder / "bert"
    bert.mkdir(parents=True)
    (bert / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizer(str(bert / "vocab.txt")).save_pretrained(bert)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=dimension,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(bert)
    transformer = Transformer(str(bert))
    SentenceTransformer(modules=[transformer, Pooling(dimension)], device="cpu").save(
        str(folder / "model")
    )
    return str(folder / "model")
