"""What each field of study.csv means."""

from types import MappingProxyType

FIELD_MEANINGS = MappingProxyType(
    {
        "study": "Name of the study.",
        "state": "Its state then.",
        "reasoner": "What wrote the chains of thought.",
        "rubric_version": "Version of the rubric, see rubric.csv.",
        "as_of": "Time of the last event that the archive holds.",
        "audit_head": "Digest of the last event of the study's audit chain at that time.",
        "estimand": "What the estimates are estimates of.",
        "batches": "Batches from whose traces the sample was drawn.",
        "grades_per_item": "Raters asked for each sampled item.",
        "reliability_share": "Share of sampled items that more raters were asked for.",
        "reliability_grades_per_item": "Raters asked for each of these.",
        "repeat_share": "Share of graded items that a rater is dealt a second time.",
        "repeat_gap": "Items that lie at least between the two times.",
        "placebo_items": "Items whose chain argues for a wrong option.",
        "sampling": "How the sample was drawn.",
        "strata_by": "Variables that the strata are made of.",
        "allocation": "How the sample was shared among strata.",
        "allocation_minimum": "Least items of a stratum.",
        "sample_size_asked": "Items asked for; empty: every trace.",
        "includes_discarded": "Whether traces that the filters discarded were drawn too.",
        "twins_left_out": "Traces that repeat another and were in no stratum.",
        "seed": "Seed of the draw.",
        "answer_key_hidden": "Whether the key was hidden until coherence was graded.",
        "others_shown_after_submitting": "Whether raters saw others' grades once they submitted.",
        "practice_round": "Whether raters graded practice cases first, see practice.csv.",
        "routed_by_specialty": "Whether items went to raters of their specialty first.",
        "opened_at": "When the study was opened.",
        "closed_at": "When it was closed; empty: it was not.",
        "learned_score_lacks": "Why there is no learned score; empty: there is one.",
        "learned_score_from": "Graded items that the learned score was learned from.",
        "with_comments": "Whether free text is in the archive.",
    }
)
