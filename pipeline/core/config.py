"""Configuration of the method: frozen, hashable, recorded with every batch and trace.

`default` is our method, `paper` the published one (MedReason, arXiv 2504.00993, section 3),
`lexical` the default without an embedding model, `demonstration` with the rule-based reasoner
too. A preset never changes: batches, files and papers name it. docs/method.md has the columns.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from pydantic import TypeAdapter

from pipeline.core.errors import InvalidConfiguration
from pipeline.core.records import NodeType, ReasonerKind

# Filters that run on every trace and decide whether it is kept.
BASE_FILTERS = (
    *("format", "leakage", "masking", "answer", "grounding"),
    *("statements", "conclusion"),
)
# What further readings are made for; each may also decide, if it runs on every trace.
CHECK_FILTERS = ("margin", "question_alone", "agreement", "permutation", "contrast")

Backend = Literal["lexical", "dense"]
LEXICAL: Backend = "lexical"
# Before a batch starts, a model's name may be an endpoint's; from then on it is what follows
# from it: the endpoint's model at its host.
EMBEDDINGS_ENDPOINT = "endpoint:"
EMBEDDINGS_AT = " at "


@dataclass(frozen=True)
class SimilarityConfig:
    """A similarity backend and the thresholds that mean something only on its scale.

    `model` is the name or folder of a sentence-transformers model, or an embeddings endpoint's
    name behind EMBEDDINGS_ENDPOINT.
    `floor`: below it no candidate is proposed. `accept`: at or above it the paper preset takes
    the best candidate unseen; None means only the selection step may accept.
    """

    backend: Backend = "lexical"
    model: str = ""
    top_k: int = 10
    floor: float = 0.70
    accept: float | None = None

    @property
    def endpoint(self) -> str:
        """The name of the endpoint that embeds, empty where none is named."""
        named = self.model.startswith(EMBEDDINGS_ENDPOINT)
        return self.model.removeprefix(EMBEDDINGS_ENDPOINT) if named else ""


@dataclass(frozen=True)
class SearchConfig:
    """Which paths are looked for. Lengths count edges; an empty tuple allows every relation."""

    two_layers: bool = True
    paths_per_pair: int = 50
    maximum_length: int = 4
    negative_edges: Literal["mark", "exclude"] = "mark"
    relations: tuple[str, ...] = ()
    node_types: tuple[NodeType, ...] = ()


@dataclass(frozen=True)
class PruneConfig:
    """How many paths are kept, in all (`question`) or for each entity pair (`pair`).

    At most `shown` candidates go before the reasoner, each pair its fair share; None shows all.
    """

    keep: int = 3
    scope: Literal["question", "pair"] = "question"
    shown: int | None = None


@dataclass(frozen=True)
class ModelConfig:
    """Which models reason, and how they are asked; names are empty under rules.

    `reasoner` and `second_reader` are model names as their endpoints call them. `prompts`
    pairs each prompt with its version. The temperature is on the models' own scale; None leaves
    it to the model, for some accept no other.
    """

    reasoner: str = ""
    second_reader: str = ""
    temperature: float | None = 0.0
    service_tier: Literal["", "flex"] = ""
    max_output_tokens: int = 2048
    prompts: tuple[tuple[str, str], ...] = (
        ("extract", "v2"),
        ("select", "v2"),
        ("prune", "v2"),
        ("generate", "v2"),
        ("answer", "v2"),
        ("judge", "v2"),
        ("check_steps", "v1"),
        ("compare", "v1"),
    )

    def version_of(self, prompt: str) -> str:
        """The version of a prompt this configuration uses.

        The first, where it was saved before there was such a prompt.
        """
        return dict(self.prompts).get(prompt, "v1")


@dataclass(frozen=True)
class ChecksConfig:
    """What tests the filters themselves, each on a share (0 to 1) of the traces, drawn by seed.

    `without_cot`: the second reader answers without the CoT. `other_cot`: with the CoT of
    another question. `permuted_options`: with the options in another order. `other_reader`: the
    model that wrote the CoT reads it too. `contrast`: chains for the `rivals` nearest
    distractors are written and compared with the CoT.
    `minimum_margin`: by how much the CoT must raise the confidence in the key, from -1 to 1.
    `deciding`: the filters that reject a trace; all others only measure.
    """

    without_cot: float = 0.0
    other_cot: float = 0.0
    permuted_options: float = 0.0
    other_reader: float = 0.0
    contrast: float = 0.0
    rivals: int = 1
    minimum_margin: float = 0.0
    deciding: tuple[str, ...] = BASE_FILTERS

    def share_behind(self, name: str) -> float:
        """The share of traces that a filter of this name runs on."""
        shares = {
            "margin": self.without_cot,
            "question_alone": self.without_cot,
            "agreement": self.other_reader,
            "permutation": self.permuted_options,
            "contrast": self.contrast,
        }
        return shares.get(name, 1.0)


@dataclass(frozen=True)
class MethodConfig:
    """Everything that decides what a trace is, besides the question and the graph."""

    preset: str = "default"
    reasoner_kind: ReasonerKind = ReasonerKind.LANGUAGE_MODEL
    similarity: SimilarityConfig = field(default_factory=SimilarityConfig)
    search: SearchConfig = field(default_factory=SearchConfig)
    prune: PruneConfig = field(default_factory=PruneConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    checks: ChecksConfig = field(default_factory=ChecksConfig)
    minimum_grounded_share: float = 0.5
    seed: int = 0
    sample_index: int = 0

    def __post_init__(self) -> None:
        if self.preset == "paper" and self.similarity.backend == "lexical":
            raise InvalidConfiguration(
                "The paper preset needs the dense similarity backend: "
                "its thresholds 0.70 and 0.85 are cosines, not lexical ratios."
            )
        counts = (
            *(self.prune.keep, 1 if self.prune.shown is None else self.prune.shown),
            *(self.search.maximum_length, self.search.paths_per_pair),
        )
        if min(counts) < 1:
            raise InvalidConfiguration(
                "prune.keep, prune.shown, search.maximum_length and search.paths_per_pair "
                "must be at least 1."
            )
        _validate_checks(self.checks)

    @property
    def fingerprint(self) -> str:
        """sha256 of the configuration without the sample index: equal for all of a batch."""
        canonical = json.dumps(asdict(replace(self, sample_index=0)), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def with_similarity(self, name: str) -> "MethodConfig":
        """The same, linking by another embedding model or, named LEXICAL, by spelling.

        Thresholds are the preset's. Raises InvalidConfiguration where the preset needs the other.
        """
        if name == LEXICAL:
            return replace(self, similarity=SimilarityConfig(top_k=self.similarity.top_k))
        return replace(self, similarity=replace(self.similarity, backend="dense", model=name))

    def for_sample(self, sample_index: int) -> "MethodConfig":
        """The same configuration for the n-th trace (from 0) of one question."""
        return replace(self, sample_index=sample_index)

    def as_json(self) -> dict[str, Any]:
        """A plain dictionary that `from_json` reads back unchanged."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "MethodConfig":
        return _ADAPTER.validate_python(plain)


