"""Machine code is kept where a folder can be written to, and works where none can."""

import logging

import numba
import pytest
from numba.core import caching

from pipeline.core.paths.compiling import entry_point


def twice(number):
    return 2 * number


def test_the_code_is_kept_in_the_folder_named(tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kept"))
    assert entry_point(twice)(21) == 42
    assert list((tmp_path / "kept").rglob("*.nbc"))


def test_without_a_folder_to_write_to_it_says_so_and_compiles(monkeypatch, caplog):
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    with caplog.at_level(logging.WARNING):
        function = entry_point(twice)
    assert function(21) == 42
    assert "NUMBA_CACHE_DIR" in caplog.text


@pytest.mark.parametrize("module", ["kernels", "edges", "ranks"])
def test_compiled_functions_call_no_compiled_function_of_another_file(module):
    """numba would keep machine code of the other file's earlier self."""
    loaded = __import__(f"pipeline.core.paths.{module}", fromlist=["entry_point"])
    functions = [value for value in vars(loaded).values() if hasattr(value, "py_func")]
    assert functions
    assert {function.py_func.__module__ for function in functions} == {loaded.__name__}
