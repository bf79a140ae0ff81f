"""The drawing: every node and edge once, boxes apart, everything inside the frame."""

import re
from itertools import combinations

import pytest

from pipeline.core.records import Path
from pipeline.trace_page.diagram import NODE_HEIGHT, NODE_WIDTH, Diagram, DiagramNode, draw_diagram
from tests.factories.paths import CONTRAINDICATION, INDICATION, SYNERGY, edge, node, path

Q, MORE_Q, ANSWER, OTHER_ANSWER = node(0), node(1), node(9, kind="drug"), node(8, kind="drug")
WIDE = [path(Q, node(n), ANSWER) for n in range(20, 29)]
SHAPES: dict[str, list[Path]] = {
    "one hop": [path(Q, ANSWER)],
    "two lengths": [path(Q, ANSWER), path(MORE_Q, node(2), node(3), ANSWER)],
    "wide": WIDE,
    "answers joined": [path(Q, OTHER_ANSWER), path(Q, OTHER_ANSWER, ANSWER)],
    "question inside another path": [path(Q, MORE_Q, ANSWER), path(MORE_Q, ANSWER)],
    "parallel": [
        path(Q, ANSWER, hops=((edge(9, 0, INDICATION), edge(9, 0, CONTRAINDICATION)),)),
        path(MORE_Q, ANSWER),
    ],
    "same row in the middle": [
        path(Q, node(2), node(3), ANSWER),
        path(MORE_Q, node(4), node(2), node(5), ANSWER),
    ],
    "long": [path(Q, *[node(n) for n in range(20, 24)], ANSWER), path(MORE_Q, ANSWER)],
}


@pytest.fixture(params=SHAPES, ids=lambda name: name.replace(" ", "-"))
def paths(request) -> list[Path]:
    return SHAPES[request.param]


@pytest.fixture
def diagram(paths) -> Diagram:
    return draw_diagram(paths)


def overlap(first: DiagramNode, second: DiagramNode) -> bool:
    return abs(first.x - second.x) < NODE_WIDTH and abs(first.y - second.y) < NODE_HEIGHT


def test_every_node_and_every_edge_is_drawn_once(paths, diagram):
    nodes = {node.index for path in paths for node in path.nodes}
    assert sorted(node.node.index for node in diagram.nodes) == sorted(nodes)
    edges = {edge for path in paths for edge in path.edges}
    assert {edge.edge for edge in diagram.edges} == edges
    assert [edge.number for edge in diagram.edges] == list(range(len(edges)))


def test_no_two_boxes_overlap(diagram):
    assert not [pair for pair in combinations(diagram.nodes, 2) if overlap(*pair)]


def test_everything_stands_inside_the_frame(diagram):
    right = diagram.left + diagram.width
    for box in diagram.nodes:
        assert diagram.left <= box.x <= right - NODE_WIDTH
        assert 0 <= box.y <= diagram.height - NODE_HEIGHT
    for diagram_edge in diagram.edges:
        assert diagram.left <= diagram_edge.label_x <= right
        assert 0 <= diagram_edge.label_y <= diagram.height
        for x, y in curve_points(diagram_edge.curve):
            assert diagram.left <= x <= right
            assert 0 <= y <= diagram.height


def curve_points(curve: str) -> list[tuple[float, float]]:
    """Points along "Mx y Qx y x y"."""
    x1, y1, cx, cy, x2, y2 = map(int, re.findall(r"-?\d+", curve))
    shares = [n / 10 for n in range(11)]
    return [
        (
            (1 - t) ** 2 * x1 + 2 * t * (1 - t) * cx + t**2 * x2,
            (1 - t) ** 2 * y1 + 2 * t * (1 - t) * cy + t**2 * y2,
        )
        for t in shares
    ]


def test_answers_stand_in_the_last_row(paths, diagram):
    last = max(node.y for node in diagram.nodes)
    answers = {path.nodes[-1].index for path in paths}
    assert {node.y for node in diagram.nodes if node.node.index in answers} == {last}


def test_roles_are_those_of_the_ends(paths, diagram):
    roles = {node.node.index: node.role for node in diagram.nodes}
    assert {roles[path.nodes[-1].index] for path in paths} == {"answer"}
    assert {roles[path.nodes[0].index] for path in paths} == {"question"}


def test_a_node_knows_the_edges_that_end_at_it(diagram):
    for diagram_node in diagram.nodes:
        ends = [
            edge.number
            for edge in diagram.edges
            if diagram_node.node.index in (edge.edge.head, edge.edge.tail)
        ]
        assert diagram_node.edge_numbers == " ".join(map(str, ends))


def test_a_curve_runs_from_head_to_tail():
    diagram = draw_diagram([path(Q, ANSWER, hops=((edge(9, 0),),))])
    boxes = {node.node.index: node for node in diagram.nodes}
    [node] = diagram.edges
    points = curve_points(node.curve)
    assert points[0][1] == boxes[9].y
    assert points[-1][1] == boxes[0].y + NODE_HEIGHT


def test_parallel_edges_have_curves_and_labels_of_their_own():
    diagram = draw_diagram(SHAPES["parallel"])
    first, second = diagram.edges[:2]
    assert first.curve != second.curve
    assert abs(first.label_y - second.label_y) > 9 or abs(first.label_x - second.label_x) > 90


def test_parallel_edges_within_a_row_bend_apart():
    joined = (edge(8, 9, SYNERGY), edge(8, 9, INDICATION))
    paths = [path(Q, OTHER_ANSWER), path(Q, OTHER_ANSWER, ANSWER, hops=((edge(0, 8),), joined))]
    curves = {edge.curve for edge in draw_diagram(paths).edges}
    assert len(curves) == 3


def test_a_symmetric_relation_has_no_direction():
    hops = ((edge(8, 9, SYNERGY), edge(8, 9, INDICATION)),)
    diagram = draw_diagram([path(OTHER_ANSWER, ANSWER, hops=hops)], frozenset({"drug_drug"}))
    assert [edge.symmetric for edge in diagram.edges] == [True, False]


def test_a_long_name_is_cut_to_three_lines_with_an_ellipsis():
    long = node(9, "autosomal recessive limb girdle muscular dystrophy type 2A of the hip")
    [answer] = [node for node in draw_diagram([path(Q, long)]).nodes if node.role == "answer"]
    assert len(answer.lines) == 3
    assert answer.lines[-1].text.endswith("…")


def test_the_same_paths_give_the_same_drawing(paths, diagram):
    assert draw_diagram(paths) == diagram
