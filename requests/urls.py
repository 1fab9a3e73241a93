"""Addresses of packages, submissions and cases."""

from django.urls import path, register_converter

from requests.converters import PublicIdConverter, ReferenceConverter, TokenConverter
from requests.views import (
    account_deletion,
    cases,
    documents,
    estimates,
    family,
    joined_cases,
    journey,
    messages,
    packages,
    patients,
    people,
    privacy,
    submissions,
    tasks,
)

register_converter(ReferenceConverter, "reference")
register_converter(TokenConverter, "token")
register_converter(PublicIdConverter, "public_id")

app_name = "requests"

urlpatterns = [
    path("packages/", packages.package_list, name="package_list"),
    path("requests/new/", submissions.new, name="request_new"),
    path("requests/time-zone/", submissions.time_zone, name="request_time_zone"),
    path("requests/sent/<reference:reference>/", submissions.sent, name="request_sent"),
    path("accounts/cases/", joined_cases.page, name="joined_cases"),
    path("accounts/cases/<reference:reference>/join/", joined_cases.join, name="join_case"),
    path("accounts/cases/<reference:reference>/take-out/", joined_cases.take_out, name="take_out_case"),
    path("accounts/delete/", account_deletion.delete, name="delete_account"),
    path("case/", cases.case_list, name="case_list"),
    path("case/<token:token>/", cases.open_link, name="case_link"),
    path("case/patient/<token:token>/", patients.answer, name="patient"),
    path("case/family/<token:token>/", journey.page, name="family"),
    path("case/family/<token:token>/estimates/<int:version>/", journey.estimate, name="family_estimate"),
    path("case/<reference:reference>/", cases.case, name="case"),
    path("case/<reference:reference>/close/", cases.close, name="case_close"),
    path("case/<reference:reference>/messages/", messages.thread, name="messages"),
    path("case/<reference:reference>/tasks/<public_id:public_id>/", tasks.task, name="task"),
    path("case/<reference:reference>/tasks/<slug:kind>/", tasks.of_kind, name="task_kind"),
    path("case/<reference:reference>/calls/<public_id:public_id>/", tasks.call, name="call"),
    path("case/<reference:reference>/calls/<public_id:public_id>.ics", tasks.call_file, name="call_file"),
    path("case/<reference:reference>/documents/", documents.page, name="documents"),
    path("case/<reference:reference>/documents/list/", documents.listed, name="documents_list"),
    path("case/<reference:reference>/documents/missing/", documents.missing, name="document_missing"),
    path("case/<reference:reference>/documents/uploads/", documents.begin, name="document_begin"),
    path("case/<reference:reference>/documents/uploads/<uuid:document>/", documents.parts, name="document_parts"),
    path("case/<reference:reference>/documents/<uuid:document>/", documents.download, name="document"),
    path("case/<reference:reference>/documents/<uuid:document>/series/", documents.series, name="document_series"),
    path("case/<reference:reference>/documents/<uuid:document>/remove/", documents.remove, name="document_remove"),
    path("case/<reference:reference>/people/", people.page, name="people"),
    path("case/<reference:reference>/family/", family.page, name="family_links"),
    path("case/<reference:reference>/family/<uuid:link>/", family.link, name="family_link"),
    path("case/<reference:reference>/privacy/", privacy.page, name="privacy"),
    path("case/<reference:reference>/estimates/<int:version>/", estimates.page, name="estimate"),
    path("case/<reference:reference>/estimates/<int:version>.pdf", estimates.pdf, name="estimate_pdf"),
]
