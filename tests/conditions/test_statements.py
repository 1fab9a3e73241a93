"""Statements that a page must not lose: in every language, each beside the source that says so."""

import pytest

from conditions.models import Edition
from conditions.selectors import drafts
from portal.core.text.markdown import blocks

WALTER = "https://pmc.ncbi.nlm.nih.gov/articles/PMC5005701"
PHARMACEUTICAL_JOURNAL = (
    "https://pharmaceutical-journal.com/research/perspective-article/"
    "prevention-of-medication-related-osteonecrosis-of-the-jaw/20206623.article"
)
JAW_PROBLEMS = "https://www.cancerresearchuk.org/about-cancer/treatment/bisphosphonates/jaw-problems-osteonecrosis"
DENOSUMAB_BREAK = "http://esa-srb-2018.p.asnevents.com.au/days/2018-08-20/abstract/53776"
SINUS = "https://journalimplantdent.springeropen.com/articles/10.1186/s40729-019-0157-7"
RIYADH = "https://bjo.bmj.com/content/102/10/1436"
COUNTRIES = "https://www.contactlensjournal.com/article/S1367-0484(23)00050-4/fulltext"
MIDLANDS = "https://www.ncbi.nlm.nih.gov/pubmed/11040911"

STATEMENTS = [
    # Bone medicines before implants and extractions, and why nobody stops them alone.
    ("missing-teeth", WALTER, {"en": "make jaw bone die", "ru": "может омертветь кость челюсти"}),
    (
        "missing-teeth",
        DENOSUMAB_BREAK,
        {"en": "Do not stop such a medicine", "ru": "Сами такое лекарство не отменяйте"},
    ),
    ("impacted-wisdom-teeth", PHARMACEUTICAL_JOURNAL, {"en": "jaw bone dies", "ru": "кость челюсти омертвевает"}),
    ("impacted-wisdom-teeth", DENOSUMAB_BREAK, {"en": "Never stop one by yourself", "ru": "Сами его не отменяйте"}),
    ("periodontitis", WALTER, {"en": "make jaw bone die", "ru": "может омертветь кость челюсти"}),
    ("periodontitis", DENOSUMAB_BREAK, {"en": "do not stop it by yourself", "ru": "сами не отменяйте"}),
    ("multiple-myeloma", JAW_PROBLEMS, {"en": "tell every dentist", "ru": "каждому стоматологу"}),
    # Upper implants and the sinus above them.
    ("missing-teeth", SINUS, {"en": "the screw can pierce the sinus", "ru": "винт может пробить дно пазухи"}),
    # How common keratoconus is: the range, with places.
    ("keratoconus", RIYADH, {"en": "Riyadh: about 1 in 21 patients", "ru": "Эр-Рияд: примерно 1 из 21 пациента"}),
    ("keratoconus", COUNTRIES, {"en": "Lebanon: about 1 in 30", "ru": "Ливан: примерно 1 из 30"}),
    ("keratoconus", COUNTRIES, {"en": "Netherlands: about 1 in 375", "ru": "Нидерланды: примерно 1 из 375"}),
    ("keratoconus", MIDLANDS, {"en": "1 in 1,750 of white origin", "ru": "1 из 1750 белых"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("illness", "source", "words"), STATEMENTS)
def test_the_statement_stands_beside_its_source_in_every_language(
    illness: str, source: str, words: dict[str, str]
) -> None:
    editions = Edition.objects.current().filter(condition__slug=illness)
    assert {edition.language for edition in editions} == set(words)
    for edition in editions:
        texts = [text for _place, text in drafts.cited_texts(edition.content)]
        stated = [block for text in texts for block in blocks(text) if words[edition.language] in block.text]
        # Once in the text, and perhaps once more as the reason for a paper.
        assert stated, edition.language
        numbers = {one["number"]: one["url"] for one in edition.content["sources"]}
        cited = [numbers[number] for block in stated for number in block.citations]
        assert source in cited, edition.language
