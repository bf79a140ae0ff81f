"""Functions are short: the median body stays under 10 lines (complexity is ruff's to watch)."""

from statistics import median

from tests.house.source import CODE, functions, length, python_files


def test_the_median_function_is_under_10_lines():
    lengths = [length(function) for path in python_files(*CODE) for function in functions(path)]
    assert median(lengths) < 10
