"""Compiles the search's inner loops to machine code, kept on disk for the next process.

numba is heavy: only modules of machine code import this one, and they load at the first search.
The code is kept where numba finds a folder to write: the one NUMBA_CACHE_DIR names, beside the
source, or the user's cache. An installation that may write to none of them compiles anew in
every process, which takes seconds and changes no result.
"""

import logging
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

# Inlined, for a call between compiled functions passes every array by its seven words.
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "forceinline": True}
_log = logging.getLogger(__name__)


def compiled(function: Function) -> Function:
    """The function as machine code that runs without the interpreter's lock.

    numba keeps the code until the file of the function called from Python changes, so a compiled
    function calls compiled ones of its own file only.
    """
    machine_code: Any
    try:
        machine_code = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError as error:  # numba's answer where no folder can be written to
        _log.warning("Machine code is not kept (NUMBA_CACHE_DIR names a folder): %s", error)
        machine_code = numba.njit(**_OPTIONS)(function)
    return cast(Function, machine_code)
