"""A page type with the usual body of blocks."""

from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page


class CostBlock(blocks.StructBlock):
    """One row of the costs."""

    name = blocks.CharBlock()
    price = blocks.CharBlock()
    included = blocks.CharBlock(required=False)
    source = blocks.CharBlock()
    dates = blocks.CharBlock(required=False)

    class Meta:
        template = "wagtail_site/cost.html"


class CardBlock(blocks.StructBlock):
    """A clinic or a package."""

    name = blocks.CharBlock()
    url = blocks.CharBlock()
    text = blocks.TextBlock(required=False)
    note = blocks.CharBlock(required=False)

    class Meta:
        template = "wagtail_site/card.html"


class SourceBlock(blocks.StructBlock):
    """A numbered source."""

    number = blocks.IntegerBlock()
    title = blocks.CharBlock()
    url = blocks.URLBlock()
    publisher = blocks.CharBlock(required=False)

    class Meta:
        template = "wagtail_site/source.html"


class TextPage(Page):
    """A page of text: an introduction, then headings and paragraphs."""

    introduction = RichTextField(blank=True)
    body = StreamField(
        [
            ("heading", blocks.CharBlock(form_classname="title")),
            ("subheading", blocks.CharBlock()),
            ("paragraph", blocks.RichTextBlock()),
            ("cost", CostBlock()),
            ("card", CardBlock()),
            ("source", SourceBlock()),
        ]
    )
