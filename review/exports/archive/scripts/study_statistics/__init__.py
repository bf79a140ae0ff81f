"""The statistics of a study's reports, worked out again from the CSV files of its archive."""
