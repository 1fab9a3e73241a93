"""A page with its stored HTML and its live rows, what a form offers, and rows of the size that a request leaves."""

from typing import Any

from django.db import models

PAGE = ("slug", "name", "costs_note", "head", "contents", "article", "made", "ask", "feedback")


class PageManager(models.Manager["Page"]):
    """Writes a page with its rows."""

    def create(self, *, content: dict[str, Any]) -> "Page":  # type: ignore[override]  # one dictionary, as JSON has it
        """Write what ``tests.load.flat.content`` returns."""
        about = {name: content["page"][name] for name in PAGE}
        page = super().create(**about, addresses=content["addresses"], pdf_version=content["pdf_version"])
        lists = {"costs": Cost, "clinics": Clinic, "packages": Package, "travel": Fact, "related": Related}
        for name, model in lists.items():
            fields = {field.name for field in model._meta.fields} - {"id", "page"}
            model.objects.bulk_create(
                model(page=page, **{name: value for name, value in row.items() if name in fields})
                for row in content[name]
            )
        return page


class Page(models.Model):
    """What never changes, as HTML, and the addresses on the page."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    costs_note = models.TextField()
    pdf_version = models.CharField(max_length=20)
    addresses = models.JSONField()
    head = models.TextField()
    contents = models.TextField()
    article = models.TextField()
    made = models.TextField()
    ask = models.TextField()
    feedback = models.TextField()

    objects = PageManager()

    def __str__(self) -> str:
        return str(self.name)


class Live(models.Model):
    """A row of the page, in the words that it prints."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="%(class)s_rows")

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class Cost(Live):
    """What a treatment costs."""

    code = models.SlugField()
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=60)
    price = models.TextField()
    included = models.TextField()
    excluded = models.TextField()
    source = models.CharField(max_length=200)
    source_url = models.CharField(max_length=400)
    dates = models.TextField()
    holds = models.BooleanField()
    is_chosen = models.BooleanField()


class Clinic(Live):
    """A clinic."""

    url = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    name_lang = models.CharField(max_length=10)
    city = models.CharField(max_length=80)
    summary = models.TextField()
    has_open_licence_question = models.BooleanField()


class Package(Live):
    """A support package."""

    slug = models.SlugField()
    name = models.CharField(max_length=60)
    summary = models.TextField()
    never_included = models.TextField()


class Fact(Live):
    """A fact for travellers."""

    topic = models.CharField(max_length=120)
    text = models.TextField()
    stated_on = models.CharField(max_length=40)
    read_on = models.CharField(max_length=80)
    is_overdue = models.BooleanField()


class Related(Live):
    """A related condition."""

    url = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    lang = models.CharField(max_length=10)


class Choice(models.Model):
    """An illness, a treatment, a clinic or a package that a form offers."""

    kind = models.CharField(max_length=20)
    slug = models.SlugField()
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return str(self.name)


class Row(models.Model):
    """One of the rows of a request."""

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    country = models.CharField(max_length=2)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"row {self.pk}"


class Upload(models.Model):
    """A file that comes in parts."""

    key = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return str(self.key)


class Part(models.Model):
    """A part of it that is here."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    file = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_part_of_a_number")]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.number}"
