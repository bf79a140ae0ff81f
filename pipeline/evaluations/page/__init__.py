"""What the pages of evaluations show: the funnel, figures in words, the list's headlines."""
