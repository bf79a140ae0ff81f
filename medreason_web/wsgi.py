"""WSGI entry point for gunicorn."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medreason_web.settings")
application = get_wsgi_application()
# Loaded once in gunicorn's master (--preload), pages too, and left alone by the collector: what
# its children only read they share.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
