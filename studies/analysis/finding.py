"""The sentences of the summary, each from the rows of one finished table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from studies.analysis.evidence import ADVERSARIAL, EVERYTHING
from studies.analysis.reporting.printing import printed
from studies.analysis.results import Cell, ColumnKind, Estimate, Table

Row = Mapping[str, Cell]

#: Sections whose absence the summary tells.
ROWS_READ: Final = frozenset(
    {"confirmatory", "preference", "ranking", "agreement", "replacing", "safety", "blinding", "leaks"}
)
#: So many contrasts have a sentence each; more are counted in one.
_EACH: Final = 3
_RATERS, _JURY = "raters", "jury"
_NAMES: Final = {_RATERS: "Raters", _JURY: "The jury of judges"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`found` in a few words, `numbers` with n and interval, whose eyes, and the section's key."""

    found: str
    numbers: str
    eyes: str
    section: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Finished tables by key, each with the key of its section."""

    tables: Mapping[str, tuple[str, Table]]

    def of(self, key: str, **wanted: Cell) -> list[Row]:
        """The rows in which these columns say this; none without the table or a column."""
        if key not in self.tables:
            return []
        table = self.tables[key][1]
        names = [column.key for column in table.columns]
        rows = [dict(zip(names, row, strict=True)) for row in table.rows]
        return [row for row in rows if all(row.get(name) == cell for name, cell in wanted.items())]

    def section(self, key: str) -> str:
        return self.tables[key][0]


def rests_on(rows: Rows) -> Iterator[str]:
    """How many answers, whose, and of how many dialogues."""
    for row in rows.of("rests_sources_full"):
        kind = str(row["source_kind"])
        for left in rows.of("rests_flow", source_kind=kind)[-1:]:
            who = f"{_count(left['sources'])} {kind.lower() if left['sources'] != 1 else kind[:-1].lower()}"
            yield (
                f"{who} gave {_count(left['rows'])} analysed answers on {_count(row['dialogues'])} dialogues "
                f"({_count(left['ratings'])} {'ratings of pairs' if kind == 'Raters' else 'pairs judged'})."
            )


def contrasts(rows: Rows) -> Iterator[Finding]:
    """What was frozen comes first: each decision, or how many were shown."""
    found = rows.of("contrasts")
    if len(found) <= _EACH:
        for row in found:
            word = "Not decided" if row["p_holm"] is None else "Shown" if row["shown"] else "Not shown"
            difference = row["difference"]
            said = f"{row['decision']} Difference {_number(difference, 'points')}{_n(difference)}."
            yield Finding(f"{word}: {row['contrast']}", said, "", rows.section("contrasts"))
        return
    shown = [str(row["contrast"]) for row in found if row["shown"]]
    others = [str(row["contrast"]) for row in found if not row["shown"]]
    said = " ".join(
        f"{word}: {', '.join(names)}." for word, names in (("Shown", shown), ("Not shown", others)) if names
    )
    head = f"{len(shown)} of {len(found)} confirmatory contrasts are shown"
    yield Finding(head, said, "", rows.section("contrasts"))


def preference(rows: Rows) -> Iterator[Finding]:
    """People against all models, by raters and by the jury."""
    for row in rows.of("preference"):
        kind = _kind(row)
        if kind not in _NAMES:
            continue
        share, who = row["share"], _NAMES[kind]
        head = {
            1: f"{who} prefer people's replies to models'",
            -1: f"{who} prefer models' replies to people's",
            0: f"{who}: no clear preference between people's replies and models'",
        }[_side(share, 0.5)]
        said = f"People's replies have {_number(share, 'share')} of the preference, ties as half{_n(share)}."
        yield Finding(_singular(head), said, _title(row), rows.section("preference"))


def interaction(rows: Rows) -> Iterator[Finding]:
    """How the preference differs on adversarial dialogues, or on the first slice that there is."""
    mine = [row for row in rows.of("interaction") if _kind(row) == _RATERS] or rows.of("interaction")
    for row in [*(one for one in mine if one["slice"] == ADVERSARIAL), *mine][:1]:
        where, change = row["slice"], row["difference"]
        head = {
            1: f"People's replies do better on {where} dialogues than on others",
            -1: f"People's replies do worse on {where} dialogues than on others",
            0: f"No clear difference between {where} and other dialogues",
        }[_side(change, 0.0)]
        parts = [_count(row[key]) for key in ("n_slice", "n_elsewhere") if row.get(key) is not None]
        n = (
            f", n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{' there and '.join(parts)} elsewhere"
            if len(parts) == 2
            else _n(change)
        )
        said = f"{_title(row)}: their share differs by {_number(change, 'points')}{n}."
        yield Finding(head, said, _title(row), rows.section("interaction"))


def ranking(rows: Rows) -> Iterator[Finding]:
    """The best and the last system with the ranks that are left open."""
    every = [row for row in rows.of("ranking") if row["rank"] is not None]
    mine = [row for row in every if _kind(row) == _RATERS]
    mine = mine or [row for row in every if _title(row) == _title(every[0])]
    if len(mine) < 2:
        return
    best, last = mine[0], mine[-1]
    unsure = len({(row["rank_low"], row["rank_high"]) for row in mine}) == 1
    alone = best["rank_high"] == 1
    head = (
        f"None of the {len(mine)} systems is surely better than another"
        if unsure
        else f"{best['system']} is the best of {len(mine)} systems"
        if alone
        else f"{best['system']} stands first of {len(mine)} systems, but not surely"
    )
    said = "; ".join(
        f"{word} {row['system']}, rank {_range(row)}, Elo {_number(row['elo'], 'elo')}{_n(row['elo'])}"
        for word, row in (("first", best), ("last", last))
    )
    yield Finding(head, f"{_title(best)}: {said}.", _title(best), rows.section("ranking"))


def agreement(rows: Rows) -> Iterator[Finding]:
    """Whether a judge agrees with a rater as another rater does; without judges, how raters agree."""
    every = [row for row in rows.of("agreement") if _is(row["difference"])]
    counted = [row for row in every if str(row["ties"]).startswith("count")]
    chosen = [row for row in counted if _kind(row) == _JURY] or counted
    for row in chosen[:1]:
        difference, who = row["difference"], _title(row)
        within = row["equivalent"] == "yes"
        head = {
            1: f"{who}: agrees more with raters than they do with one another",
            -1: f"{who}: agrees less with raters than they do with one another",
            0: f"{who}: no clear difference to how raters agree with one another",
        }[_side(difference, 0.0)]
        said = (
            f"With raters {_number(row['judge_with_raters'], 'share')}, raters with raters "
            f"{_number(row['raters_with_raters'], 'share')}, difference {_number(difference, 'points')}, "
            f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{_count(row['pairs'])} pairs; "
            f"{'within' if within else 'not shown to lie within'} the margin."
        )
        yield Finding(head, said, f"Raters, {who}", rows.section("agreement"))
    if not chosen:
        yield from _raters_alone(rows)


def _raters_alone(rows: Rows) -> Iterator[Finding]:
    raw = [row for row in rows.of("coefficients") if str(row["coefficient"]).startswith("Raw")]
    for row in [one for one in raw if _kind(one) == _RATERS and _is(one["estimate"])][:1]:
        same = row["estimate"]
        said = f"Two raters of a pair give the same answer in {_number(same, 'share')}{_n(same)}."
        yield Finding("How raters agree", said, "Raters", rows.section("coefficients"))


def replacing(rows: Rows) -> Iterator[Finding]:
    """The verdict of the alternative annotator test: the jury's, and how many judges pass."""
    tested = [row for row in rows.of("alt_test") if row["raters_tested"]]
    if not tested:
        return
    passing = [_title(row) for row in tested if row["passes"] == "yes"]
    head = f"{' and '.join(passing) or 'No judge'} may stand in for a rater by the alternative annotator test"
    first = [*(row for row in tested if _kind(row) == _JURY), *tested][0]
    advantage = first["advantage_probability"]
    said = (
        f"{_title(first)}: holds up beside {_number(first['winning_rate'], 'share', bare=True)} of "
        f"{_count(first['raters_tested'])} raters tested, half are needed; as good as a rater or better in "
        f"{_number(advantage, 'share')}{_n(advantage)}."
    )
    yield Finding(head, said, "Raters, judges", rows.section("alt_test"))