def _validate_checks(checks: ChecksConfig) -> None:
    for name in checks.deciding:
        if name not in (*BASE_FILTERS, *CHECK_FILTERS):
            raise InvalidConfiguration(f"checks.deciding: there is no filter {name!r}.")
        if checks.share_behind(name) < 1:
            raise InvalidConfiguration(
                f"checks.deciding: {name} can reject traces only if it runs on all of them: "
                "set its share to 1, or let it measure."
            )


_ADAPTER = TypeAdapter(MethodConfig)

DENSE_MODEL = "abhinand/MedEmbed-large-v0.1"

PRESETS: dict[str, MethodConfig] = {
    "demonstration": MethodConfig(preset="demonstration", reasoner_kind=ReasonerKind.DEMONSTRATION),
    "lexical": MethodConfig(
        preset="lexical", prune=PruneConfig(keep=3, scope="question", shown=40)
    ),
    "default": MethodConfig(
        preset="default",
        similarity=SimilarityConfig(backend="dense", model=DENSE_MODEL, floor=0.70, accept=None),
        prune=PruneConfig(keep=3, scope="question", shown=40),
    ),
    "paper": MethodConfig(
        preset="paper",
        similarity=SimilarityConfig(backend="dense", model=DENSE_MODEL, floor=0.70, accept=0.85),
        search=SearchConfig(two_layers=False),
        prune=PruneConfig(keep=3, scope="pair"),
    ),
}


def preset(name: str, *, seed: int = 0) -> MethodConfig:
    """The named preset with a seed. Raises InvalidConfiguration for an unknown name."""
    if name not in PRESETS:
        raise InvalidConfiguration(f"Unknown preset {name!r}: use one of {', '.join(PRESETS)}.")
    return replace(PRESETS[name], seed=seed)
