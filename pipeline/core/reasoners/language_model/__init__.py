"""The language model reasoner: eight acts, each one prompt to an OpenAI-compatible model."""

from pipeline.core.reasoners.language_model.reasoner import LanguageModelReasoner

__all__ = ["LanguageModelReasoner"]
