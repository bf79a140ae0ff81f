"""The made-up benchmark of tests/benchmarks/outputs as rows."""

from pipeline import store
from pipeline.models import Question, QuestionSet
from tests.benchmarks.outputs.made_up import QUESTIONS


def benchmark(name="made-up", questions=QUESTIONS, **terms):
    """A question set that is a benchmark, with these questions."""
    made = QuestionSet.objects.create(name=name, source="house", is_benchmark=True, **terms)
    Question.objects.bulk_create(store.question_row(made, question) for question in questions)
    return made
