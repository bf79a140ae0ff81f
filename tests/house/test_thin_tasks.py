"""A Celery task is a doorbell: ids in, one call, at most ten lines."""

import ast

import pytest

from tests.house.source import ROOT, Function, functions, name_of

LONGEST = 10
TASK_FILES = sorted(ROOT.glob("*/tasks.py"))


def is_task(function: Function) -> bool:
    return any("shared_task" in ast.unparse(one) for one in function.decorator_list)


def lines(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


@pytest.mark.parametrize("path", TASK_FILES, ids=name_of)
def test_tasks_are_at_most_ten_lines(path):
    tasks = [function for function in functions(path) if is_task(function)]
    assert tasks, "a tasks module without a task"
    assert not {task.name: lines(task) for task in tasks if lines(task) > LONGEST}
