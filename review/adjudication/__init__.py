"""Adjudication: settling items whose grades disagree, and corrected chains of thought."""
