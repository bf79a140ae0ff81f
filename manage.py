#!/usr/bin/env python
"""Django's command line for MedReason Web."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medreason_web.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # The settings say in a sentence what is wrong: a traceback would only hide it.
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"MedReason Web cannot start: {error}")


if __name__ == "__main__":
    main()
