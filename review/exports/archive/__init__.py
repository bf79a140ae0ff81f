"""The archive of a study for statisticians: all grades with all revisions, codebook, scripts.

`archive_files` in `build` gives its files by name: for a study's page, the command
`export_grades`, and the bundle of a release for which the study is evidence.
"""
