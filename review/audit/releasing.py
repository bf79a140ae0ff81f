"""What is done with releases, and with models trained on them, in words: see sentences.py."""

from review.audit.values import Sentence

RELEASING: dict[str, Sentence] = {
    "release.begun": (
        "release {name} begun",
        "policy {policy}",
        "batches: {batches}",
        "studies: {studies}",
    ),
    "release.made": ("release {name} made", "{rows} rows"),
    "release.failed": ("release {subject} failed", "because: {reason}"),
    "release.retried": ("release {subject} tried again",),
    "release.removed": ("release {name} removed, which was never frozen",),
    "release.published": (
        "release {subject} uploaded to {repository}",
        ("private", "private there"),
        "commit {commit}",
    ),
    "release.withdrawn": ("release {subject} withdrawn", "because: {reason}"),
    "finetuned_model.registered": (
        "model {name} registered",
        "{base} trained on release {release}",
        "the run card has sha256 {run_card_sha256}",
        "the release's manifest {manifest_sha256}",
        "the trained weights {weights_sha256}",
    ),
    "finetuned_model.endpoints_stated": (
        "it is stated that the endpoint {endpoint} serves model {subject}",
        "there it is called {served_as}",
        "its base is served by {base_endpoint}",
        "where it is called {base_served_as}",
    ),
}
