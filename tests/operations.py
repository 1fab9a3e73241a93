"""Parser of docs/operations.md, so that tests can do what it prints."""

from tests.services.process import PROJECT

DOCUMENT = (PROJECT / "docs" / "operations.md").read_text()


def block(after: str) -> str:
    """Return the first indented block behind some words of the document, without its indentation."""
    assert DOCUMENT.count(after) == 1, after
    lines: list[str] = []
    for line in DOCUMENT.partition(after)[2].splitlines()[1:]:
        if line.startswith("    ") or (lines and not line.strip()):
            lines.append(line[4:])
        elif lines:
            break
    return "\n".join(lines).strip()
