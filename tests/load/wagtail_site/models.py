"""A page type with the usual body of blocks."""

from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page


class TextPage(Page):
    """A page of text: an introduction, then headings and paragraphs."""

    introduction = RichTextField(blank=True)
    body = StreamField(
        [
            ("heading", blocks.CharBlock(form_classname="title")),
            ("subheading", blocks.CharBlock()),
            ("paragraph", blocks.RichTextBlock()),
        ]
    )
