"""The structured log of both apps."""

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("medreason")
