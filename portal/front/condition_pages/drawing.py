"""Title card of a shared link: the wordmark, the name of a page and its plain name."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, features

from portal.core.localisation.languages import LANGUAGES

SIZE = (1200, 630)
MARGIN = 80
# Goes up with every change of the look, so that no old picture is kept.
DESIGN = 2

PAPER, INK, MUTED = "#fcfaf6", "#0c242c", "#3f5761"
BRAND = "#00545c"
# Height of the coloured band at the foot.
BAND = 24

RTL = ("ARABIC", "ARABIC AND LATIN")
# Written without spaces between words.
UNSPACED = ("CJK",)
# Noto Naskh has no ellipsis of one letter.
ELLIPSES = {"ARABIC": "..."}
# Files of system fonts by style and script, the best first; Pillow looks for them where the system keeps fonts.
FONTS = {
    ("serif", "ARABIC"): ("NotoNaskhArabic-Bold.ttf", "NotoNaskhArabicUI-Bold.ttf", "NotoNaskhArabic[wght].ttf"),
    ("serif", "ARABIC AND LATIN"): ("DejaVuSans-Bold.ttf",),
    ("serif", "CJK"): ("NotoSerifCJK-Bold.ttc", "NotoSansCJK-Bold.ttc"),
    ("serif", ""): ("NotoSerif-Bold.ttf", "NotoSerif[wdth,wght].ttf", "DejaVuSerif-Bold.ttf"),
    ("sans", "ARABIC"): ("NotoNaskhArabic-Regular.ttf", "NotoSansArabic-Regular.ttf", "NotoNaskhArabic[wght].ttf"),
    ("sans", "ARABIC AND LATIN"): ("DejaVuSans.ttf",),
    ("sans", "CJK"): ("NotoSansCJK-Regular.ttc",),
    ("sans", ""): ("NotoSans-Regular.ttf", "NotoSans[wdth,wght].ttf", "DejaVuSans.ttf"),
}
LARGEST, SMALLEST, MOST_LINES = 84, 48, 3
# What a title may take of the height, so that its caption stands above the band.
TOP, HEIGHT = 170, 330
MEASURE = SIZE[0] - 2 * MARGIN

type Font = ImageFont.FreeTypeFont


def draw(title: str, caption: str, language: str) -> bytes:
    """Return a PNG with a title and a line below it.

    Without the fonts of the language, or what sets its letters, only the wordmark is written.
    """
    picture = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(picture)
    is_rtl = LANGUAGES[language].direction == "rtl"
    _wordmark(draw, is_rtl=is_rtl)
    title, caption = " ".join(title.split()), " ".join(caption.split())
    script = script_for(f"{title} {caption}", language)
    if can_write(script):
        _titles(draw, title, caption, script)
    file = BytesIO()
    picture.quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def script_for(text: str, language: str) -> str:
    """Return the script to set a text in: few fonts hold both Arabic and Latin letters."""
    script = LANGUAGES[language].script
    if script == "ARABIC" and any("A" <= letter <= "z" for letter in text):
        return "ARABIC AND LATIN"
    return script if ("serif", script) in FONTS else ""


def can_write(script: str) -> bool:
    """Whether this machine has the fonts of a script, and Raqm where letters join and run to the left."""
    has_fonts = bool(_font("serif", script, LARGEST) and _font("sans", script, LARGEST))
    return has_fonts and (script not in RTL or bool(features.check("raqm")))


@cache
def _font(style: str, script: str, size: int) -> Font | None:
    """Return a system font, or nothing where there is none."""
    for name in FONTS[style, script]:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


def _titles(draw: ImageDraw.ImageDraw, title: str, caption: str, script: str) -> None:
    font, lines = _fitted(title, script)
    y = _lines(draw, TOP, lines, font, INK, script)
    small = _font("sans", script, 38)
    if caption and small:
        _lines(draw, y + 20, _cut(_wrapped(caption, small, script), 1, small, script), small, MUTED, script)


def _fitted(title: str, script: str) -> tuple[Font, list[str]]:
    """Return the largest font that sets a title in the space there is, and its lines."""
    sizes = [font for size in range(LARGEST, SMALLEST - 1, -2) if (font := _font("serif", script, size))]
    for font in sizes:
        lines = _wrapped(title, font, script)
        is_low = len(lines) * font.size * _leading(script) <= HEIGHT
        if len(lines) <= MOST_LINES and is_low and all(_width(line, font, script) <= MEASURE for line in lines):
            return font, lines
    return sizes[-1], _cut(_wrapped(title, sizes[-1], script), MOST_LINES, sizes[-1], script)


def _wrapped(text: str, font: Font, script: str) -> list[str]:
    """Return a text in lines that fit across, broken between words."""
    glue = "" if script in UNSPACED else " "
    lines: list[str] = []
    for word in list(text) if script in UNSPACED else text.split():
        longer = f"{lines[-1]}{glue}{word}" if lines else word
        if lines and _width(longer, font, script) <= MEASURE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


def _cut(lines: list[str], most: int, font: Font, script: str) -> list[str]:
    """Return at most some lines, none too wide; an ellipsis stands for what is left out."""
    return [
        _shortened(line, font, script, is_cut=place == most and len(lines) > most)
        for place, line in enumerate(lines[:most], start=1)
    ]


def _shortened(line: str, font: Font, script: str, *, is_cut: bool) -> str:
    ellipsis = ELLIPSES.get(script, "…")
    shown = f"{line}{ellipsis}" if is_cut else line
    while line and _width(shown, font, script) > MEASURE:
        line = line[:-1].rstrip()
        shown = f"{line}{ellipsis}"
    return shown


def _width(text: str, font: Font, script: str) -> float:
    return font.getlength(text, direction=_direction(script))


def _leading(script: str) -> float:
    return 1.5 if script in RTL else 1.2


def _direction(script: str) -> str | None:
    """Return the direction for Raqm; without it there is only one."""
    if not features.check("raqm"):
        return None
    return "rtl" if script in RTL else "ltr"


def _lines(draw: ImageDraw.ImageDraw, y: float, lines: list[str], font: Font, colour: str, script: str) -> float:
    """Write lines from the side where one begins to read; return where the next would stand."""
    is_rtl = script in RTL
    x = SIZE[0] - MARGIN if is_rtl else MARGIN
    for line in lines:
        draw.text((x, y), line, colour, font, "ra" if is_rtl else "la", direction=_direction(script))
        y += font.size * _leading(script)
    return y


def _wordmark(draw: ImageDraw.ImageDraw, *, is_rtl: bool) -> None:
    """The name of the site, always in Latin letters, and the band at the foot in its colour."""
    font = _font("serif", "", 44) or ImageFont.load_default(44)
    x, anchor = (SIZE[0] - MARGIN, "rm") if is_rtl else (MARGIN, "lm")
    draw.text((x, 82), "MARUS", BRAND, font, anchor)
    draw.rectangle((0, SIZE[1] - BAND, *SIZE), fill=BRAND)
