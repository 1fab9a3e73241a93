"""The texts of an edition as HTML. It freezes words as Markdown; how they are set is decided when they are shown.

So what is better set today is so on every page that is already published. docs/decisions/0023 says why.
"""

from conditions.glossary import Explainer
from conditions.selectors.drafts import CALLOUTS, TREATMENT_PARTS, Content
from portal.core.markdown import line_to_html, to_html
from portal.core.typography import no_break


def with_html(content: Content) -> Content:
    """Return an edition with ``html`` beside each ``text``: safe, figures kept together, terms made to open."""
    language = content["language"]
    meanings = [(one["term"], no_break(one["meaning"], language)) for one in content.get("glossary", [])]
    explainer = Explainer(meanings, language)

    def line(text: dict[str, str]) -> dict[str, str]:
        return {**text, "html": line_to_html(text["text"], language)}

    def block(text: dict[str, str]) -> dict[str, str]:
        return {**text, "html": to_html(text["text"], language)}

    def explained(text: dict[str, str]) -> dict[str, str]:
        return {**text, "html": explainer.explain(to_html(text["text"], language))}

    def treatment(one: Content) -> Content:
        return {**one, **{part: explained(one[part]) for part in TREATMENT_PARTS}}

    callouts = sorted(content["callouts"], key=lambda one: CALLOUTS.index(one["kind"]))
    # In the order of the page: a term opens where the reader meets it first.
    return {
        **content,
        "summary": line(content["summary"]),
        "key_facts": [line(fact) for fact in content["key_facts"]],
        "callouts": [block(one) for one in callouts],
        "before_treatments": [explained(one) for one in content["before_treatments"]],
        "treatments": [treatment(one) for one in content["treatments"]],
        "after_treatments": [explained(one) for one in content["after_treatments"]],
        "unused_terms": list(explainer.waiting),
    }
