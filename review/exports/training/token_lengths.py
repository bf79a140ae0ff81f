"""Token lengths of the rows for supervised fine-tuning, by a tokenizer that is named.

Trainers cut what is longer than their `max_length`, at the end, where the answer stands, or drop
rows whose prompt alone is longer; mostly without a word. So a release counts them.
"""

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

# Chat templates add tokens of their own: Llama 3.1's some 40, others fewer. Counted as if all of
# these were added, no row is cut without being counted.
TEMPLATE_TOKENS = 64
MAX_LENGTHS = (1024, 2048, 4096)
DEFAULT_ENCODING = "cl100k_base"
CHUNK_SIZE = 200


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A tokenizer by name: `count` gives the number of tokens of a text, without special ones."""

    name: str
    count: Callable[[str], int]


def chosen_tokenizer() -> Tokenizer:
    """The one of `MEDREASON_TOKENIZER`, a `tokenizer.json`, or else GPT-4's `cl100k_base`.

    Llama 3's vocabulary begins with that of `cl100k_base`: its counts are close. Raises OSError
    or ValueError for a file that is none.
    """
    if settings.TOKENIZER_FILE:
        return _tokenizer_of_file(Path(settings.TOKENIZER_FILE))
    import bpe_openai

    encoding = bpe_openai.get_encoding(DEFAULT_ENCODING)
    name = f"{DEFAULT_ENCODING} (bpe-openai {bpe_openai.__version__})"
    return Tokenizer(name, lambda text: len(encoding.encode(text, disallowed_special=())))


def _tokenizer_of_file(path: Path) -> Tokenizer:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        from tokenizers import Tokenizer as Loaded
    except ImportError as error:
        raise ValueError(
            "MEDREASON_TOKENIZER needs the package tokenizers: make setup-embeddings."
        ) from error
    try:
        loaded = Loaded.from_file(str(path))
    except Exception as error:  # the library's own class has no name outside it
        raise ValueError(f"{path} is no tokenizer.json: {error}") from error
    loaded.no_truncation()
    return Tokenizer(
        f"{path.parent.name}/{path.name} (sha256 {digest[:12]})",
        lambda text: len(loaded.encode(text, add_special_tokens=False).ids),
    )


def token_lengths(files: Iterable[Path], tokenizer: Tokenizer) -> dict[str, Any]:
    """Lengths of prompts and of whole rows of these Parquet files of `sft`, in tokens.

    `over`: for each maximum length, how many rows it `cuts`, and of how many the prompt alone
    leaves no room (`prompts`), counting the template's tokens.
    """
    prompts, wholes = array("q"), array("q")
    for prompt, completion in _texts(files):
        prompts.append(tokenizer.count(prompt))
        wholes.append(prompts[-1] + tokenizer.count(completion))
    if not wholes:
        return {}
    return {
        "tokenizer": tokenizer.name,
        "template_tokens": TEMPLATE_TOKENS,
        "rows": len(wholes),
        "prompt": _distribution(prompts),
        "prompt_and_completion": _distribution(wholes),
        "over": {
            str(length): {"cuts": _over(wholes, length), "prompts": _over(prompts, length - 1)}
            for length in MAX_LENGTHS
        },
    }


def _texts(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    from pyarrow import parquet

    for file in files:
        columns = ["prompt", "completion"]
        for batch in parquet.ParquetFile(file).iter_batches(CHUNK_SIZE, columns=columns):
            for row in batch.to_pylist():
                yield _content(row["prompt"]), _content(row["completion"])


def _content(messages: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(message["content"] for message in messages)


def _distribution(lengths: "array[int]") -> dict[str, int]:
    low, median, high, most = np.quantile(
        np.asarray(lengths), [0, 0.5, 0.95, 1], method="inverted_cdf"
    ).tolist()
    return {"min": int(low), "median": int(median), "95 %": int(high), "max": int(most)}


def _over(lengths: "array[int]", limit: int) -> int:
    """How many are longer than the limit with the template's tokens."""
    return int((np.asarray(lengths) + TEMPLATE_TOKENS > limit).sum())
