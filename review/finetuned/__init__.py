"""Fine-tuned models: registered by run cards, set beside their bases, linked to the grades."""
