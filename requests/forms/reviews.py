"""Forms of sharing a case with a reviewer, and of opening one in an emergency."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from portal.core.http.forms import TokenForm
from requests.models import Case, Document
from requests.models.documents import series_in
from requests.selectors.desk import by_reference
from requests.selectors.reviews import reviewers

SHORTEST_REASON = 10


class DocumentsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """Papers of a case, by name and kind; a series of images is one of them."""

    def offer(self, case: Case) -> bool:
        """Offer what can be opened of a case; False when that is nothing."""
        rows = Document.objects.here().filter(case__in=case.whole()).select_related("case").order_by("-received_at")
        self.entries = {entry.pk: entry for entry in series_in(row for row in rows if row.can_be_opened)}
        self.queryset = rows.filter(pk__in=self.entries)
        return bool(self.entries)

    def label_from_instance(self, document: Document) -> str:
        entry = self.entries[document.pk]
        if entry.is_series:
            number = entry.number_of_images
            images = ngettext("%(number)s image", "%(number)s images", number) % {"number": number}
            return f"{entry.title} ({images})"
        return f"{entry.name} ({entry.kind_in_words})" if entry.kind else entry.name


class AskReviewerForm(TokenForm):
    """Whom a case is shared with, what is asked, and which of its papers go with it."""

    reviewer = forms.ModelChoiceField(
        reviewers(),
        label=gettext_lazy("Reviewer"),
        empty_label=gettext_lazy("Select a reviewer"),
        help_text=gettext_lazy("Who has the role “Case reviewer”. An administrator gives it, under “Staff”."),
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": gettext_lazy("Select a reviewer.")},
    )
    question = forms.CharField(
        label=gettext_lazy("Question"),
        help_text=gettext_lazy("Without the name of the patient. It stands above what the reviewer reads."),
        max_length=2_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter what you want to know.")},
    )
    documents = DocumentsField(
        Document.objects.none(),
        required=False,
        label=pgettext_lazy("desk", "Papers"),
        help_text=gettext_lazy("They go as they are, the name in them too. Choose those that the question needs."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["documents"]
        if not field.offer(case):
            del self.fields["documents"]


class ReviewAnswerForm(forms.Form):
    """What the reviewer thinks."""

    body = forms.CharField(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy("It becomes a note for the coordinators. The patient does not see it."),
        max_length=10_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter your answer.")},
    )


class EmergencyForm(forms.Form):
    """Which case an administrator has to see, and why."""

    reference = forms.CharField(
        label=gettext_lazy("Reference of the case"),
        help_text=gettext_lazy("Any spelling: MR-7K3Q-9F2D or 7k3q9f2d."),
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"required": gettext_lazy("Enter the reference of the case.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why you have to see it"),
        help_text=pgettext_lazy("desk", "Kept in the case as a note, and read by the patient, with your name."),
        min_length=SHORTEST_REASON,
        max_length=1_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
        error_messages={
            "required": gettext_lazy("Say why you have to see the case."),
            "min_length": gettext_lazy("Say in a few more words why you have to see the case."),
        },
    )

    def clean_reference(self) -> Case:
        """A case that is there, and was not erased."""
        case = by_reference(self.cleaned_data["reference"])
        if case is None or case.is_erased:
            raise forms.ValidationError(_("There is no case with this reference."))
        return case
