"""The meter and the lint that editors see."""

import pytest

from conditions.readability import lint, middle, reading, sentences

PLAIN_EN = "The cat sat on the mat. It was a big cat. The dog ran to the cat. They sat in the sun. It was warm. We all had milk and bread."
HARD_EN = (
    "Multidisciplinary oncological consultation necessitates comprehensive histopathological characterisation, "
    "immunohistochemical confirmation, radiological reassessment, individualised pharmacological considerations "
    "and longitudinal psychosocial accompaniment throughout chemotherapeutic administration, notwithstanding "
    "institutional capacity constraints and interdisciplinary documentation requirements everywhere."
)


def advice(text: str, language: str = "en") -> list[str]:
    return [one.advice for one in lint("what", text, language)]


def test_a_long_sentence_is_shown() -> None:
    long = "One " + "two " * 19 + "three."
    [finding] = lint("what", f"Short one. {long} [3]", "en")
    assert (finding.place, finding.advice, finding.words) == ("what", "A sentence of 21 words; 20 are enough.", long)
    assert advice("One " + "two " * 18 + "three.") == []


def test_a_colon_lets_the_reader_breathe() -> None:
    assert advice("word " * 15 + "end: " + "word " * 15 + "end.") == []


def test_paragraphs_and_lists_have_an_end() -> None:
    assert advice("A. B. C. D.") == ["A paragraph of 4 sentences; 3 are enough."]
    assert advice("- a\n- b\n- c\n- d\n- e\n- f") == []
    assert advice("- a\n- b\n- c\n- d\n- e\n- f\n- g") == ["A list of 7 items; 6 are enough."]


@pytest.mark.parametrize(
    ("text", "language", "is_advised"),
    [
        ("About 14.3% relapse [2].", "en", True),
        ("About 1 in 7 people (14%) relapse [2].", "en", False),
        ("Рецидив бывает в 14% случаев.", "ru", True),
        ("Рецидив бывает у 1 из 7 человек (14%).", "ru", False),
        ("People suffering from cancer.", "en", True),
        ("Больные, страдающие раком.", "ru", True),
        ("Чаще страдает кожа.", "ru", False),
    ],
)
def test_words_that_are_advised_against(text: str, language: str, is_advised: bool) -> None:
    assert bool(advice(text, language)) is is_advised


def test_the_meter_of_a_language() -> None:
    plain, hard = reading("what", PLAIN_EN, "en"), reading("what", HARD_EN, "en")
    assert plain.grade is not None
    assert hard.grade is not None
    assert plain.grade < 3
    assert hard.grade > 12
    assert (plain.is_hard, hard.is_hard) == (False, True)
    russian = reading("what", "Мама мыла раму. Кот спал у окна. " * 6, "ru")
    assert russian.ease is not None
    assert russian.ease > 60
    assert reading("what", "سائل في البطن. " * 20, "ar").grade is None
    assert reading("what", "Too few words.", "en").grade is None
    assert middle([plain, hard, reading("x", "few", "en")]) == round((plain.grade + hard.grade) / 2, 1)


def test_the_formulas_are_the_published_ones() -> None:
    # 40 words of one syllable in 8 sentences: 0.39 × 5 + 11.8 × 1 − 15.59 and 206.835 − 1.3 × 5 − 60.1 × 1.
    assert reading("what", "The cat sat on mats. " * 8, "en").grade == -1.8
    assert reading("what", "Кот был тут весь год. " * 8, "ru").ease == 140.2


def test_sentences_end_in_every_script() -> None:
    assert sentences("متى أعود؟ غدًا. حسنًا!") == ["متى أعود؟", "غدًا.", "حسنًا!"]


EMERGENCY = "### On cancer treatment\n\n{}\n\nCall now, day or night.\n\n### Anybody\n\n{}"


def emergency(first: int, second: int) -> list[str]:
    text = EMERGENCY.format("- a\n" * first, "- b\n" * second)
    return [one.advice for one in lint("emergency", text, "en")]


def test_the_emergency_card_has_limits_of_its_own() -> None:
    assert emergency(7, 3) == []
    assert emergency(7, 4) == ["An emergency card of 11 items; 10 are enough."]
    more = "### A\n\n- a\n\n### B\n\n- b\n\n### C\n\n- c\n\n"
    assert lint("emergency", more, "en") == []
    [finding] = lint("emergency", more + "### D\n\n- d", "en")
    assert (finding.advice, finding.words) == ("An emergency card of 4 sub-headings; 3 are enough.", "D")
    [finding] = lint("emergency", "### In anybody with cancer of blood\n\n- a", "en")
    assert (finding.advice, finding.words) == (
        "A sub-heading of 6 words; 5 are enough.",
        "In anybody with cancer of blood",
    )


def test_a_subheading_is_no_sentence() -> None:
    assert lint("emergency", "### On cancer treatment\n- a\n- b", "en") == []
    assert reading("emergency", f"### On cancer treatment\n\n{PLAIN_EN}", "en") == reading("emergency", PLAIN_EN, "en")
