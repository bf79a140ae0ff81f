"""Error reports that say where a fault arose, never what the variables held.

Keys of endpoints and text of questions pass through many frames, not all of them ours to mark.
"""

from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class WithoutValues(SafeExceptionReporterFilter):
    """No variable of any frame, no field of any form, in debug mode and out of it."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType | TracebackType
    ) -> Any:
        return []
