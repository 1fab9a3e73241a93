"""A page with a form as its reader gets it: what stands in the controls, which errors are said and where."""

from html.parser import HTMLParser

VOID = {"input", "br", "img", "hr", "meta", "link", "source", "use"}


class FormPage(HTMLParser):
    """The controls of a page by name, its errors by control, and the summary of errors in order.

    ``values`` holds what a browser would send back; ``errors`` maps the name of a control to its
    sentences, ``summary`` holds (id that the sentence leads to, sentence).
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.ids: set[str] = set()
        self.errors: dict[str, str] = {}
        self.summary: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.handlers: set[str] = set()
        self._control = ""
        self._error = ""
        self._target = ""
        self._is_hidden = False
        self._is_text = False
        self._summary_depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.handlers |= {name for name in about if name.startswith("on")}
        if about.get("id"):
            self.ids.add(about["id"])
        self._read_control(tag, about)
        if self._summary_depth and tag not in VOID:
            self._summary_depth += 1
        if "error-summary" in about.get("class", "").split():
            self._summary_depth = 1
        if self._summary_depth and tag == "a":
            self._target = about["href"].removeprefix("#")
            self.summary.append((self._target, ""))
        if tag == "p" and about.get("class") == "error":
            self._error = about["id"].removeprefix("id_").removesuffix("_error")
            self.errors[self._error] = ""
        self._is_text = tag == "textarea"
        self._is_hidden = "visually-hidden" in about.get("class", "")

    def _read_control(self, tag: str, about: dict[str, str]) -> None:
        name = about.get("name", "")
        if tag == "input":
            is_choice = about.get("type") in {"radio", "checkbox"}
            if not is_choice or "checked" in about:
                self.values.setdefault(name, []).append(about.get("value", "on" if is_choice else ""))
        elif tag in {"textarea", "select"}:
            self._control = name
            self.values[name] = [""] if tag == "textarea" else []
        elif tag == "option" and "selected" in about:
            self.values[self._control].append(about.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._summary_depth:
            self._summary_depth -= 1
        if tag == "textarea" and self._control:
            # The first line break is the markup's, not the writer's.
            self.values[self._control][0] = self.values[self._control][0].removeprefix("\n")
        if tag in {"textarea", "select"}:
            self._control = ""
        if tag == "a":
            self._target = ""
        if tag == "p":
            self._error = ""
        self._is_hidden = False
        self._is_text = False

    def handle_data(self, data: str) -> None:
        if self._is_text:
            self.values[self._control][0] += data
        if self._error and not self._is_hidden:
            self.errors[self._error] = f"{self.errors[self._error]} {data.strip()}".strip()
        if self._target:
            self.summary[-1] = (self._target, self.summary[-1][1] + data)

    def value(self, name: str) -> str:
        """Return the one value of a control."""
        (value,) = self.values[name]
        return value


def posted_from(html: str) -> dict[str, list[str]]:
    """Return what a browser would post from a page as it stands."""
    return {name: values for name, values in FormPage(html).values.items() if name}
