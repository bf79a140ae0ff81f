"""The starter content keeps its promises: a sound small graph and sound questions about it."""

import csv
import json
import re
from collections import Counter, defaultdict, deque
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

STARTER = Path(__file__).parents[3] / "pipeline" / "starter"
ENDS = [f"{end}_{field}" for end in "xy" for field in ("index", "id", "type", "name", "source")]
GENE, DRUG, DISEASE, PHENOTYPE = "gene/protein", "drug", "disease", "effect/phenotype"
PROCESS, FUNCTION, COMPONENT = "biological_process", "molecular_function", "cellular_component"
EXPOSURE, ANATOMY, PATHWAY = "exposure", "anatomy", "pathway"
SOURCES = {GENE: "NCBI", DRUG: "DrugBank", DISEASE: "MONDO", PHENOTYPE: "HPO", PROCESS: "GO"}
SOURCES |= {FUNCTION: "GO", COMPONENT: "GO", EXPOSURE: "CTD", ANATOMY: "UBERON"}
SOURCES |= {PATHWAY: "REACTOME"}
ROLES = {"target", "enzyme", "carrier", "transporter"}
# PrimeKG's 30 relations: display relations, then the two types of a forward row.
RELATIONS: dict[str, tuple[set[str], str, str]] = {
    "protein_protein": ({"ppi"}, GENE, GENE),
    "drug_protein": (ROLES, DRUG, GENE),
    "drug_drug": ({"synergistic interaction"}, DRUG, DRUG),
    "drug_effect": ({"side effect"}, DRUG, PHENOTYPE),
    "phenotype_protein": ({"associated with"}, GENE, PHENOTYPE),
    "disease_protein": ({"associated with"}, GENE, DISEASE),
    "disease_phenotype_negative": ({"phenotype absent"}, DISEASE, PHENOTYPE),
    "disease_phenotype_positive": ({"phenotype present"}, DISEASE, PHENOTYPE),
    "exposure_disease": ({"linked to"}, EXPOSURE, DISEASE),
    "exposure_protein": ({"interacts with"}, EXPOSURE, GENE),
    "pathway_protein": ({"interacts with"}, GENE, PATHWAY),
    "anatomy_protein_present": ({"expression present"}, ANATOMY, GENE),
    "anatomy_protein_absent": ({"expression absent"}, ANATOMY, GENE),
}
TERMS = {"bioprocess": PROCESS, "molfunc": FUNCTION, "cellcomp": COMPONENT}
TREES = {"disease": DISEASE, "phenotype": PHENOTYPE, "exposure": EXPOSURE}
TREES |= {"anatomy": ANATOMY, "pathway": PATHWAY} | TERMS
RELATIONS |= {f"{word}_{word}": ({"parent-child"}, kind, kind) for word, kind in TREES.items()}
for use in ("indication", "contraindication", "off-label use"):
    RELATIONS[use] = ({use}, DRUG, DISEASE)
for word, kind in TERMS.items():
    RELATIONS[f"{word}_protein"] = ({"interacts with"}, GENE, kind)
    RELATIONS[f"exposure_{word}"] = ({"interacts with"}, EXPOSURE, kind)


class Node(NamedTuple):
    key: int
    id: str
    type: str
    name: str
    source: str


class Edge(NamedTuple):
    relation: str
    display: str
    x: Node
    y: Node


def read_lines() -> list[list[str]]:
    return list(csv.reader((STARTER / "kg.csv").read_text(encoding="utf-8").splitlines()))


@cache
def edges() -> tuple[Edge, ...]:
    return tuple(
        Edge(relation, display, Node(int(row[0]), *row[1:5]), Node(int(row[5]), *row[6:]))
        for relation, display, *row in read_lines()[1:]
    )


