"""What a batch's filters are worth: the placebo arms, further readings, contrast."""
