"""The review's structured log."""

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("medreason.review")