def forward() -> tuple[Edge, ...]:
    return edges()[: len(edges()) // 2]


def nodes() -> set[Node]:
    return {edge.x for edge in edges()}


def of_relation(relation: str) -> list[Edge]:
    return [edge for edge in forward() if edge.relation == relation]


@cache
def neighbours() -> dict[int, set[int]]:
    positions: defaultdict[int, set[int]] = defaultdict(set)
    for edge in edges():
        positions[edge.x.key].add(edge.y.key)
    return dict(positions)


def within(start: int, hops: int) -> set[int]:
    """Indices of the nodes at most `hops` edges from `start`, itself left out."""
    distance = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in neighbours()[here] - distance.keys() if distance[here] < hops else set():
            distance[there] = distance[here] + 1
            queue.append(there)
    return distance.keys() - {start}


@cache
def questions() -> tuple[dict[str, Any], ...]:
    text = (STARTER / "questions.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())


def named(text: str) -> set[int]:
    """Indices of the nodes whose whole name is `text`, in any case."""
    return {n.key for n in nodes() if n.name.casefold() == text.casefold()}


def mentioned(text: str) -> set[int]:
    """Indices of the nodes whose name stands in `text` as whole words, in any case."""
    word = r"(?<![\w-]){}(?![\w-])"
    return {n.key for n in nodes() if re.search(word.format(re.escape(n.name)), text, re.I)}


def links(question: dict[str, Any]) -> bool:
    answers = named(question["answer"])
    return any(answers & within(start, 3) for start in mentioned(question["question"]))


def rests_on(relation: str, question: dict[str, Any]) -> bool:
    ends, answers = mentioned(question["question"]), named(question["answer"])
    pairs = [{edge.x.key, edge.y.key} for edge in of_relation(relation)]
    return any(pair & ends and pair & answers for pair in pairs)


def test_columns_are_primekg_s() -> None:
    lines = read_lines()
    assert lines[0] == ["relation", "display_relation", *ENDS]
    assert {len(line) for line in lines} == {12}
    assert all(cell == cell.strip() != "" for line in lines for cell in line)


def test_second_half_reverses_the_first_row_by_row() -> None:
    backward = edges()[len(forward()) :]
    assert [(e.relation, e.display, e.y, e.x) for e in backward] == list(forward())


def test_an_index_is_one_node_with_our_own_identifier() -> None:
    assert 200 <= len(nodes()) <= 350
    assert sorted(n.key for n in nodes()) == list(range(len(nodes())))
    assert len({n.id for n in nodes()}) == len(nodes())
    assert all(re.fullmatch(r"MRW:[A-Z]\d{4}(_MRW:D\d{4})*", n.id) for n in nodes())
    assert len({(n.type, n.name) for n in nodes()}) == len(nodes())


def test_all_types_occur_with_their_sources() -> None:
    assert {n.type for n in nodes()} == SOURCES.keys()
    assert all(n.source.removesuffix("_grouped") == SOURCES[n.type] for n in nodes())


def test_forward_rows_keep_primekg_s_vocabulary() -> None:
    for edge in forward():
        displays, x_type, y_type = RELATIONS[edge.relation]
        assert edge.display in displays, edge
        assert (edge.x.type, edge.y.type) == (x_type, y_type), edge
    assert {edge.display for edge in of_relation("drug_protein")} == ROLES
    assert len(RELATIONS) == 30
    assert len({edge.relation for edge in edges()}) >= 20


def test_one_component_without_loops_or_duplicates() -> None:
    assert len(within(0, len(nodes()))) == len(nodes()) - 1
    assert 900 <= len(edges()) <= 1300
    assert all(edge.x != edge.y for edge in edges())
    assert len(set(edges())) == len(edges())


def test_negative_edges_occur() -> None:
    least = {"contraindication": 15, "disease_phenotype_negative": 6, "anatomy_protein_absent": 2}
    assert all(len(of_relation(relation)) >= number for relation, number in least.items())


def test_no_edge_is_both_positive_and_negative() -> None:
    for one, other in (("phenotype_positive", "phenotype_negative"), ("_present", "_absent")):
        yes = {(e.x, e.y) for e in forward() if e.relation.endswith(one)}
        no = {(e.x, e.y) for e in forward() if e.relation.endswith(other)}
        assert yes.isdisjoint(no)


def test_grouped_diseases_join_absent_members() -> None:
    grouped = [n for n in nodes() if n.source == "MONDO_grouped"]
    members = {member for n in grouped for member in n.id.split("_")}
    assert {"hemophilia", "multiple endocrine neoplasia"} <= {n.name for n in grouped}
    assert all("_" in n.id for n in grouped)
    assert members.isdisjoint(n.id for n in nodes())


def test_some_names_are_nodes_of_two_types() -> None:
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for n in nodes():
        kinds[n.name.casefold()].add(n.type)
    doubled = [types for types in kinds.values() if len(types) > 1]
    assert len(doubled) >= 2
    assert {DISEASE, PHENOTYPE} in doubled


def test_some_pairs_have_parallel_relations() -> None:
    pairs = Counter((edge.x.key, edge.y.key) for edge in forward())
    assert sum(count > 1 for count in pairs.values()) >= 2


def test_questions_are_well_formed() -> None:
    keys = ["id", "question", "options", "answer_idx", "answer", "specialty"]
    assert 38 <= len({q["question"].casefold() for q in questions()}) == len(questions()) <= 45
    for number, question in enumerate(questions(), start=1):
        letters = list(question["options"])
        assert list(question) == keys
        assert question["id"] == f"starter-{number:03d}"
        assert letters in (list("ABCD"), list("ABCDE"))
        assert question["options"][question["answer_idx"]] == question["answer"]
        assert len({text.casefold() for text in question["options"].values()}) == len(letters)


def test_answer_letters_and_specialties_are_spread() -> None:
    letters = Counter(q["answer_idx"] for q in questions())
    assert letters.keys() == set("ABCDE")
    assert max(letters.values()) <= len(questions()) // 3
    assert len({q["specialty"] for q in questions()}) >= 8


def test_most_questions_link_to_their_answer() -> None:
    assert sum(links(question) for question in questions()) >= 25


def test_a_contraindication_carries_each_such_question() -> None:
    matching = [q for q in questions() if "contraindicated" in q["question"]]
    assert len(matching) >= 4
    assert all(rests_on("contraindication", q) for q in matching)


def test_an_absent_phenotype_carries_each_exception() -> None:
    matching = [q for q in questions() if re.search(r"\b(EXCEPT|NOT)\b", q["question"])]
    assert len(matching) >= 3
    assert all(rests_on("disease_phenotype_negative", q) for q in matching)


def test_some_answers_are_numbers_or_outside_the_graph() -> None:
    outside = [q["answer"] for q in questions() if not named(q["answer"])]
    numbers = [answer for answer in outside if answer[0].isdigit()]
    assert len(numbers) >= 2
    assert len(outside) - len(numbers) >= 2
