"""`{{ study.guidelines|guidelines }}`: a study's guidelines as safe HTML."""

from django import template
from django.utils.safestring import SafeString

from review.templatetags.markdown import render_guidelines

register = template.Library()


@register.filter
def guidelines(text: str) -> SafeString:
    """The Markdown rendered, see review.templatetags.markdown."""
    return render_guidelines(text)
