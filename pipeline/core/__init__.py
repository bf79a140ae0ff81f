"""The method, pure Python: no Django, no Celery, no rows."""
