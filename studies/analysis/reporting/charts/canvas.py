"""Colours, type and sizes of all figures, and how a picture becomes SVG and PNG."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Picture
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

#: Inches. As wide as a column of a journal with margins, and still legible on a telephone.
WIDTH: Final = 4.5
#: Points.
TEXT: Final = 9.0
SMALL: Final = 7.8
TINY: Final = 7.0

FONT: Final = "DejaVu Sans"
INK: Final = "#1d2426"
SOFT: Final = "#566064"
LINE: Final = "#d3d5cf"
#: Between two parts of a bar: white here, the page's own on the page.
PAPER: Final = "#fefefe"
#: Told apart by people who see few colours, and as greys: each comes with a mark and a dash of its own.
COLOURS: Final = ("#1f6b66", "#c2611a", "#5a5fa8", "#9b7a12", "#a03a56", "#4d5a5d")
MARKS: Final = ("o", "s", "^", "D", "v", "P")
DASHES: Final = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (8, 2)))
#: A dark, a pale and a middle one, side by side: win, tie and loss. Each with the colour of text upon it.
SHARES: Final = (
    ("#22736d", "#ffffff"),
    ("#dcdacf", "#1c2425"),
    ("#d68f3f", "#1c2425"),
    ("#6d72b8", "#ffffff"),
    ("#b9c4d6", "#1c2425"),
    ("#8f4058", "#ffffff"),
)
PNG_DOTS: Final = 300

#: Where a line may be broken: after blanks, hyphens, slashes and the like.
_BREAKS: Final = re.compile(r"[^\s\-/_.]+[\s\-/_.]*|[\s\-/_.]+")
_COMMENT: Final = re.compile(r"<!--.*?-->\n?\s*", re.S)
_METADATA: Final = re.compile(r"<metadata>.*?</metadata>\n?\s*", re.S)


@dataclass(frozen=True, slots=True)
class Drawing:
    """`width` in CSS pixels, as meant to be seen. The SVG is a document of its own, without text or links."""

    svg: str
    png: bytes
    width: int


@contextmanager
def settings() -> Iterator[None]:
    """Every setting that could change a byte, whatever the machine's own say."""
    with mpl.rc_context(), warnings.catch_warnings():
        # A character that the font lacks is drawn as a box; the table below the figure has it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        mpl.rcdefaults()  # all but the backend, which would be loaded
        mpl.rcParams.update(
            {
                "svg.hashsalt": "heartsite",
                "svg.fonttype": "path",
                "text.parse_math": False,  # a system may be called $x$
                "text.usetex": False,
                "font.family": [FONT],
                "font.size": TEXT,
                "text.color": INK,
                "axes.edgecolor": SOFT,
                "axes.labelcolor": SOFT,
                "axes.labelsize": SMALL,
                "axes.linewidth": 0.7,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.unicode_minus": True,
                "xtick.color": SOFT,
                "ytick.color": SOFT,
                "xtick.labelsize": SMALL,
                "ytick.labelsize": SMALL,
                "xtick.major.width": 0.7,
                "ytick.major.width": 0.7,
                "figure.facecolor": "none",
                "axes.facecolor": "none",
            }
        )
        yield


def new(height: float, width: float = WIDTH) -> tuple[Picture, Axes]:
    """An empty picture of this size in inches with one set of axes that fills it; margins are set later."""
    picture = Picture(figsize=(width, height))
    return picture, picture.add_axes((0.0, 0.0, 1.0, 1.0))


def place(axes: Axes, *, left: float, right: float, top: float, bottom: float) -> None:
    """Moves the axes so that these margins, in inches, are left around them."""
    picture = axes.get_figure()
    assert isinstance(picture, Picture)
    width, height = picture.get_size_inches()
    inner = (max(width - left - right, 0.3), max(height - top - bottom, 0.2))
    axes.set_position((left / width, bottom / height, inner[0] / width, inner[1] / height))


@lru_cache(maxsize=4096)
def width_of(text: str, size: float) -> float:
    """How many inches a line of text is wide at so many points."""
    properties = FontProperties(family=FONT, size=size)
    return float(text_to_path.get_text_width_height_descent(text, properties, False)[0]) / 72


def wrapped(text: str, inches: float, size: float, lines: int = 2) -> str:
    """At most so many lines that fit; what is longer ends in an ellipsis."""
    told = [""]
    for part in _BREAKS.findall(text):
        if told[-1] and width_of((told[-1] + part).rstrip(), size) > inches:
            told.append("")
        told[-1] += part
    kept = [line.strip() for line in told[:lines]]
    if len(told) > lines:
        kept[-1] += "…"
    return "\n".join(_shortened(line, inches, size) for line in kept)


def label(axes: Axes, text: str, x: float, y: float, inches: float) -> None:
    """A row's name, left of the axes: `x` in widths of the axes, `y` in data. Two lines if it must be."""
    one = width_of(text, TEXT) <= inches
    told = text if one else wrapped(text, inches, SMALL)
    axes.text(
        x, y, told, va="center", fontsize=TEXT if one else SMALL, linespacing=1.05,
        transform=axes.get_yaxis_transform(),
    )  # fmt: skip


def _shortened(line: str, inches: float, size: float) -> str:
    """The line itself, or as much of its beginning as fits."""
    while len(line) > 2 and width_of(line, size) > inches:
        line = line.removesuffix("…")[:-1] + "…"
    return line


def empty(sentence: str) -> Picture:
    """A picture that says why there is none."""
    picture, axes = new(0.5)
    axes.set_axis_off()
    axes.text(0, 0.5, sentence, va="center", color=SOFT, fontsize=SMALL)
    return picture


def rendered(picture: Picture) -> Drawing:
    """SVG without comments, metadata and date, and PNG on white."""
    vector, pixels = io.StringIO(), io.BytesIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    picture.set_canvas(FigureCanvasSVG(picture))
    picture.savefig(vector, format="svg", metadata=nothing)
    picture.set_canvas(FigureCanvasAgg(picture))
    picture.savefig(pixels, format="png", dpi=PNG_DOTS, facecolor="white", metadata={"Software": None})
    svg = _METADATA.sub("", _COMMENT.sub("", vector.getvalue()))
    return Drawing(svg, pixels.getvalue(), round(picture.get_size_inches()[0] * 96))
