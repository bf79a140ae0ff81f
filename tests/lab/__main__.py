"""`python -m tests.lab` writes the lab's table into docs/llm-endpoints.md."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.lab.table import PAGE, page_with_table  # noqa: E402

PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
