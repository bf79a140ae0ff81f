"""The pipeline: from question to trace."""

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


class PipelineConfig(AppConfig):
    name = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pipeline.accounts import login_log
        from pipeline.audit.append_only import AppendOnly, register
        from pipeline.models import Configuration, Event, EventChain, Login

        login_log.connect_signals()
        register(
            self,
            [
                AppendOnly(Configuration),
                AppendOnly(Event),
                AppendOnly(EventChain, may_change=("length", "head")),
                AppendOnly(Login),
            ],
        )
        post_migrate.connect(_make_cache_table, sender=self)


def _make_cache_table(using: str, **_: object) -> None:
    """Limits are counted in a table that is no model's; where Redis counts, there is none."""
    call_command("createcachetable", database=using, verbosity=0)
