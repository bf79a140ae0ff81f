"""PrimeKG's relations: what each edge states, from which end, and whether it denies.

Source: PrimeKG (Chandak et al., Scientific Data 2023), whose 30 relations carry 33 pairs of
relation and display_relation. The position in `SPECS` is the code stored in graph artefacts:
append only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pipeline.core.records import Edge, NodeType, Polarity

_BIOPROCESS = NodeType.BIOLOGICAL_PROCESS
_GENE = NodeType.GENE_PROTEIN
_DISEASE = NodeType.DISEASE
_PHENOTYPE = NodeType.EFFECT_PHENOTYPE
_ANATOMY = NodeType.ANATOMY
_MOLFUNC = NodeType.MOLECULAR_FUNCTION
_DRUG = NodeType.DRUG
_CELLCOMP = NodeType.CELLULAR_COMPONENT
_PATHWAY = NodeType.PATHWAY
_EXPOSURE = NodeType.EXPOSURE


@dataclass(frozen=True, slots=True)
class RelationSpec:
    """One pair of relation and display_relation and how its edges are to be read.

    An edge points from `head_type` to `tail_type`; where both are equal, from the x of the row
    the file states first (for parent-child the parent). `generic` marks the two layers whose
    shortest paths mean nothing clinically. `wording` names {head} and {tail}.
    """

    relation: str
    display_relation: str
    head_type: NodeType
    tail_type: NodeType
    wording: str
    polarity: Polarity = Polarity.SUPPORTING
    generic: bool = False
    symmetric: bool = False

    @property
    def negative(self) -> bool:
        return self.polarity is Polarity.NEGATIVE

    @property
    def key(self) -> tuple[str, str]:
        return self.relation, self.display_relation

    def fits(self, x_type: NodeType, y_type: NodeType) -> bool:
        """Whether a row of this relation may join these types, in either direction."""
        types = (self.head_type, self.tail_type)
        return (x_type, y_type) == types or (y_type, x_type) == types


def _protein_role(role: str, article: str) -> RelationSpec:
    wording = f"{{tail}} is recorded as {article} {role} of the drug {{head}}"
    return RelationSpec("drug_protein", role, _DRUG, _GENE, wording)


def _hierarchy(relation: str, kind: NodeType, wording: str = "") -> RelationSpec:
    return RelationSpec(
        relation, "parent-child", kind, kind, wording or "{tail} is a kind of {head}"
    )


def _interaction(relation: str, head: NodeType, tail: NodeType, wording: str) -> RelationSpec:
    return RelationSpec(relation, "interacts with", head, tail, wording)


SPECS: Final[tuple[RelationSpec, ...]] = (
    RelationSpec(
        "protein_protein",
        "ppi",
        _GENE,
        _GENE,
        "{head} and {tail} have a recorded protein-protein interaction",
        symmetric=True,
    ),
    _protein_role("target", "a"),
    _protein_role("enzyme", "an"),
    _protein_role("carrier", "a"),
    _protein_role("transporter", "a"),
    RelationSpec(
        "contraindication",
        "contraindication",
        _DRUG,
        _DISEASE,
        "{head} is contraindicated in {tail}",
        Polarity.NEGATIVE,
    ),
    RelationSpec("indication", "indication", _DRUG, _DISEASE, "{head} is indicated for {tail}"),
    RelationSpec(
        "off-label use", "off-label use", _DRUG, _DISEASE, "{head} is used off label for {tail}"
    ),
    RelationSpec(
        "drug_drug",
        "synergistic interaction",
        _DRUG,
        _DRUG,
        "{head} and {tail} have a recorded drug-drug interaction"
        " (the graph calls every one synergistic)",
        generic=True,
        symmetric=True,
    ),
    RelationSpec(
        "phenotype_protein",
        "associated with",
        _GENE,
        _PHENOTYPE,
        "{head} is associated with the phenotype {tail}",
    ),
    _hierarchy("phenotype_phenotype", _PHENOTYPE),
    RelationSpec(
        "disease_phenotype_negative",
        "phenotype absent",
        _DISEASE,
        _PHENOTYPE,
        "{tail} is a phenotype that is absent in {head}",
        Polarity.NEGATIVE,
    ),
    RelationSpec(
        "disease_phenotype_positive",
        "phenotype present",
        _DISEASE,
        _PHENOTYPE,
        "{tail} is a phenotype that is present in {head}",
    ),
    RelationSpec(
        "disease_protein",
        "associated with",
        _GENE,
        _DISEASE,
        "{head} is associated with the disease {tail}",
    ),
    _hierarchy("disease_disease", _DISEASE),
    RelationSpec(
        "drug_effect",
        "side effect",
        _DRUG,
        _PHENOTYPE,
        "{tail} is a recorded side effect of {head}",
    ),
    _hierarchy("bioprocess_bioprocess", _BIOPROCESS),
    _hierarchy("molfunc_molfunc", _MOLFUNC),
    _hierarchy("cellcomp_cellcomp", _CELLCOMP),
    _interaction(
        "molfunc_protein", _GENE, _MOLFUNC, "{head} is annotated with the molecular function {tail}"
    ),
    _interaction(
        "cellcomp_protein",
        _GENE,
        _CELLCOMP,
        "{head} is annotated with the cellular component {tail}",
    ),
    _interaction(
        "bioprocess_protein",
        _GENE,
        _BIOPROCESS,
        "{head} is annotated with the biological process {tail}",
    ),
    _interaction(
        "exposure_protein", _EXPOSURE, _GENE, "exposure to {head} interacts with the gene {tail}"
    ),
    RelationSpec(
        "exposure_disease",
        "linked to",
        _EXPOSURE,
        _DISEASE,
        "exposure to {head} is linked to {tail}",
    ),
    _hierarchy("exposure_exposure", _EXPOSURE),
    _interaction(
        "exposure_bioprocess",
        _EXPOSURE,
        _BIOPROCESS,
        "exposure to {head} interacts with the biological process {tail}",
    ),
    _interaction(
        "exposure_molfunc",
        _EXPOSURE,
        _MOLFUNC,
        "exposure to {head} interacts with the molecular function {tail}",
    ),
    _interaction(
        "exposure_cellcomp",
        _EXPOSURE,
        _CELLCOMP,
        "exposure to {head} interacts with the cellular component {tail}",
    ),
    _hierarchy("anatomy_anatomy", _ANATOMY),
    RelationSpec(
        "anatomy_protein_present",
        "expression present",
        _ANATOMY,
        _GENE,
        "{tail} is expressed in {head}",
        generic=True,
    ),
    RelationSpec(
        "anatomy_protein_absent",
        "expression absent",
        _ANATOMY,
        _GENE,
        "{tail} is not expressed in {head}",
        Polarity.NEGATIVE,
    ),
    _hierarchy("pathway_pathway", _PATHWAY, "{tail} is a sub-pathway of {head}"),
    _interaction("pathway_protein", _GENE, _PATHWAY, "{head} takes part in the pathway {tail}"),
)

RELATIONS: Final[Mapping[tuple[str, str], RelationSpec]] = MappingProxyType(
    {spec.key: spec for spec in SPECS}
)
RELATION_NAMES: Final[frozenset[str]] = frozenset(spec.relation for spec in SPECS)


def spec_of(relation: str, display_relation: str) -> RelationSpec:
    """The reading of an edge. Raises KeyError for a pair PrimeKG does not know."""
    return RELATIONS[relation, display_relation]


def statement(edge: Edge, head_name: str, tail_name: str) -> str:
    """What an edge says, as one sentence without its full stop; names stand as the KG has them.

    The wording follows relation, direction and polarity, so a denial never reads as support.
    """
    wording = spec_of(edge.relation, edge.display_relation).wording
    before, _, after = wording.partition("{head}")
    return before.replace("{tail}", tail_name) + head_name + after.replace("{tail}", tail_name)
