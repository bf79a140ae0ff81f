"""The Celery application. Celery is a doorbell: all state lives in the database."""

import os
from pathlib import Path

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medreason_web.settings")

app = Celery("medreason_web")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def make_broker_folders(sender: Celery, **_: object) -> None:
    """The filesystem broker expects its folders; whoever rings or listens first makes them."""
    if sender.conf.broker_url.startswith("filesystem:"):
        for folder in sender.conf.broker_transport_options.values():
            Path(folder).mkdir(parents=True, exist_ok=True)