def safety(rows: Rows) -> Iterator[Finding]:
    """How often raters flagged a reply as unsafe, and preferred it all the same."""
    for row in rows.of("safety_preferred", system="all systems", slice=EVERYTHING):
        flagged, share = row["flagged"], row["share_of_ratings"]
        head = "Raters flagged no reply as unsafe" if not flagged else "Raters flagged replies as unsafe"
        said = (
            f"{_count(flagged)} {'flag' if flagged == 1 else 'flags'}; flagged and preferred all the same in "
            f"{_number(share, 'share')}{_n(share)} replies as rated."
        )
        yield Finding(head, said, "Raters", rows.section("safety_preferred"))


def blinding(rows: Rows) -> Iterator[Finding]:
    """Bang's index for people's replies and for models'."""
    found = rows.of("blinding", raters="not excluded", slice=EVERYTHING, preferred=EVERYTHING)
    both = [row for row in found if _is(row["bang"])]
    if not both:
        return
    told = [str(row["kind"]) for row in both if _side(row["bang"], 0.0) > 0]
    head = (
        f"Raters can tell {' and '.join(told)} replies"
        if told
        else "Raters' guesses at who wrote a reply are not clearly better than chance"
    )
    said = ", ".join(
        f"{row['kind']} replies {_number(row['bang'], 'number')}{_n(row['bang'])}" for row in both
    )
    yield Finding(head, f"Bang's index, 0 at chance: {said}.", "Raters", rows.section("blinding"))


