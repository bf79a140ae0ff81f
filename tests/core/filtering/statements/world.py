"""The entities and edges that the sentences of the tests speak of."""

from pipeline.core.kg.relations import SPECS
from pipeline.core.records import Edge, Step

WORDINGS = {
    0: ("Propranolol",),
    1: ("asthma",),
    2: ("Salbutamol", "albuterol"),
    3: ("Wheezing",),
    4: ("ADRB2",),
    5: ("hypertension",),
    6: ("osteoarthritis",),
    7: ("Fever",),
    8: ("type 2 diabetes mellitus",),
    9: ("Metformin",),
    10: ("chronic kidney disease",),
    11: ("REST",),
    12: ("Acetylsalicylic acid", "aspirin"),
    13: ("pulmonary hypertension",),
}


def edge(display_relation: str, head: int, tail: int) -> Edge:
    """An edge of the first relation with this display relation."""
    spec = next(spec for spec in SPECS if spec.display_relation == display_relation)
    return Edge(head, tail, spec.relation, spec.display_relation, spec.polarity)


def step(text: str, *cited: str | Edge) -> Step:
    """Step 1 with a text and the edges it cites, given as they are or by their names in EDGES."""
    return Step(1, text, tuple(EDGES[one] if isinstance(one, str) else one for one in cited))


EDGES = {
    "contra": edge("contraindication", 0, 1),
    "also_indicated": edge("indication", 0, 1),
    "side_effect": edge("side effect", 0, 1),
    "indicated": edge("indication", 2, 1),
    "off_label": edge("off-label use", 2, 1),
    "for_hypertension": edge("indication", 0, 5),
    "sign": edge("phenotype present", 1, 3),
    "absent": edge("phenotype absent", 6, 7),
    "target": edge("target", 2, 4),
    "for_diabetes": edge("indication", 9, 8),
    "in_kidney": edge("contraindication", 9, 10),
    "gene": Edge(11, 5, "disease_protein", "associated with", edge("ppi", 0, 0).polarity),
    "aspirin": edge("contraindication", 12, 1),
}
# Names of the graph that hold a name of WORDINGS and mean another node.
LONGER_NAMES = {
    "pulmonary hypertension": (13,),
    "diabetes insipidus": (99,),
    "type 1 diabetes mellitus": (98,),
}


def nodes_named(name: str) -> tuple[int, ...]:
    """The look-up of names in a graph that knows LONGER_NAMES alone."""
    return LONGER_NAMES.get(name.casefold(), ())
