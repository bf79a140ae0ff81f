"""Task files by which other programs ask a benchmark's questions with our prompts."""
