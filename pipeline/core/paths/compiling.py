"""Compiles the search's inner loops to machine code, kept on disk for the next process.

numba is heavy: only modules of machine code import this one, and they load at the first search.
The code is kept where numba finds a folder to write: the one NUMBA_CACHE_DIR names, beside the
source, or the user's cache. An installation that may write to none of them compiles anew in
every process, which takes some seconds and changes no result.

What keeps compiling short: few entry points, inner functions without wrappers, and none of
numpy's functions inside (np.unique alone takes as long to compile as the whole search).
"""

import logging
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,  # nothing calls them from C
}
_INNER_OPTIONS: Final = {**_OPTIONS, "forceinline": True, "no_cpython_wrapper": True}
_log = logging.getLogger(__name__)


def entry_point(function: Function) -> Function:
    """A function called from Python, as machine code that runs without the interpreter's lock.

    numba keeps the code until the file of the entry point changes, so that it may call inner
    functions of its own file only.
    """
    machine_code: Any
    try:
        machine_code = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError as error:  # numba's answer where no folder can be written to
        _log.warning("Machine code is not kept (NUMBA_CACHE_DIR names a folder): %s", error)
        machine_code = numba.njit(**_OPTIONS)(function)
    return cast(Function, machine_code)


def inner(function: Function) -> Function:
    """A function that machine code alone calls: part of its callers' code, with no file of its own.

    Inlined, for a call passes every array by its seven words.
    """
    machine_code: Any = numba.njit(**_INNER_OPTIONS)(function)
    return cast(Function, machine_code)
