"""What the rules say of a step: the graph's own sentences, directions, names, several edges."""

import pytest

from pipeline.core.filtering.statements import check_by_rules, settle_without_reader
from pipeline.core.kg.relations import SPECS, statement
from pipeline.core.records import DecidedBy, Edge, Step, Support
from tests.core.filtering.statements.world import EDGES, WORDINGS, nodes_named, step

SUPPORTED, CONTRADICTED = Support.SUPPORTED, Support.CONTRADICTED
NOT_ADDRESSED = Support.NOT_ADDRESSED
# An association is one from either end.
MUTUAL = {"associated with", "linked to", "ppi", "synergistic interaction"}
ENDS = {0: ("Firstname",), 1: ("second, named thing (disease)",)}


def outcome(text, *cited):
    check = check_by_rules(step(text, *cited), WORDINGS, nodes_named)
    return check and check.support


def of_spec(spec, sentence):
    edge = Edge(0, 1, spec.relation, spec.display_relation, spec.polarity)
    check = check_by_rules(Step(1, sentence(edge), (edge,)), ENDS)
    return check and check.support


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: ", ".join(spec.key))
def test_the_graphs_own_sentence_is_supported_and_its_reverse_is_not(spec):
    forward = of_spec(spec, lambda edge: f"{statement(edge, ENDS[0][0], ENDS[1][0])}.")
    reverse = of_spec(spec, lambda edge: f"{statement(edge, ENDS[1][0], ENDS[0][0])}.")
    assert forward is SUPPORTED
    assert reverse is not SUPPORTED or spec.display_relation in MUTUAL


@pytest.mark.parametrize("around", ["Further, {}.", "The patient is tired. {}.", "{}; he rests."])
def test_the_graphs_own_sentence_may_stand_among_others(around):
    assert outcome(around.format("salbutamol is indicated for asthma"), "indicated") is SUPPORTED


@pytest.mark.parametrize(
    ("text", "cited", "expected"),
    [
        ("The moon is made of cheese.", "indicated", NOT_ADDRESSED),
        ("Propranolol is the drug of choice in asthma.", "contra", CONTRADICTED),
        ("Propranolol should be stopped in asthma.", "contra", SUPPORTED),
        ("Asthma precludes propranolol.", "contra", SUPPORTED),
        ("Propranolol is hazardous in asthma.", "contra", SUPPORTED),
        ("Propranolol is contra-indicated in asthma.", "contra", SUPPORTED),
        ("Salbutamol should be avoided in asthma.", "indicated", CONTRADICTED),
        ("Fever is present in osteoarthritis.", "absent", CONTRADICTED),
        ("Wheezing is absent in asthma.", "sign", CONTRADICTED),
    ],
)
def test_what_the_word_list_got_wrong(text, cited, expected):
    assert outcome(text, cited) is expected


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Asthma treats salbutamol.", "indicated"),
        ("Salbutamol is treated with asthma.", "indicated"),
        ("Asthma is indicated for salbutamol.", "indicated"),
        ("Asthma is contraindicated in propranolol.", "contra"),
        ("Asthma is a sign of wheezing.", "sign"),
        ("ADRB2 targets salbutamol.", "target"),
        ("Propranolol is a side effect of asthma.", "side_effect"),
    ],
)
def test_a_claim_the_wrong_way_round_contradicts(text, cited):
    assert outcome(text, cited) is CONTRADICTED


@pytest.mark.parametrize(
    "text",
    [
        "It is contraindicated in asthma.",
        "Beta blockers are contraindicated in asthma.",
        "Propranolol is contraindicated here.",
        "This drug must be avoided.",
    ],
)
def test_a_half_named_edge_is_for_a_reader_and_not_addressed_without_one(text):
    assert outcome(text, "contra") is None
    assert settle_without_reader(step(text, "contra"), WORDINGS).support is NOT_ADDRESSED


def test_without_a_reader_both_ends_of_every_edge_must_be_named():
    unclear = step("Salbutamol acts on ADRB2 somehow, and asthma is near.", "target", "indicated")
    assert check_by_rules(unclear, WORDINGS) is None
    settled = settle_without_reader(unclear, WORDINGS)
    assert (settled.support, settled.by) == (SUPPORTED, DecidedBy.RULES)
    assert "no model" in settled.explanation


def test_every_edge_of_a_step_must_be_told():
    both = "Propranolol is contraindicated in asthma and salbutamol is used in asthma."
    assert outcome(both, "contra", "indicated") is SUPPORTED
    assert outcome("Propranolol is contraindicated in asthma.", "contra", "indicated") is None
    swapped = "Salbutamol is contraindicated in asthma and propranolol is used in asthma."
    assert outcome(swapped, "contra", "indicated") is CONTRADICTED


def test_of_two_edges_that_disagree_one_may_be_told():
    """PrimeKG holds an indication beside a contraindication of one pair."""
    assert outcome("Propranolol treats asthma.", "also_indicated") is SUPPORTED
    assert outcome("Propranolol treats asthma.", "also_indicated", "contra") is None


@pytest.mark.parametrize("beside", ["This is false.", "It should be given.", "It is safe."])
def test_what_stands_beside_the_graphs_sentence_may_not_undo_it(beside):
    repeated = f"Propranolol is contraindicated in asthma. {beside}"
    assert outcome(repeated, "contra") is None
    assert outcome(repeated.replace(beside, "It must be avoided."), "contra") is SUPPORTED


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Avoiding propranolol in asthma is dangerous.", "contra"),
        ("Salbutamol is used in asthma, and whoever says so is mistaken.", "indicated"),
        ("Asthma does not treat salbutamol.", "indicated"),
    ],
)
def test_what_may_undo_a_claim_leaves_it_to_a_reader(text, cited):
    assert outcome(text, cited) is None


def test_off_label_use_is_no_indication():
    assert outcome("Salbutamol is used in asthma.", "off_label") is SUPPORTED
    assert outcome("Salbutamol is indicated for asthma.", "off_label") is None


def test_a_report_of_the_question_claims_nothing():
    text = "The question names propranolol and asks what asthma forbids. {}."
    says = "Propranolol is indicated for asthma"
    assert outcome(text.format(says), "also_indicated") is SUPPORTED


def test_the_reason_names_what_the_graph_says():
    check = check_by_rules(step("Propranolol treats asthma.", "contra"), WORDINGS)
    assert (check.step, check.by) == (1, DecidedBy.RULES)
    assert "Propranolol is contraindicated in asthma" in check.explanation


def test_a_step_without_edges_is_not_for_the_rules():
    with pytest.raises(ValueError, match="cites no edge"):
        check_by_rules(Step(1, "Salbutamol.", ()), WORDINGS)


def test_a_contrary_sentence_of_another_edge_is_that_edges_alone():
    cited = EDGES["also_indicated"], EDGES["contra"]
    text = "Propranolol is indicated for asthma; propranolol is contraindicated in asthma."
    assert outcome(text, *cited) is SUPPORTED
