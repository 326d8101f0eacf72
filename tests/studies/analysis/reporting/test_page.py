"""report.html: complete, alone, and safe whatever the data say."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from studies.analysis.reporting.charts import Drawing, draw
from studies.analysis.reporting.page import CHAPTERS, LONGEST, MOST_OPEN, html_text, inlined
from studies.analysis.reporting.report import Report
from studies.analysis.results import Column, Estimate, Figure, Section, Table, undefined
from studies.analysis.sections import SECTIONS
from tests.studies.analysis.reporting import demonstration
from tests.studies.analysis.reporting.demonstration import HOSTILE
from tests.studies.analysis.reporting.test_report import FACTS
from tests.studies.analysis.tables import answer, evidence_of

_VOID = {"meta", "br", "img", "link", "input", "hr"}


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text; asserts that tags close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page_of(*sections: Section, **facts: object) -> str:
    report = Report(replace(FACTS, **facts), sections)  # type: ignore[arg-type]
    return html_text(report, {figure.key: draw(figure) for figure in report.figures()})


@pytest.fixture(scope="module")
def demonstrated() -> str:
    sections = tuple(section(None) for section in demonstration.sections())  # type: ignore[arg-type]
    return page_of(*sections, title=HOSTILE[1], study=HOSTILE[0], files={HOSTILE[1]: "ab" * 32})


def test_nothing_in_the_data_becomes_part_of_the_page(demonstrated: str) -> None:
    elements = Elements(demonstrated)
    names = {tag for tag, _attributes in elements.tags}
    assert names & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "mean", "i"} == {
        "i"
    }
    assert not [name for _tag, attributes in elements.tags for name in attributes if name.startswith("on")]
    text = " ".join(elements.texts)
    for name in HOSTILE:
        assert name in text


def test_the_page_asks_for_nothing_from_elsewhere(demonstrated: str) -> None:
    addresses = [
        value
        for _tag, attributes in Elements(demonstrated).tags
        for name, value in attributes.items()
        if name in {"src", "href", "xlink:href", "action", "srcset", "data"}
    ]
    assert addresses
    assert [address for address in addresses if not str(address).startswith("#")] == []
    style = re.search(r"<style>(.*?)</style>", demonstrated, re.S)
    assert style is not None
    assert not re.search(r"url\(|@import", style[1])


def test_names_within_the_page_are_used_once_and_lead_somewhere(demonstrated: str) -> None:
    elements = Elements(demonstrated).tags
    ids = [attributes["id"] for _tag, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {
        str(attributes[name])
        for _tag, attributes in elements
        for name in ("href", "xlink:href")
        if name in attributes
    } | {f"#{name}" for name in re.findall(r"url\(#([^)]*)\)", demonstrated)}
    assert wanted <= {f"#{name}" for name in ids}


def test_pictures_follow_the_pages_colours_and_hold_no_words() -> None:
    table = Table(
        "hostile",
        "H",
        (Column("a", "A"), Column("b", "B", "number")),
        [(HOSTILE[0], Estimate(1.0, 0.5, 2.0))],
    )
    drawing = draw(Figure("hostile", HOSTILE[1], "forest", table, HOSTILE[2]))
    for svg in (drawing.svg, inlined(drawing.svg, "hostile")):
        assert "<!--" not in svg
        assert "alert" not in svg
        assert "onerror" not in svg
    assert "var(--ink)" in inlined(drawing.svg, "hostile")
    assert "#1d2426" not in inlined(drawing.svg, "hostile")


def test_what_is_undefined_is_told_once_below_its_table() -> None:
    rows = [
        ("a", undefined("Too few.")),
        ("b", undefined("No ties.", n=4, value=0.5)),
        ("c", undefined("Too few.")),
    ]
    page = page_of(
        Section("a", "A", (), (Table("t", "T", (Column("x", "X"), Column("y", "Y", "share")), rows),))
    )
    assert page.count("Too few.") == 1
    assert re.findall(r"<bdi>([^<]*)</bdi><sup>(.)</sup>", page) == [
        ("–", "a"),
        ("50.0\N{NO-BREAK SPACE}%", "b"),
        ("–", "a"),
    ]
    assert "<p><sup>a</sup> Too few.</p>" in page
    assert "<p><sup>b</sup> No ties.</p>" in page


def test_an_absent_section_says_what_is_missing() -> None:
    page = page_of(Section("blinding", "Blinding", absent="guesses.csv is not there."))
    assert '<p class="missing">guesses.csv is not there.</p>' in page


def test_full_tables_are_folded_and_very_long_ones_cut_with_a_word() -> None:
    rows = [(f"row {number}",) for number in range(LONGEST + 1)]
    page = page_of(Section("a", "A", (), (Table("all_full", "All", (Column("x", "X"),), rows),)))
    assert '<details class="full" id="table-all_full">' in page
    assert "401 rows" in page
    assert f"row {LONGEST - 1}<" in page
    assert f"row {LONGEST}<" not in page
    assert "1 further row stands in <code>tables/all_full.csv</code>" in page


@pytest.mark.parametrize(("rows", "folds"), [(MOST_OPEN, 0), (MOST_OPEN + 1, 1)])
def test_a_long_table_is_folded_whatever_its_key(rows: int, folds: int) -> None:
    table = Table("codes", "Codes", (Column("x", "X"),), [("a",)] * rows)
    assert page_of(Section("a", "A", (), (table,))).count('<details class="full" id="table-codes">') == folds


def test_the_contents_have_chapters_and_what_comes_before_them_has_none() -> None:
    page = page_of(
        *(Section(key, key, ("Said.",)) for key in ("summary", "agreement", "replacing", "planning"))
    )
    contents = page.partition("<nav")[2].partition("</nav>")[0]
    assert re.findall(r'class="chapter">([^<]*)<|href="#([^"]*)"', contents) == [
        ("", "summary"), ("Raters and judges", ""), ("", "agreement"), ("", "replacing"),
        ("For the record", ""), ("", "planning"), ("", "how-to-read"), ("", "files"),
    ]  # fmt: skip
    assert page.count('<p class="chapter">') == 2


def test_every_chapter_begins_with_a_section_of_the_report(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, [answer(-1)])
    keys = [section(evidence).key for section in SECTIONS]
    assert [key for key in keys if key in CHAPTERS] == list(CHAPTERS)


def test_a_page_without_contrasts_is_headed_exploratory() -> None:
    assert "<strong>Exploratory.</strong> There is no frozen protocol" in page_of()
    contrasts = {
        "sha256": "ab",
        "version": 2,
        "contrasts": ["people"],
        "planned_seed": 7,
        "named_by_ratings": True,
    }
    frozen = page_of(exploratory=False, protocol=contrasts, options={**FACTS_OPTIONS, "seed": 1})
    assert "Exploratory" not in frozen
    assert "the protocol plans 7" in frozen


FACTS_OPTIONS = {"seed": 1, "human": [], "resamples": 1000, "protocol": False}


def test_a_drawing_is_wide_enough_for_its_svg() -> None:
    drawing = Drawing('<?xml?><svg viewBox="0 0 1 1" width="1"><g id="a"/><use href="#a"/></svg>', b"", 1)
    assert inlined(drawing.svg, "k") == (
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 1 1" aria-hidden="true">'
        '<g id="k-a"/><use href="#k-a"/></svg>'
    )


def test_the_summary_is_sentences_that_lead_to_their_sections() -> None:
    columns = tuple(Column(key, key) for key in ("finding", "numbers", "eyes", "section"))
    rows = [("Found <b>", "45 %.", "Raters", "b"), ("Could not be told", "Why.", "", "")]
    summary = Section("summary", "In short", ("On what.",), (Table("summary", "In short", columns, rows),))
    table = Table("t", "T", (Column("x", "X"),), [("a",)])
    page = page_of(summary, Section("b", "B section", (), (table,)))
    link = '<a href="#b"><span class="paper">1 </span>B section</a></li>'
    assert f"<strong>Found &lt;b&gt;.</strong> 45 %. {link}" in page
    assert '<li class="untold"><strong>Could not be told.</strong> Why.</li>' in page
    assert "<b>Table 1</b> T" in page
    assert '<span class="number">1</span> B section' in page


def test_backticks_are_code_and_an_interval_is_not_torn_apart() -> None:
    rows = [(Estimate(0.5, 0.4, 0.6, n=3), "a, b")]
    table = Table("t", "T", (Column("x", "X", "share"), Column("y", "Y")), rows, "Of `<x>`.")
    page = page_of(Section("s", "S", ("Lead `a` & b.",), (table,)))
    assert "<p>Lead <code>a</code> &amp; b.</p>" in page
    assert "<i>Note.</i> Of <code>&lt;x&gt;</code>.</p>" in page
    assert "<bdi>50.0\u00a0% [40.0,\u00a060.0]</bdi>" in page
    assert "<bdi>a, b</bdi>" in page


def test_full_tables_are_folded_at_the_end_of_their_section() -> None:
    full = Table("a_full", "All", (Column("x", "X"),), [("a",)])
    short = Table("a", "Short", (Column("x", "X"),), [("a",)])
    page = page_of(Section("s", "S", (), (full, short)))
    assert page.index("<b>Table 1</b> Short") < page.index("<b>Table 2</b> All")
    assert '<details class="full" id="table-a_full">' in page
    assert '<details class="full" id="table-a">' not in page


def test_words_that_a_reader_may_not_know_are_explained() -> None:
    page = page_of()
    for word in ("Holm", "Elo", "AUC", "S1, S2", "λ", "Ranks left open", "Linked one way only", "Points"):
        assert f"<dt>{word}</dt>" in page


def test_a_note_that_stands_below_an_earlier_table_of_the_section_is_pointed_at() -> None:
    columns = (Column("who", "Who"),)
    tables = [
        Table(key, key, columns, [("a",)], note)
        for key, note in (
            ("one", "By dialogue."),
            ("two", "By rater."),
            ("three", "By dialogue."),
            ("four_full", "By rater."),
        )
    ]
    page = page_of(
        Section("here", "Here", parts=tuple(tables)),
        Section("there", "There", parts=(replace(tables[0], key="five"),)),
    )

    assert page.count("By dialogue.") == 2
    assert page.count("By rater.") == 1
    assert '<i>Note.</i> As below <a href="#table-one">table 1</a>.' in page
    assert '<i>Note.</i> As below <a href="#table-two">table 2</a>.' in page
