"""The drawing: every node and edge once, boxes apart, everything inside the frame."""

import re
from itertools import combinations

import pytest

from pipeline.core.records import Path
from pipeline.trace_page.diagram import NODE_HEIGHT, NODE_WIDTH, Drawing, DrawnNode, draw_paths
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
def drawing(paths) -> Drawing:
    return draw_paths(paths)


def overlap(one: DrawnNode, other: DrawnNode) -> bool:
    return abs(one.x - other.x) < NODE_WIDTH and abs(one.y - other.y) < NODE_HEIGHT


def test_every_node_and_every_edge_is_drawn_once(paths, drawing):
    nodes = {one.index for each in paths for one in each.nodes}
    assert sorted(drawn.node.index for drawn in drawing.nodes) == sorted(nodes)
    edges = {one for each in paths for one in each.edges}
    assert {drawn.edge for drawn in drawing.edges} == edges
    assert [drawn.number for drawn in drawing.edges] == list(range(len(edges)))


def test_no_two_boxes_overlap(drawing):
    assert not [pair for pair in combinations(drawing.nodes, 2) if overlap(*pair)]


def test_everything_stands_inside_the_frame(drawing):
    right = drawing.left + drawing.width
    for box in drawing.nodes:
        assert drawing.left <= box.x <= right - NODE_WIDTH
        assert 0 <= box.y <= drawing.height - NODE_HEIGHT
    for drawn in drawing.edges:
        assert drawing.left <= drawn.label_x <= right
        assert 0 <= drawn.label_y <= drawing.height
        for x, y in curve_points(drawn.curve):
            assert drawing.left <= x <= right
            assert 0 <= y <= drawing.height


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


def test_answers_stand_in_the_last_row(paths, drawing):
    last = max(drawn.y for drawn in drawing.nodes)
    answers = {each.nodes[-1].index for each in paths}
    assert {drawn.y for drawn in drawing.nodes if drawn.node.index in answers} == {last}


def test_roles_are_those_of_the_ends(paths, drawing):
    roles = {drawn.node.index: drawn.role for drawn in drawing.nodes}
    assert {roles[each.nodes[-1].index] for each in paths} == {"answer"}
    assert {roles[each.nodes[0].index] for each in paths} == {"question"}


def test_a_node_knows_the_edges_that_end_at_it(drawing):
    for drawn in drawing.nodes:
        ends = [
            one.number
            for one in drawing.edges
            if drawn.node.index in (one.edge.head, one.edge.tail)
        ]
        assert drawn.edge_numbers == " ".join(map(str, ends))


def test_a_curve_runs_from_head_to_tail():
    drawing = draw_paths([path(Q, ANSWER, hops=((edge(9, 0),),))])
    boxes = {drawn.node.index: drawn for drawn in drawing.nodes}
    [drawn] = drawing.edges
    points = curve_points(drawn.curve)
    assert points[0][1] == boxes[9].y
    assert points[-1][1] == boxes[0].y + NODE_HEIGHT


def test_parallel_edges_have_curves_and_labels_of_their_own():
    drawing = draw_paths(SHAPES["parallel"])
    one, other = drawing.edges[:2]
    assert one.curve != other.curve
    assert abs(one.label_y - other.label_y) > 9 or abs(one.label_x - other.label_x) > 90


def test_parallel_edges_within_a_row_bend_apart():
    joined = (edge(8, 9, SYNERGY), edge(8, 9, INDICATION))
    paths = [path(Q, OTHER_ANSWER), path(Q, OTHER_ANSWER, ANSWER, hops=((edge(0, 8),), joined))]
    curves = {drawn.curve for drawn in draw_paths(paths).edges}
    assert len(curves) == 3


def test_a_symmetric_relation_has_no_direction():
    hops = ((edge(8, 9, SYNERGY), edge(8, 9, INDICATION)),)
    drawing = draw_paths([path(OTHER_ANSWER, ANSWER, hops=hops)], frozenset({"drug_drug"}))
    assert [drawn.symmetric for drawn in drawing.edges] == [True, False]


def test_a_long_name_is_cut_to_three_lines_with_an_ellipsis():
    long = node(9, "autosomal recessive limb girdle muscular dystrophy type 2A of the hip")
    [answer] = [one for one in draw_paths([path(Q, long)]).nodes if one.role == "answer"]
    assert len(answer.lines) == 3
    assert answer.lines[-1].text.endswith("…")


def test_the_same_paths_give_the_same_drawing(paths, drawing):
    assert draw_paths(paths) == drawing
