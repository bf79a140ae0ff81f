"""The audit in words: each event as a sentence, with whatever the sentence leaves out beside it."""
