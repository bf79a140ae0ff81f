"""`manage.py verify_audit`: prove that no event was altered, removed or slipped in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from pipeline.audit.append_only import tables_without_triggers
from pipeline.audit.verify import chain_had_head, verify_chains
from review.models import Release
from review.releases.manifest import audit_heads_of


class Command(BaseCommand):
    help = (
        "Recompute every hash chain of the audit, compare it with what releases recorded of it, "
        "and name the first link that does not hold."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = [*self._chains(), *self._releases(), *self._guards()]
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"The audit does not hold: {len(faults)} faults.")
        self.stdout.write("The audit holds.")

    def _chains(self) -> list[str]:
        faults = []
        for proof in verify_chains():
            if proof.broken_at is not None:
                faults.append(f"{proof.chain}: broken at event {proof.broken_at}: {proof.reason}")
            else:
                self.stdout.write(f"{proof.chain}: {proof.length} events, head {proof.head}")
        return faults

    def _releases(self) -> list[str]:
        """A chain rewritten as a whole holds in itself, but not against an earlier release."""
        recorded = Release.objects.order_by("pk").values_list("name", "manifest")
        return [
            f"release {name}: the chain {head['chain']} is not the one it was made from"
            for name, manifest in recorded
            for head in audit_heads_of(manifest)
            if not chain_had_head(**head)
        ]

    def _guards(self) -> list[str]:
        return [
            f"table {table}: the database does not refuse changes (run manage.py migrate)"
            for table in tables_without_triggers(connection)
        ]
