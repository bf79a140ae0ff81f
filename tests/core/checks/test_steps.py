"""Steps against their edges: what rules decide asks nobody, all the rest is one call."""

from dataclasses import replace
from typing import Any

from pipeline.core.checks.steps import check_steps
from pipeline.core.method import make_trace
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import CoT, DecidedBy, Step, StepCheck, Support
from tests.factories.method import CONFIG, question, tools


class Reader:
    """A second reader that keeps what it is asked and finds nothing addressed."""

    def __init__(self):
        self.asked = []

    def check_steps(self, question, steps, paths):
        self.asked.append([step.number for step in steps])
        return tuple(
            StepCheck(step.number, Support.NOT_ADDRESSED, DecidedBy.READER, "Read.")
            for step in reversed(steps)
        )


def checked(graph, *texts):
    """The checks of steps with these texts, each citing the graph's indication, and the reader."""
    trace = make_trace(question(), tools(graph), CONFIG)
    indication = next(
        edge for path in trace.paths for edge in path.edges if edge.relation == "indication"
    )
    steps = tuple(Step(at, text, (indication,)) for at, text in enumerate(texts, start=1))
    uncited = Step(len(steps) + 1, "So it is.", ())
    reader: Any = Reader()
    asked = replace(tools(graph, DemonstrationReasoner(graph)), second_reader=reader)
    return check_steps(replace(trace, cot=CoT((*steps, uncited), "A.")), asked), reader.asked


def test_steps_that_rules_decide_ask_nobody(graph):
    checks, asked = checked(graph, "Salbutamol treats asthma.", "Salbutamol is unsafe in asthma.")
    assert [check.support for check in checks] == [Support.SUPPORTED, Support.CONTRADICTED]
    assert asked == []


def test_all_that_rules_leave_open_is_one_call_and_the_order_is_that_of_the_steps(graph):
    checks, asked = checked(
        graph, "Salbutamol helps here.", "Salbutamol treats asthma.", "It soothes asthma."
    )
    assert asked == [[1, 3]]
    assert [check.step for check in checks] == [1, 2, 3]
    assert [check.by for check in checks] == [DecidedBy.READER, DecidedBy.RULES, DecidedBy.READER]


def test_the_questions_own_words_name_its_entities(graph):
    """The mention "reactive airways", linked to asthma, names it in a step too."""
    trace = make_trace(question(), tools(graph), CONFIG)
    worded = tuple(
        replace(entity, mention=replace(entity.mention, text="reactive airways"))
        if entity.node.name == "asthma"
        else entity
        for entity in trace.linked
    )
    edge = next(e for path in trace.paths for e in path.edges if e.relation == "indication")
    step = Step(1, "Salbutamol treats reactive airways.", (edge,))
    (check,) = check_steps(replace(trace, linked=worded, cot=CoT((step,), "A.")), tools(graph))
    assert (check.support, check.by) == (Support.SUPPORTED, DecidedBy.RULES)
    assert "says what its edge says" in check.explanation
