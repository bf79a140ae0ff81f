"""Scoring an evaluation: what its answers are worth, with intervals, and against another's.

Pure: it takes plain records and returns plain ones. No figure here can flatter: what was not
read counts as wrong in the headline, and nothing that was asked leaves the number of questions.
"""
