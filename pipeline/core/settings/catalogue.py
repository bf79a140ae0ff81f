"""Every setting of the method: its place in a MethodConfig, its title, the values it takes.

The form, the file, the list of differences and the checks are all made from this one table.
What a batch chooses for itself (seed, models, service tier) is no setting.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.core.config import BASE_FILTERS, CHECK_FILTERS, ModelConfig
from pipeline.core.kg.relations import SPECS
from pipeline.core.prompts import read_lock
from pipeline.core.records import NodeType
from pipeline.core.settings.kinds import AnyOf, Kind, Number, OneOf, Whole, Words, YesNo

PROMPTS: Final = "model.prompts."
_RELATIONS: Final = tuple(dict.fromkeys(spec.relation for spec in SPECS))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; `path` is its place, as in "prune.keep".

    `unset` says in words what leaving it empty means; without it a value must be given.
    """

    path: str
    title: str
    kind: Kind
    help: str = ""
    unset: str = ""

    @property
    def group(self) -> str:
        """The part of the method that it belongs to."""
        return self.path.rpartition(".")[0].removesuffix(".prompts") or "filters"

    def checked(self, value: Any) -> Any:
        """The value in its stored form. Raises ValueError: "must be ..."."""
        if value is None and self.unset:
            return None
        return self.kind.checked(value)

    def in_words(self, value: Any) -> str:
        """The value as people read it; None also where an earlier version had no such setting."""
        return self.unset or "none" if value is None else self.kind.in_words(value)


def _prompt_settings() -> Iterator[Setting]:
    released = [name.partition("/") for name in read_lock()]
    for prompt, current in ModelConfig().prompts:
        versions = [version for name, _, version in released if name == prompt]
        versions += [] if current in versions else [current]
        kind = OneOf(tuple((version, version) for version in versions))
        yield Setting(f"{PROMPTS}{prompt}", f"Version of the prompt “{prompt}”", kind)


def _check_settings() -> Iterator[Setting]:
    """What tests the filters, and which filters reject."""
    share = "From 0 to 1, drawn by seed."
    for name, title, does in (
        ("without_cot", "Read without the chain of thought", "The second reader answers from the "
         "question alone: what the answer filter keeps is worth something only above this."),
        ("other_cot", "Read with another question's chain of thought", "Of a question with as many "
         "options: what any text of the kind does for the reader."),
        ("permuted_options", "Read with permuted options", "Whether the answer stays the same."),
        ("other_reader", "Read by the reasoner too", "Whether two readers agree."),
        ("contrast", "Compared with chains for wrong options", "Written for the nearest wrong "
         "options and put before the second reader in both orders."),
    ):  # fmt: skip
        yield Setting(
            f"checks.{name}", f"{title}, share of traces", Number(0, 1), f"{does} {share}"
        )
    yield Setting(
        "checks.rivals", "Wrong options compared with", Whole(1, 2), "The nearest one, or two."
    )
    yield Setting(
        "checks.minimum_margin",
        "Lowest rise in confidence in the key",
        Number(-1, 1),
        "By how much the chain of thought must raise the second reader's confidence in the answer "
        "key, for the filter “margin”.",
    )
    yield Setting(
        "checks.deciding",
        "Filters that reject a trace",
        AnyOf((*BASE_FILTERS, *CHECK_FILTERS), nothing="none"),
        "All others only measure. A filter on a check can reject only if the check's share is 1: "
        "margin and question_alone on reading without the chain of thought, agreement on the "
        "reasoner's reading, permutation on permuted options, contrast on chains for wrong ones.",
    )


SETTINGS: Final[Mapping[str, Setting]] = {
    setting.path: setting
    for setting in (
        Setting(
            "similarity.backend",
            "Link by similarity of",
            OneOf((("lexical", "spelling"), ("dense", "meaning (an embedding model)"))),
            "Meaning needs vectors of the graph's names. An exact name needs neither.",
        ),
        Setting(
            "similarity.model",
            "Embedding model",
            Words(200),
            "Its name, its folder, or an endpoint for embeddings. Empty for spelling.",
        ),
        Setting("similarity.top_k", "Candidates a mention", Whole(1, 100)),
        Setting(
            "similarity.floor",
            "Lowest similarity of a candidate",
            Number(0, 1),
            "From 0 to 1, on the scale of what is compared: a cosine of 0.70 and a share of "
            "characters of 0.70 are two things.",
        ),
        Setting(
            "similarity.accept",
            "Similarity that links without a selection",
            Number(0, 1),
            "Empty: only an exact name or the reasoner's selection links. Opposites, such as left "
            "and right, are similar too.",
            unset="none",
        ),
        Setting(
            "search.two_layers",
            "Search first without the generic layers",
            YesNo(),
            "Where a protein is present, and drugs that interact: most shortest paths run through "
            "them and have no clinical meaning.",
        ),
        Setting("search.paths_per_pair", "Shortest paths drawn for a pair", Whole(1, 1000)),
        Setting("search.maximum_length", "Maximum length of a path, in edges", Whole(1, 10)),
        Setting(
            "search.negative_edges",
            "Negative edges",
            OneOf((("mark", "searched and marked"), ("exclude", "left out of the search"))),
            "Such as contraindications, which are what some questions ask for.",
        ),
        Setting(
            "search.relations",
            "Relations that are searched",
            AnyOf(_RELATIONS),
            "None chosen: all of them.",
        ),
        Setting(
            "search.node_types",
            "Types of the nodes in between",
            AnyOf(tuple(kind.value for kind in NodeType)),
            "None chosen: all of them.",
        ),
        Setting("prune.keep", "Paths kept (K)", Whole(1, 100)),
        Setting(
            "prune.scope",
            "K counts",
            OneOf((("question", "for the question"), ("pair", "for each pair of entities"))),
        ),
        Setting(
            "prune.shown",
            "Paths shown to the reasoner",
            Whole(1, 10_000),
            "At most; each pair of entities has its fair share. Empty: all that were found.",
            unset="all",
        ),
        Setting(
            "model.temperature",
            "Temperature",
            Number(0, 2),
            "Empty: the model's own, since some accept no other. Several traces a question need "
            "more than 0.",
            unset="the model's own",
        ),
        Setting(
            "model.max_output_tokens",
            "Longest answer, in tokens",
            Whole(64, 1_000_000),
            "An endpoint's own limit overrides it. A model that reasons before it answers needs "
            "8,000 to 32,000.",
        ),
        *_prompt_settings(),
        *_check_settings(),
        Setting(
            "minimum_grounded_share",
            "Lowest share of grounded steps",
            Number(0, 1),
            "The grounding filter rejects a trace of which fewer steps rest on an edge.",
        ),
    )
}