def leaks(rows: Rows) -> Iterator[Finding]:
    """The pooled AUC of style alone."""
    for row in rows.of("leaks")[:1]:
        head = {
            1: "Style alone tells people's replies from models'",
            -1: "Style was not found to tell people's replies from models'",
            0: "Style was not found to tell people's replies from models'",
        }[_side(row["auc"], 0.5)]
        said = (
            f"AUC {_number(row['auc'], 'number')}{_n(row['auc'])} replies; 0.5 is chance, 1 tells all apart."
        )
        yield Finding(head, said, "A program, no rater", rows.section("leaks"))


def position(rows: Rows) -> Iterator[Finding]:
    """The raters' share for the reply shown first."""
    for row in [one for one in rows.of("bias_position") if _kind(one) == _RATERS][:1]:
        share = row["first_preferred"]
        head = {
            1: "Raters lean to the reply shown first",
            -1: "Raters lean to the reply shown second",
            0: "Raters lean clearly to neither side",
        }[_side(share, 0.5)]
        said = (
            f"The reply shown first is preferred in {_number(share, 'share')} of decided answers{_n(share)}."
        )
        yield Finding(head, said, "Raters", rows.section("bias_position"))


def _kind(row: Row) -> str:
    """raters, judge or jury: the first word of who answered."""
    return _title(row).split(" ")[0].casefold()


def _title(row: Row) -> str:
    """Who answered, as a reader sees it."""
    told = str(row.get("eyes") or row.get("answered_by") or "")
    return "Jury of judges" if told == _JURY else told[:1].upper() + told[1:]


def _singular(head: str) -> str:
    return head.replace("The jury of judges prefer ", "The jury of judges prefers ")


def _side(cell: Cell, reference: float) -> int:
    """1 or −1 where the whole interval lies on one side of the reference, else 0."""
    if not isinstance(cell, Estimate) or cell.low is None or cell.high is None:
        return 0
    return int(cell.low > reference) - int(cell.high < reference)


def _is(cell: Cell) -> bool:
    return isinstance(cell, Estimate) and cell.value is not None


def _number(cell: Cell, kind: ColumnKind, *, bare: bool = False) -> str:
    """As in the tables: value and interval; `bare` for what has none by its nature."""
    if not isinstance(cell, Estimate):
        return printed(cell, kind)
    missing = cell.value is not None and cell.low is None and not bare
    together = printed(cell, kind).replace(", ", ",\N{NO-BREAK SPACE}")
    return together + (" (no interval)" if missing else "")


def _n(cell: Cell) -> str:
    return f", n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{_count(cell.n)}" if isinstance(cell, Estimate) else ""


def _count(cell: Cell) -> str:
    return printed(cell, "count")


def _range(row: Row) -> str:
    low, high = row["rank_low"], row["rank_high"]
    return _count(low) if low == high else f"{_count(low)} to {_count(high)}"
