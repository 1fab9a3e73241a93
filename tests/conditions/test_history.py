"""What is different between two editions, word by word."""

from conditions.selectors.history import Stretch, stretches


def test_words_that_came_and_went() -> None:
    assert stretches("It may turn black [1].", "It will turn black again [1].") == [
        Stretch("", "It "),
        Stretch("del", "may"),
        Stretch("ins", "will"),
        Stretch("", " turn black "),
        Stretch("ins", "again "),
        Stretch("", "[1]."),
    ]


def test_all_of_both_texts_is_kept() -> None:
    old, new = "a b\n\n- c\n- d", "b a\n\n- d\n- c e"
    found = stretches(old, new)
    assert "".join(stretch.text for stretch in found if stretch.tag != "ins") == old
    assert "".join(stretch.text for stretch in found if stretch.tag != "del") == new
