"""What edges say: every relation worded from its direction and polarity."""

from collections import Counter

import pytest

from pipeline.core.kg.relations import RELATION_NAMES, RELATIONS, SPECS, spec_of, statement
from pipeline.core.records import Edge, NodeType, Polarity


def _says(relation: str, display: str, head: str, tail: str) -> str:
    polarity = spec_of(relation, display).polarity
    return statement(Edge(1, 2, relation, display, polarity), head, tail)


def test_holds_primekg_s_vocabulary():
    assert len(RELATION_NAMES) == 30
    assert len(RELATIONS) == len(SPECS) == 33
    assert len({spec.display_relation for spec in SPECS}) == 18
    counts = Counter(spec.relation for spec in SPECS)
    assert [name for name, count in counts.items() if count > 1] == ["drug_protein"]


def test_negative_relations_are_the_three_that_deny():
    negative = {spec.relation for spec in SPECS if spec.negative}
    assert negative == {"contraindication", "disease_phenotype_negative", "anatomy_protein_absent"}


def test_generic_relations_are_the_two_dense_layers():
    generic = {spec.relation for spec in SPECS if spec.generic}
    assert generic == {"anatomy_protein_present", "drug_drug"}


def test_symmetric_relations_have_one_type():
    symmetric = {spec.relation for spec in SPECS if spec.symmetric}
    assert symmetric == {"protein_protein", "drug_drug"}


@pytest.mark.parametrize(
    ("relation", "display", "head", "tail", "expected"),
    [
        (
            "contraindication",
            "contraindication",
            "Warfarin",
            "pregnancy",
            "Warfarin is contraindicated in pregnancy",
        ),
        (
            "disease_phenotype_negative",
            "phenotype absent",
            "asthma",
            "Fever",
            "Fever is a phenotype that is absent in asthma",
        ),
        (
            "anatomy_protein_absent",
            "expression absent",
            "heart",
            "INS",
            "INS is not expressed in heart",
        ),
        (
            "disease_disease",
            "parent-child",
            "diabetes",
            "type 1 diabetes",
            "type 1 diabetes is a kind of diabetes",
        ),
        (
            "drug_protein",
            "enzyme",
            "Warfarin",
            "CYP2C9",
            "CYP2C9 is recorded as an enzyme of the drug Warfarin",
        ),
        (
            "drug_drug",
            "synergistic interaction",
            "A",
            "B",
            "A and B have a recorded drug-drug interaction (the graph calls every one synergistic)",
        ),
    ],
)
def test_statement_follows_direction_and_polarity(relation, display, head, tail, expected):
    assert _says(relation, display, head, tail) == expected


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: "/".join(spec.key))
def test_every_statement_names_both_ends_once_and_denies_only_when_negative(spec):
    said = _says(spec.relation, spec.display_relation, "HEAD", "TAIL")
    assert said.count("HEAD") == said.count("TAIL") == 1
    assert not said.endswith(".")
    denies = any(word in said for word in (" not ", "absent", "contraindicated"))
    assert denies == (spec.polarity is Polarity.NEGATIVE)


def test_names_that_look_like_placeholders_stay_as_they_are():
    assert _says("indication", "indication", "{tail}", "{head}") == "{tail} is indicated for {head}"


def test_a_relation_fits_its_types_in_both_directions_only():
    spec = spec_of("indication", "indication")
    assert spec.fits(NodeType.DRUG, NodeType.DISEASE)
    assert spec.fits(NodeType.DISEASE, NodeType.DRUG)
    assert not spec.fits(NodeType.DRUG, NodeType.DRUG)


def test_an_unknown_pair_is_an_error():
    with pytest.raises(KeyError):
        spec_of("drug_protein", "antidote")
