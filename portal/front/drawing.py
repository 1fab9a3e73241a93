"""Draws the picture that a shared link shows: paper, the name of a page, hills and the coral road."""

import math
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, features

from portal.core.languages import LANGUAGES

SIZE = (1200, 630)
# Drawn larger and made smaller, which smooths the edges.
SCALE = 2
MARGIN = 80
# Goes up with every change of the look, so that no old picture is kept.
DESIGN = 1

PAPER, INK, MUTED = "#fcfaf6", "#0c242c", "#3f5761"
BRAND, CORAL, HALO = "#00545c", "#d76a50", "#f7ddd0"
HILLS = ("#d9e9ea", "#a9cdd0", "#00545c")

RTL = ("ARABIC", "ARABIC AND LATIN")
# Written without spaces between words.
UNSPACED = ("CJK",)
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
# Of a line, where there are three.
HIGHEST = 80
TOP = 160
MEASURE = (SIZE[0] - 2 * MARGIN) * SCALE
BESIDE_SUN = 840 * SCALE

type Font = ImageFont.FreeTypeFont
type Point = tuple[float, float]


def draw(title: str, caption: str, language: str) -> bytes:
    """Return a PNG with a title and a line below it.

    Without the fonts of the language, or what sets its letters, only the wordmark is written.
    """
    picture = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), PAPER)
    pen = ImageDraw.Draw(picture)
    is_rtl = LANGUAGES[language].direction == "rtl"
    _landscape(pen, is_rtl=is_rtl)
    _wordmark(pen, is_rtl=is_rtl)
    title, caption = " ".join(title.split()), " ".join(caption.split())
    script = script_for(f"{title} {caption}", language)
    if can_write(script):
        _words(pen, title, caption, script)
    file = BytesIO()
    picture.resize(SIZE, Image.Resampling.LANCZOS).quantize(256, dither=Image.Dither.NONE).save(
        file, "PNG", optimize=True
    )
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
    return has_fonts and (script not in RTL or _has_raqm())


def _has_raqm() -> bool:
    return bool(features.check("raqm"))


@cache
def _font(style: str, script: str, size: int) -> Font | None:
    """Return a system font, or nothing where there is none."""
    for name in FONTS[style, script]:
        try:
            return ImageFont.truetype(name, size * SCALE)
        except OSError:
            continue
    return None


def _words(pen: ImageDraw.ImageDraw, title: str, caption: str, script: str) -> None:
    font, lines = _fitted(title, script)
    y = _lines(pen, TOP, lines, font, INK, script)
    small = _font("sans", script, 34)
    if caption and small and len(lines) < MOST_LINES:
        most = MOST_LINES - len(lines)
        _lines(
            pen, y + 14, _cut(_wrapped(caption, small, script, BESIDE_SUN), most, small, script), small, MUTED, script
        )


def _fitted(title: str, script: str) -> tuple[Font, list[str]]:
    """Return the largest font that sets a title in the space there is, and its lines."""
    sizes = [font for size in range(LARGEST, SMALLEST - 1, -2) if (font := _font("serif", script, size))]
    for font in sizes:
        lines = _wrapped(title, font, script, MEASURE)
        # Three lines of the large sizes would reach into the hills.
        most = 2 if font.size * _leading(script) > HIGHEST * SCALE else MOST_LINES
        if len(lines) <= most and all(_width(line, font, script) <= MEASURE for line in lines):
            return font, lines
    return sizes[-1], _cut(_wrapped(title, sizes[-1], script, MEASURE), MOST_LINES, sizes[-1], script)


def _wrapped(text: str, font: Font, script: str, measure: float) -> list[str]:
    """Return a text in lines that fit across, broken between words."""
    glue = "" if script in UNSPACED else " "
    lines: list[str] = []
    for word in list(text) if script in UNSPACED else text.split():
        longer = f"{lines[-1]}{glue}{word}" if lines else word
        if lines and _width(longer, font, script) <= measure:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


def _cut(lines: list[str], most: int, font: Font, script: str) -> list[str]:
    """Return at most some lines, none too wide; what is left out is marked by an ellipsis."""
    return [
        _shortened(line, font, script, is_cut=place == most and len(lines) > most)
        for place, line in enumerate(lines[:most], start=1)
    ]


def _shortened(line: str, font: Font, script: str, *, is_cut: bool) -> str:
    shown = f"{line}…" if is_cut else line
    while line and _width(shown, font, script) > MEASURE:
        line = line[:-1].rstrip()
        shown = f"{line}…"
    return shown


def _width(text: str, font: Font, script: str) -> float:
    return font.getlength(text, direction=_direction(script))


def _leading(script: str) -> float:
    return 1.5 if script in RTL else 1.2


