"""Review: clinicians judge the pipeline's traces."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pipeline.audit.append_only import AppendOnly, register
        from review.models import (
            Adjudication,
            Correction,
            FineTunedModel,
            Grade,
            KeyRuling,
            PairJudgement,
            PathGrade,
            Release,
            ReleasedTrace,
            ReleaseFile,
            SendBack,
            StepLabel,
        )

        register(
            self,
            [
                AppendOnly(Grade, may_turn_false=("is_current",)),
                AppendOnly(StepLabel),
                AppendOnly(PathGrade),
                AppendOnly(PairJudgement, may_turn_false=("is_current",)),
                AppendOnly(Adjudication, may_turn_false=("is_current",)),
                AppendOnly(Adjudication.grades.through),
                AppendOnly(Correction, may_turn_false=("is_current",)),
                AppendOnly(KeyRuling, may_turn_false=("is_current",)),
                AppendOnly(SendBack, may_change=("reply", "closed_at")),
                AppendOnly(
                    Release,
                    may_change=(
                        *("state", "withdrawn_reason", "failed_reason"),
                        *("archive_sha256", "archive_size", "lease_token", "lease_until"),
                    ),
                    open_while="OLD.sha256 = ''",
                    refused_when="OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn'",
                ),
                AppendOnly(ReleasedTrace),
                AppendOnly(ReleaseFile),
                AppendOnly(
                    FineTunedModel,
                    may_change=(
                        *("endpoint_id", "base_endpoint_id"),
                        *("stated", "stated_by_id", "stated_at"),
                    ),
                ),
            ],
        )
