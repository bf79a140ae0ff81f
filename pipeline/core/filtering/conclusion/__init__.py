"""Conclusion: does it name the answer key, and no other option?"""

from pipeline.core.filtering.conclusion.conclusion_filter import check_conclusion

__all__ = ["check_conclusion"]
