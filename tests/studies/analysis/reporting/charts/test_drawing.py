"""Every chart, also with nothing, one thing and far too much in it."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture
from PIL import Image

from studies.analysis.reporting.charts import draw
from studies.analysis.reporting.charts.bars import bars
from studies.analysis.reporting.charts.canvas import PNG_DOTS, WIDTH, settings
from studies.analysis.reporting.charts.forest import forest
from studies.analysis.results import Cell, Chart, Column, Estimate, Figure, Table, undefined
from tests.studies.analysis.reporting.demonstration import HOSTILE, LONG

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = Column("label", "Label"), Column("against", "Against")
SHARE = Column("share", "Share", "share")
KINDS: dict[Chart, tuple[Column, ...]] = {
    "forest": (TEXTS[0], SHARE, Column("group", "Group")),
    "bars": (TEXTS[0], SHARE),
    "stacked": (TEXTS[0], *(Column(key, key.title(), "share") for key in ("win", "tie", "loss"))),
    "matrix": (*TEXTS, SHARE),
    "curve": (TEXTS[0], Column("x", "X", "number"), SHARE),
    "scatter": (TEXTS[0], Column("x", "X", "number"), Column("y", "Y", "elo")),
    "flow": (TEXTS[0], Column("n", "N", "count"), Column("role", "Role"), Column("flow", "Flow")),
}  # fmt: skip


def row(chart: Chart, name: str, number: int) -> tuple[Cell, ...]:
    sure = Estimate(0.4 + 0.001 * number, 0.3, 0.6, 0.05, 10)
    return {
        "forest": (name, sure, "group"),
        "bars": (name, sure),
        "stacked": (name, 0.5, 0.2, 0.3),
        "matrix": (name, f"{name} too", 0.1 * (number % 10)),
        "curve": (name, float(number % 5), sure),
        "scatter": (name, float(number), sure),
        "flow": (name, number, ("step", "of which", "left out")[number % 3], f"chain {number // 9}"),
    }[chart]


def figure(chart: Chart, rows: list[tuple[Cell, ...]], reference: float | None = 0.5) -> Figure:
    return Figure("f", "F", chart, Table("t", "T", KINDS[chart], rows), "Across", "Up", reference)


def shapes(svg: str) -> int:
    """How many paths and references there are; the SVG is well-formed XML."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - drawn here
    assert root.tag == f"{SVG}svg"
    assert list(root.iter(f"{SVG}text")) == []
    return sum(1 for _one in itertools.chain(root.iter(f"{SVG}path"), root.iter(f"{SVG}use")))


@pytest.mark.parametrize("chart", KINDS)
@pytest.mark.parametrize("count", [2, 7, 60])
def test_every_chart_is_drawn_at_every_size(chart: Chart, count: int) -> None:
    names = [*HOSTILE, LONG, "", "名前"]
    few = draw(figure(chart, [row(chart, "s0", 0)]))
    drawing = draw(figure(chart, [row(chart, names[i] if count == 7 else f"s{i}", i) for i in range(count)]))
    assert shapes(drawing.svg) >= shapes(few.svg) > 5
    with Image.open(io.BytesIO(drawing.png)) as picture:
        assert picture.format == "PNG"
        assert round(picture.size[0] / PNG_DOTS * 96) == pytest.approx(drawing.width, abs=1)
        assert drawing.width >= round(WIDTH * 96)


@pytest.mark.parametrize("chart", KINDS)
def test_nothing_to_draw_is_a_sentence_and_no_error(chart: Chart) -> None:
    none = undefined("Nobody rated it.")
    nothing: tuple[Cell, ...] = tuple(
        none if column.kind in ("share", "elo") else "a" if column.kind == "text" else None
        for column in KINDS[chart]
    )
    bare = draw(figure(chart, []))
    assert shapes(bare.svg) > 5
    if chart != "stacked":
        assert draw(figure(chart, [nothing])).svg == bare.svg
    assert shapes(draw(figure("stacked", [("a", none, none, none)])).svg) > 5


@pytest.mark.parametrize("chart", KINDS)
def test_a_chart_is_the_same_bytes_whatever_the_machines_settings(chart: Chart) -> None:
    drawn = figure(chart, [row(chart, f"s{i}", i) for i in range(5)])
    before = draw(drawn)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        assert draw(drawn) == before
        assert mpl.rcParams["font.size"] == 30


def test_a_date_or_a_tool_stands_in_no_picture() -> None:
    drawing = draw(figure("bars", [row("bars", "a", 1)]))
    assert "Matplotlib" not in drawing.svg
    assert "date" not in drawing.svg
    with Image.open(io.BytesIO(drawing.png)) as picture:
        assert set(picture.info) == {"dpi"}


def test_a_name_in_dollars_is_a_name() -> None:
    with settings():
        assert mpl.rcParams["text.parse_math"] is False
    assert shapes(draw(figure("forest", [("$\\frac{", Estimate(0.5, 0.4, 0.6), "$x_$")])).svg) > 5


def test_a_matrix_of_the_same_names_has_its_columns_in_the_order_of_its_rows() -> None:
    pairs = [(a, b) for a in "abc" for b in "abc" if a != b]
    cells = {pair: 0.1 * place for place, pair in enumerate(pairs)}
    turned = [(a, b, cells[a, b]) for a, b in sorted(pairs, key=lambda pair: (pair[0], pair[1] < pair[0]))]
    straight = [(a, b, cells[a, b]) for a, b in pairs]
    assert draw(figure("matrix", list(turned))).svg == draw(figure("matrix", list(straight))).svg


@pytest.mark.parametrize("draw_list", [forest, bars])
def test_a_number_beside_its_mark_is_never_cut_off(draw_list: Callable[[Figure], Picture | None]) -> None:
    columns = (TEXTS[0], Column("points", "Points", "points"))
    table = Table("t", "T", columns, [("judge", Estimate(-0.177, -0.258, -0.096, 0.05, 287))])
    with settings():
        picture = draw_list(Figure("f", "F", "forest", table, reference=0.0))
        assert picture is not None
        picture.set_canvas(FigureCanvasAgg(picture))
        ends = [text.get_window_extent().x1 for text in picture.axes[0].texts]
    assert [text.get_text() for text in picture.axes[0].texts][1] == "−17.7\u00a0points [−25.8, −9.6]"
    assert max(ends) <= picture.bbox.x1
