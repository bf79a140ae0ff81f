"""The wires: settings, URLs, Celery. No domain lives here."""

from medreason_web.celery import app as celery_app

__all__ = ["celery_app"]
