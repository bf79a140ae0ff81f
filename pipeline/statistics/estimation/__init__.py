"""From a stratified sample to the whole batch."""
