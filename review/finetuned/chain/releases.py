"""The links of the release: its lines, the audits it rests on, its manifest, the training files."""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.audit.verify import chain_had_head, verify_chain
from pipeline.core.errors import Refusal
from pipeline.models import EventChain
from review.finetuned.chain.link import ChainLink
from review.finetuned.run_card import RunCard
from review.models import Release
from review.releases.bundle import manifest_sha256, write_checked
from review.releases.lifecycle import lines_of
from review.releases.manifest import audit_heads_of
from review.reports.document import Link as PageLink


def release_links(release: Release, card: RunCard, *, thorough: bool) -> Iterator[ChainLink]:
    """Lines, audits, manifest and training files. `thorough` works every checksum out anew."""
    yield _lines_link(release, thorough=thorough)
    studies = {study.event_chain: f"the study {study}" for study in release.studies.all()}
    for head in audit_heads_of(release.manifest):
        of = studies.get(head["chain"], f"the {head['chain']}")
        yield _audit_link(**head, of=of, thorough=thorough)
    yield _manifest_link(release, card)
    yield from _file_links(release, card, _rebuilt(release) if thorough else None)


def _lines_link(release: Release, *, thorough: bool) -> ChainLink:
    what = f"{release.row_count:,} lines of {release}"
    link = ChainLink("All lines of the release", what, release.sha256)
    if release.sha256 != release.manifest["sha256"]:
        return link.broken(f"The manifest says {release.manifest['sha256'][:12]}….")
    if not thorough:
        return link.unchecked("The manifest records the same; the lines were not read again.")
    digest = hashlib.sha256()
    for line in lines_of(release):
        digest.update(line)
    if digest.hexdigest() != release.sha256:
        return link.broken(f"They have sha256 {digest.hexdigest()[:12]}… now: they were changed.")
    return link.holds("The stored lines have it.")


def _audit_link(*, chain: str, length: int, head: str, of: str, thorough: bool) -> ChainLink:
    what = f"That of {of}, its first {length:,} events"
    link = ChainLink("An audit that the release rests on", what, head)
    if not chain_had_head(chain=chain, length=length, head=head):
        return link.broken("It no longer has the head that the manifest records.")
    if not thorough:
        return link.unchecked("It had this head, as the manifest records; events were not read.")
    grown = EventChain.objects.filter(name=chain).first()
    proof = verify_chain(grown) if grown else None
    if proof and proof.broken_at is not None:
        return link.broken(f"Event {proof.broken_at}: {proof.reason}.")
    return link.holds("Every event holds the sum of the one before it; the manifest has the head.")


def _manifest_link(release: Release, card: RunCard) -> ChainLink:
    page = PageLink(release.name, "review:release", (release.name,))
    ours, said = manifest_sha256(release), card.release.manifest_sha256
    link = ChainLink("The manifest", f"manifest.json of {release}", ours, page)
    if ours != said:
        return link.broken(f"The run card names {said[:12]}….")
    return link.holds("Worked out from what was frozen; the run card names the same.")


def _file_links(release: Release, card: RunCard, rebuilt: str | None) -> Iterator[ChainLink]:
    """`rebuilt`: what was wrong with files built anew, empty for nothing; None: none was built."""
    files = release.manifest["files"]
    for name, said in sorted(card.release.files.items()):
        link = ChainLink("A file that was trained on", name, said)
        recorded = files.get(name, {}).get("sha256", "none")
        if recorded != said:
            yield link.broken(f"The manifest records {recorded[:12]}….")
        elif rebuilt is None:
            yield link.unchecked("Manifest and run card name the same; it was not built anew.")
        elif rebuilt:
            yield link.broken(rebuilt)
        else:
            yield link.holds("Built anew from the frozen lines it is the same, as the card has it.")


def _rebuilt(release: Release) -> str:
    """Build every file anew; what differs from what was frozen, empty for nothing."""
    with tempfile.TemporaryDirectory(prefix="medreason-") as folder:
        try:
            write_checked(release, Path(folder))
        except (Refusal, ValueError) as error:
            return str(error)
    return ""
