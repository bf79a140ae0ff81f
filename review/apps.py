"""Review: clinicians judge the pipeline's traces."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pipeline.audit.append_only import Guard, register
        from review.models import (
            Adjudication,
            Correction,
            Grade,
            KeyRuling,
            PathGrade,
            Release,
            ReleasedTrace,
            SendBack,
            StepLabel,
        )

        register(
            self,
            [
                Guard(Grade, may_fall=("is_current",)),
                Guard(StepLabel),
                Guard(PathGrade),
                Guard(Adjudication, may_fall=("is_current",)),
                Guard(Adjudication.grades.through),
                Guard(Correction, may_fall=("is_current",)),
                Guard(KeyRuling, may_fall=("is_current",)),
                Guard(SendBack, may_change=("reply", "closed_at")),
                Guard(
                    Release,
                    may_change=(
                        *("state", "withdrawn_reason", "failed_reason"),
                        *("archive_sha256", "archive_size", "lease_token", "lease_until"),
                    ),
                    open_while="OLD.sha256 = ''",
                    never="OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn'",
                ),
                Guard(ReleasedTrace),
            ],
        )
