"""The site as its security tests need it served."""

from collections.abc import Iterator

import pytest
from django.urls import set_script_prefix


@pytest.fixture
def site_path(settings) -> Iterator[str]:
    """The site below a path of its host, as gunicorn serves it when SCRIPT_NAME names one."""
    settings.FORCE_SCRIPT_NAME = "/medreason"
    set_script_prefix("/medreason/")
    settings.STATIC_URL = "/medreason/static/"
    yield "/medreason/"
    set_script_prefix("/")