def _direction(script: str) -> str | None:
    """Return the direction for Raqm; without it there is only one."""
    if not _has_raqm():
        return None
    return "rtl" if script in RTL else "ltr"


def _lines(pen: ImageDraw.ImageDraw, y: float, lines: list[str], font: Font, colour: str, script: str) -> float:
    """Write lines from the side where one begins to read; return where the next would stand."""
    is_rtl = script in RTL
    x = SIZE[0] - MARGIN if is_rtl else MARGIN
    for line in lines:
        place, anchor = (x * SCALE, y * SCALE), "ra" if is_rtl else "la"
        pen.text(place, line, colour, font, anchor, direction=_direction(script))
        y += font.size / SCALE * _leading(script)
    return y


def _wordmark(pen: ImageDraw.ImageDraw, *, is_rtl: bool) -> None:
    """The mark of the site and its name, always in Latin letters."""
    x = SIZE[0] - MARGIN - 224 if is_rtl else MARGIN
    mark = list(_mark_line())
    _stroke(pen, [(x + 1.5 * a, 50 + 1.5 * b) for a, b in mark], 4.5, BRAND)
    _dot(pen, (x + 1.5 * 6.5, 50 + 1.5 * 29.5), 4.8, PAPER, BRAND)
    _dot(pen, (x + 1.5 * 32.8, 50 + 1.5 * 8.5), 7, CORAL)
    font = _font("serif", "", 40) or ImageFont.load_default(40 * SCALE)
    left = (x + 68.0) * SCALE
    for letter in "MARUS":
        pen.text((left, 82 * SCALE), letter, INK, font, "lm")
        left += font.getlength(letter) + 0.06 * 40 * SCALE


def _landscape(pen: ImageDraw.ImageDraw, *, is_rtl: bool) -> None:
    """Hills below, and the dotted road from a start to the sun; mirrored where one reads from the right."""

    def turned(points: Iterable[Point]) -> list[Point]:
        return [(SIZE[0] - x if is_rtl else x, y) for x, y in points]

    [sun] = turned([(1046.0, 474.0)])
    _dot(pen, sun, 74, HALO)
    _dot(pen, sun, 44, CORAL)
    for colour, base, height, length, shift in zip(
        HILLS, (500, 540, 590), (26, 24, 20), (520, 640, 760), (0.4, 2.2, 4.4), strict=True
    ):
        ridge = [(float(x), base - height * math.sin(x / length * math.tau + shift)) for x in range(0, SIZE[0] + 8, 8)]
        shape = turned([(0.0, float(SIZE[1])), *ridge, (float(ridge[-1][0]), float(SIZE[1]))])
        pen.polygon([(x * SCALE, y * SCALE) for x, y in shape], fill=colour)
    road = turned(_curve((90.0, 566.0), (360.0, 470.0), (620.0, 640.0), (1036.0, 528.0)))
    for point in _spaced(road, 19):
        _dot(pen, point, 5, CORAL)
    _dot(pen, road[0], 11, PAPER, BRAND)


def _mark_line() -> Iterator[Point]:
    """The line of the mark, as in components/mark.html."""
    x, y = 8.5, 29.5
    for a, b, c in (
        ((5.5, 1.0), (6.0, -5.5), (7.0, -11.0)),
        ((1.2, -6.5), (4.5, -9.5), (7.0, -4.5)),
        ((2.5, 5.0), (1.5, 13.5), (5.5, 13.5)),
        ((4.5, 0.0), (4.7, -8.5), (4.7, -14.0)),
    ):
        yield from _curve((x, y), (x + a[0], y + a[1]), (x + b[0], y + b[1]), (x + c[0], y + c[1]))
        x, y = x + c[0], y + c[1]


def _curve(a: Point, b: Point, c: Point, d: Point, steps: int = 120) -> list[Point]:
    """Return points of a Bézier curve."""
    found = []
    for step in range(steps + 1):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        pairs = list(zip(weights, (a, b, c, d), strict=True))
        found.append((sum(w * p[0] for w, p in pairs), sum(w * p[1] for w, p in pairs)))
    return found


def _spaced(points: list[Point], distance: float) -> Iterator[Point]:
    """Yield points of a line that are the same way apart."""
    last = points[0]
    for point in points:
        if math.dist(last, point) >= distance:
            yield point
            last = point


def _dot(pen: ImageDraw.ImageDraw, centre: Point, radius: float, fill: str, outline: str | None = None) -> None:
    x, y, r = centre[0] * SCALE, centre[1] * SCALE, radius * SCALE
    pen.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=outline, width=5 * SCALE)


def _stroke(pen: ImageDraw.ImageDraw, points: list[Point], width: float, colour: str) -> None:
    for x, y in points:
        r = width / 2 * SCALE
        pen.ellipse((x * SCALE - r, y * SCALE - r, x * SCALE + r, y * SCALE + r), fill=colour)
