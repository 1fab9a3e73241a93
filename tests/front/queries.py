"""What people type, and the page about an illness that they mean: held on both engines of search."""

# Language of the page, query, slug of the illness that comes first, whether its words were read as others.
QUERIES = [
    ("en", "glaucma", "glaucoma", True),
    ("en", "catarct", "cataract", True),
    ("en", "brest cancer", "breast-cancer", True),
    ("en", "lump in the brest", "breast-cancer", True),
    ("ru", "глоукома", "glaucoma", True),
    ("ru", "метостазы", "liver-metastases", True),
    ("ru", "рак груди", "breast-cancer", False),
    ("ar", "سرطان الثدي", "breast-cancer", False),
    ("ar", "سرطان الثدى", "breast-cancer", False),
    ("en", "سرطان الثدي", "breast-cancer", False),
    ("ar", "الجلوكوما", "glaucoma", False),
    ("en", "liver cancer", "liver-metastases", False),
    ("ru", "рак печени", "liver-metastases", False),
    ("ar", "سرطان الكبد", "liver-metastases", False),
]
# Said with the result, so that nobody takes one illness for the other.
ANOTHER_ILLNESS = {
    "en": "Cancer that begins in the liver (primary liver cancer) is another illness.",
    "ru": "Рак, который начался в самой печени (первичный рак печени), — другая болезнь.",
    "ar": "السرطان الذي يبدأ في الكبد نفسه (سرطان الكبد الأولي) مرض آخر",
}
DID_YOU_MEAN = {"en": "Did you mean", "ru": "Возможно, вы имели в виду", "ar": "هل تقصد"}


def faults(language: str, slug: str, is_guessed: bool, html: str) -> list[str]:
    """Return what is wrong with a page of results."""
    results = html.partition('<ol class="results">')[2]
    wrong = [] if f'href="/{language}/conditions/{slug}/"' in results.partition("</article>")[0] else ["not the first"]
    wrong += [] if (DID_YOU_MEAN[language] in html) == is_guessed else ["wrong about what was meant"]
    if slug == "liver-metastases" and ANOTHER_ILLNESS[language] not in results:
        wrong.append("not told apart")
    return wrong
