"""The manifest of a release: what went in, what stayed out and why. See docs/release.md."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pipeline.core.duplicates.twins import RULE
from pipeline.models import Event
from pipeline.models.events import HOUSE
from pipeline.statistics.estimate import Estimate
from review.evidence.waiting import preliminary_of
from review.exports.figures import StudyTally, count_figure, figure, figures_of
from review.exports.tables import BUNDLE_VERSION
from review.models import Release, Reviewer, Study
from review.releases.freeze import WrittenLines
from review.releases.selection.batches import batch_counts
from review.releases.selection.judging import TWIN
from review.releases.selection.quality import Quality, quality_of
from review.releases.selection.select import Selection
from review.releases.selection.splitting import Splits

NOTICE = "Not clinically validated. Not for clinical use."
NOBODY = "No clinician graded these."
ACCEPTABLE = "Share acceptable of the released rows"
TITLES = {
    "sample": ACCEPTABLE,
    "assisted": f"{ACCEPTABLE}, with the learned score",
    "lowest": f"{ACCEPTABLE}, with sampled traces without a consensus as unacceptable",
    "highest": f"{ACCEPTABLE}, with them as acceptable",
}


def manifest_facts(
    release: Release, selection: Selection, splits: Splits, written: WrittenLines
) -> dict[str, Any]:
    """The manifest without the files and the difference."""
    quality = quality_facts(selection.quality, selection.studies)
    return {
        "release": release.name,
        "made": release.created_at.date().isoformat(),
        "format_version": release.format_version,
        "bundle_version": BUNDLE_VERSION,
        "reasoner_kind": release.reasoner_kind,
        "notice": NOTICE if selection.tally.graded else f"{NOTICE} {NOBODY}",
        "sha256": written.sha256,
        "policy": {"name": release.policy.name, "rules": release.rules},
        "rows_ending_at_explanation": written.ending_at_explanation,
        "rows_by_split": dict(written.by_split),
        "splits": dict(splits.facts),
        "audits": audit_heads(selection),
        "creators": release.creators,
        "contact": release.contact,
        "archive": {
            "studies": [study.name for study in selection.choices.studies],
            "with_comments": selection.choices.with_comments,
        },
        "figures": release_figures(selection, quality),
        **selection_facts(selection),
    }


def selection_facts(selection: Selection) -> dict[str, Any]:
    """What is known before any line is written."""
    tally = selection.tally
    return {
        **tally.facts(),
        "batches": batch_counts(selection.choices.batches, tally),
        "studies": _studies(selection),
        "twins": _twins(selection),
        "contamination": {
            **selection.benchmarks.facts,
            "found": selection.contaminated,
            "matches": tally.listed_matches(),
        },
        "quality": quality_facts(selection.quality, selection.studies),
    }


def quality_facts(quality: Quality, studies: Iterable[StudyTally]) -> dict[str, Any]:
    """How good the released rows are: counts, and each estimate as a figure."""
    missing = quality.without_evidence
    notes = list(_preliminary(studies)) if quality.estimated else []
    if missing:
        notes.append(f"{missing:,} rows without evidence are not counted")
    return {
        "rows_known": quality.known,
        "known_acceptable": quality.accepted,
        "rows_estimated": quality.estimated,
        "rows_without_evidence": missing,
        **{
            name: figure(title, "share", _of(quality, name), *notes)
            for name, title in TITLES.items()
        },
    }


def _preliminary(studies: Iterable[StudyTally]) -> Iterator[str]:
    """Of each study whose graded items wait, how many: they are worse than those that are settled,
    and what nobody graded is estimated without them."""
    for study in studies:
        waits = preliminary_of(study.items)
        if waits:
            yield f"{waits.text.rstrip('.')} in {study.study.name}"


def rater_groups(pseudonyms: Collection[str]) -> dict[str, dict[str, int]]:
    """Raters by specialty and by seniority, apart: together they could name a person."""
    rows = Reviewer.objects.filter(pseudonym__in=pseudonyms)
    return {
        "rater_specialties": dict(Counter(rows.values_list("specialty", flat=True))),
        "rater_seniorities": dict(Counter(rows.values_list("seniority", flat=True))),
    }


def audit_heads_of(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The heads that a manifest records; before bundle version 3 that of one study."""
    old = [manifest["audit"]] if "audit" in manifest else []
    heads: list[dict[str, Any]] = manifest.get("audits", old)
    return heads


def audit_heads(selection: Selection) -> list[dict[str, Any]]:
    """The heads of the chains that the release rests on: every study's, and the house's."""
    chains = [study.event_chain for study in selection.choices.studies]
    return [Event.objects.head(chain) for chain in (*chains, HOUSE)]


def release_figures(selection: Selection, quality: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of the release, then those of its studies, each under the study's name where
    there are several."""
    tally, several = selection.tally, len(selection.studies) > 1
    figures = [
        count_figure("Traces in this release", tally.released),
        count_figure("Of these graded by clinicians", tally.graded),
        *(quality[name] for name in TITLES if selection.studies),
    ]
    for study in selection.studies:
        of_study = f" ({study.study.name})" if several else ""
        more = _of_more(study.study, selection)
        figures += [
            one | {"title": one["title"] + of_study, "note": f"{one['note']} {more}".strip()}
            for one in figures_of(study)
        ]
    return figures


def _of_more(study: Study, selection: Selection) -> str:
    """That a study's figures are of batches too which the release does not hold; else empty."""
    batches = selection.choices.batches
    others = study.batches.exclude(pk__in=[batch.pk for batch in batches]).order_by("pk")
    names = [batch.name for batch in others] if batches else []
    return f"Also of traces that this release does not hold: {', '.join(names)}." if names else ""


def _of(quality: Quality, name: str) -> Estimate:
    estimate: Estimate = getattr(quality, name)
    return estimate


def _studies(selection: Selection) -> list[dict[str, Any]]:
    released = {batch.pk for batch in selection.choices.batches}
    return [
        {
            "name": tally.study.name,
            "rubric_version": tally.study.rubric_version,
            "state": tally.study.state,
            "batches": [
                batch.name
                for batch in tally.study.batches.order_by("pk")
                if not released or batch.pk in released
            ],
            "items": len(tally.items),
            "graded": tally.graded,
            "grades": tally.grades,
            "raters": len(tally.raters),
            **rater_groups(tally.raters),
            "rows": coverage.released,
            "graded_rows": coverage.known,
            "quality": quality_facts(
                quality_of([coverage], without_evidence=coverage.without_evidence), [tally]
            ),
            "audit": Event.objects.head(tally.study.event_chain),
        }
        for tally, coverage in zip(selection.studies, selection.coverages, strict=True)
    ]


def _twins(selection: Selection) -> dict[str, Any]:
    twins = selection.twins
    groups = {twin.kept for twin in twins.values()}
    return {
        "groups": len(groups),
        "traces": len(groups) + len(twins),
        "set_aside": len(twins),
        "left_out": selection.tally.left_out[TWIN],
        "exact": sum(twin.exact for twin in twins.values()),
        "rule": RULE,
    }
