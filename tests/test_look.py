"""The stylesheet and the templates keep the rules of the house."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SITE = ROOT / "static" / "css" / "site.css"
# The pages of nginx stand alone when nothing else answers, with a policy of their own.
APART = {"admin", "emails", "unfold", "nginx"}
PUBLIC = [path for path in (ROOT / "templates").rglob("*.html") if not APART & set(path.parts)]
PHYSICAL = re.compile(
    r"(?<![-\w])(margin|padding|border)-(left|right)\b|(?<![-\w])(left|right)\s*:|text-align:\s*(left|right)|float:\s*(left|right)"
)


def test_the_stylesheet_knows_no_left_and_right() -> None:
    assert [line for line in SITE.read_text().splitlines() if PHYSICAL.search(line)] == []


def test_the_stylesheet_is_small() -> None:
    assert len(gzip.compress(SITE.read_bytes())) <= 11_000


def test_no_page_scrolls_by_itself() -> None:
    """Smooth scrolling makes people dizzy, and hides how far a link has led."""
    assert [path.name for path in SITE.parent.glob("*.css") if "scroll-behavior" in path.read_text()] == []


def test_braces_are_balanced() -> None:
    text = SITE.read_text()
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_templates_hold_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r'<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)|<style|\son\w+="|\sstyle="', text)


# ── Contrast, computed from the tokens (WCAG 2.2: 1.4.3 and 1.4.11) ──────────────────────────


def tokens() -> dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]]:
    """Return each colour token as linear sRGB, light and dark."""
    block = SITE.read_text().split("@supports", 1)[1].split("}", 2)[0]
    found = re.findall(r"--([\w-]+): light-dark\((oklch\([^)]*\)|#fff), (oklch\([^)]*\)|#fff)\);", block)
    return {name: (linear(light), linear(dark)) for name, light, dark in found} | {
        "focus": (linear("oklch(.9 .17 98)"),) * 2,
        "on-focus": (linear("oklch(.25 .035 225)"),) * 2,
    }


def linear(colour: str) -> tuple[float, float, float]:
    """Return linear sRGB of an OKLCH colour (Ottosson's matrices, as in CSS Color 4)."""
    import math

    if colour == "#fff":
        return (1.0, 1.0, 1.0)
    lightness, chroma, hue = (float(part) for part in colour[6:-1].split()[:3])
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (min(max(part, 0.0), 1.0) for part in rgb)
    return (red, green, blue)


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Return the contrast ratio of two colours."""
    bright, dark = sorted((0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (one, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


TEXT = [
    (text, ground) for text in ("ink", "muted", "link", "danger", "ok") for ground in ("paper", "card", "sand", "tint")
]
TEXT += [
    ("on-brand", "brand"),
    ("brand", "tint"),
    ("brand", "card"),
    ("ink", "danger-tint"),
    ("card", "danger"),
    ("on-focus", "focus"),
]
SHAPES = [(shape, ground) for shape in ("field", "brand", "danger", "coral") for ground in ("paper", "card")]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_reaches_4_5(text: str, ground: str, scheme: int) -> None:
    colours = tokens()
    assert contrast(colours[text][scheme], colours[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_fields_and_shapes_reach_3(shape: str, ground: str, scheme: int) -> None:
    colours = tokens()
    assert contrast(colours[shape][scheme], colours[ground][scheme]) >= 3
