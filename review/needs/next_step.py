"""What a lead does next when nothing waits: the first thing that is not there yet."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from pipeline import access as pipeline_access
from review import access


@dataclass(frozen=True)
class NextStep:
    """A sentence, and the button with the page that it leads to."""

    sentence: str
    button: str
    page: str


QUESTIONS = NextStep("There are no questions yet.", "Load questions", "pipeline:question_upload")
GRAPH = NextStep(
    "There is no knowledge graph yet: manage.py load_kg loads one.",
    "Graphs",
    "pipeline:knowledge_graphs",
)
BATCH = NextStep("There are no traces yet.", "Start a batch", "pipeline:batch_new")
STUDY = NextStep("Nobody grades yet.", "Open a study", "review:study_new")
RELEASE = NextStep("Nothing is released yet.", "Make a release", "review:release_new")
BATCHES = NextStep("Batches and studies go on by themselves.", "Batches", "pipeline:batches")


def next_step(user: User) -> NextStep:
    """The step after the last one done."""
    done = (
        (pipeline_access.question_sets_for(user), QUESTIONS),
        (pipeline_access.knowledge_graphs_for(user), GRAPH),
        (pipeline_access.batches_for(user).filter(is_trial=False), BATCH),
        (access.studies_for(user), STUDY),
        (access.releases_for(user), RELEASE),
    )
    return next((step for rows, step in done if not rows.exists()), BATCHES)
