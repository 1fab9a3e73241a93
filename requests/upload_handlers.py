"""Upload handler of papers: each file of a form is sealed while it comes, and none of it lies readable anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core.http.forms import read_token
from requests.models import Case, Document
from requests.services import document_parts, documents
from requests.services.documents import DocumentRefused
from requests.services.messages import NotARequest


@contextmanager
def taking(
    request: HttpRequest, case: Case, *, need: str = "", by: User | None = None, translation_of: Document | None = None
) -> Iterator["DocumentUploadHandler"]:
    """Let the files of a form become papers of a case; what is no paper at the end is deleted.

    The token of the form stands in its address: its fields may come after its files.
    """
    key, _age = read_token(request.GET.get("form", ""))
    handler = DocumentUploadHandler(request, case, need=need, form_token=key, by=by, translation_of=translation_of)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.discard()


def not_stored() -> str:
    """Say that the trouble is ours."""
    return _("We could not store this file. It is not your fault. Send it again in a few minutes.")


class DocumentUploadHandler(FileUploadHandler):
    """Takes the files of a form as papers of a case; one that fails costs no other.

    ``came`` are the papers that came whole, each with its token, which are none before ``finish``; ``refused`` are the
    names of the others with a sentence each. Whoever uses it calls ``discard`` at the end.
    """

    def __init__(self, request: HttpRequest, case: Case, *, form_token: str, **columns: Any) -> None:
        super().__init__(request)
        self.case, self.form_token, self.columns = case, form_token, columns
        self.came: list[tuple[Document, str]] = []
        # How many the same form brought before.
        self.known = 0
        self.refused: list[tuple[str, str]] = []
        self.token = ""
        self.writer: document_parts.Writer | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.writer = None
        try:
            place = len(self.came) + self.known + len(self.refused)
            self.token = f"{self.form_token}:{place}" if self.form_token else ""
            document, is_new = documents.begin(
                case=self.case, name=str(self.file_name), form_token=self.token, **self.columns
            )
        except DocumentRefused as refused:
            self._refuse(str(refused))
        except NotARequest:
            self._refuse(_("This case was not read as a request. Write to us."))
        else:
            if not is_new:
                self.known += 1
                raise SkipFile
            self.writer = document_parts.Writer(document, documents.admit)

    def _refuse(self, sentence: str) -> None:
        self._drop()
        self.refused.append((str(self.file_name), sentence))
        raise SkipFile

    def _drop(self) -> None:
        """Delete what came of the file that is not whole."""
        if self.writer is not None:
            documents.discard(self.writer.document)
            self.writer = None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        writer = self._writing()
        if writer.size + len(raw_data) > documents.longest():
            self._refuse(documents.too_long())
        try:
            if not writer.size:
                documents.check_beginning(writer.document, raw_data, len(raw_data))
            writer.write(raw_data)
        except DocumentRefused as refused:
            self._refuse(str(refused))
        except OSError:
            self._refuse(not_stored())

    def file_complete(self, file_size: int) -> None:
        writer = self._writing()
        if not file_size:
            self._refuse_at_the_end(_("This file is empty."))
            return
        try:
            writer.close()
        except DocumentRefused as refused:
            self._refuse_at_the_end(str(refused))
            return
        except OSError:
            self._refuse_at_the_end(not_stored())
            return
        writer.document.size = file_size
        self.came.append((writer.document, self.token))
        self.writer = None

    def finish(self) -> int:
        """Make papers of what came, once the form is known to be hers; returns how many are here."""
        for document, token in self.came:
            documents.finish(document, form_token=token)
        return len(self.came) + self.known

    def discard(self) -> None:
        """Delete what is no paper: of a file that was cut off, or of a form that somebody else made her send."""
        self._drop()
        for document, _token in self.came:
            if document.received_at is None:
                documents.discard(document)

    def _refuse_at_the_end(self, sentence: str) -> None:
        self._drop()
        self.refused.append((str(self.file_name), sentence))

    def upload_interrupted(self) -> None:
        self._drop()

    def _writing(self) -> document_parts.Writer:
        assert self.writer is not None  # a file that is skipped gets no chunk
        return self.writer
