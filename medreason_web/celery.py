"""The Celery application. Celery is a doorbell: all state lives in the database."""

import os
from pathlib import Path
from threading import Thread

from celery import Celery
from celery.signals import worker_ready

from pipeline.reaper import keep_reaping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medreason_web.settings")

app = Celery("medreason_web")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def make_broker_folders(sender: Celery, **_: object) -> None:
    """The filesystem broker expects its folders; whoever enqueues or listens first makes them."""
    if sender.conf.broker_url.startswith("filesystem:"):
        for folder in sender.conf.broker_transport_options.values():
            Path(folder).mkdir(parents=True, exist_ok=True)


@worker_ready.connect
def start_reaper(**_: object) -> None:
    """Every worker reaps, and goes on while all its tasks are busy; the thread dies with it."""
    Thread(target=keep_reaping, name="reaper", daemon=True).start()
