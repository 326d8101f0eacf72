"""Everything that a report rests on, read once: the tables, whose eyes there are, and the slices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import numpy as np

from studies import protocol
from studies.analysis.further_tables import kinds_in, read_tables
from studies.analysis.naming import distinct
from studies.analysis.reading import CannotRead, Coded, Mask, TextTable
from studies.analysis.results import Section
from studies.analysis.verdicts import Verdicts, read_verdicts, refuse_confused
from studies.analysis.votes import Votes, evenly, judges_in, jury_of, votes_at
from studies.protocol import ProtocolDocument

T = TypeVar("T")
VERDICTS: Final = "verdicts.csv"
PROTOCOL: Final = "protocol.json"
MANIFEST: Final = "manifest.json"
ADVERSARIAL: Final = "adversarial"
REGULAR: Final = "regular"
EVERYTHING: Final = "all"


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller may choose. All of it stands in the report.

    `human` names systems that are people where systems.csv is absent. `protocol` is the path of the protocol
    that the study was registered with: the analysis is then checked against it.
    """

    seed: int = 1
    human: tuple[str, ...] = ()
    resamples: int = 1000
    protocol: Path | None = None


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whose votes: raters, one judge, or the jury. `key` is unique, `title` is read."""

    kind: Literal["raters", "judge", "jury"]
    name: str
    votes: Votes

    @property
    def key(self) -> str:
        return f"judge {self.name}" if self.kind == "judge" else self.kind

    @property
    def title(self) -> str:
        return {"raters": "Raters", "jury": "Jury of judges"}.get(self.kind, f"Judge {self.name}")


@dataclass(frozen=True)
class Evidence:
    """`verdicts` may have no rows, or be absent (None): then only what needs no answers is told.

    `unread` has a sentence for each file that has the name of an export's table, and other columns.
    `earlier` are the export's other protocols with their SHA-256, oldest last.
    """

    options: Options
    verdicts: Verdicts | None
    tables: Mapping[str, TextTable]
    protocol: ProtocolDocument | None
    protocol_sha256: str
    manifest: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    earlier: tuple[tuple[ProtocolDocument, str], ...] = ()
    _known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, what: str, compute: Callable[[Evidence], T]) -> T:
        """What `compute` makes of this evidence; worked out the first time that `what` is asked for."""
        if what not in self._known:
            self._known[what] = compute(self)
        found: T = self._known[what]
        return found

    def rng(self, purpose: str) -> np.random.Generator:
        """Random numbers of this report's seed, other ones for each purpose, whatever else is drawn."""
        digest = hashlib.sha256(f"{self.options.seed} {purpose}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "big"))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of each system that is known: human, llm or decoy."""
        return kinds_in(self.tables)

    @cached_property
    def decoys(self) -> Mask:
        """Which systems, by number, were made to lose: nobody compares or ranks them."""
        systems = self.verdicts.systems if self.verdicts else ()
        return np.array([self.kinds.get(name) == "decoy" for name in systems], dtype=bool)

    @cached_property
    def raters(self) -> Votes | None:
        """The primary rows: raters, main pairs, first occasion, not excluded. None without any."""
        return self._votes(excluded_too=False)

    @cached_property
    def raters_with_excluded(self) -> Votes | None:
        """The same with the rows that are to be left out; to show what the exclusions did."""
        return self._votes(excluded_too=True)

    @cached_property
    def eyes(self) -> tuple[Eyes, ...]:
        """Raters, then each judge, then the jury of those that are not excluded; whoever has votes.

        Judges outside the jury (same family, panel, trial) are read by the sections that are about them.
        """
        found = [Eyes("raters", "", self.raters)] if self.raters is not None else []
        judged = self.judged
        if judged is None or self.verdicts is None:
            return tuple(found)
        for name in judges_in(self.verdicts):
            votes = judged.take(judged.source == self.verdicts.source.labels.index(f"judge {name}"))
            if len(votes):
                found.append(Eyes("judge", name, evenly(votes)))
        jury = jury_of(judged)
        if len(jury):
            found.append(Eyes("jury", "", jury))
        return tuple(found)

    @cached_property
    def judged(self) -> Votes | None:
        """All votes of judges on main pairs that the analysis keeps, every order and replicate."""
        if self.verdicts is None:
            return None
        rubric = self.verdicts.table
        main = rubric["kind"].equals("main") if "kind" in rubric else np.ones(len(self.verdicts), dtype=bool)
        asked = rubric["phase"].equals("no_rubric") if "phase" in rubric else np.zeros(len(main), dtype=bool)
        rows = self._without_decoys(main & ~asked & ~self.verdicts.by_rater & ~self.verdicts.excluded)
        return votes_at(self.verdicts, rows) if rows.any() else None

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Keys of the rubric's rows that anybody answered: `overall` first, then as the protocol has them."""
        if self.verdicts is None:
            return ()
        found = set(self.verdicts.dimension.labels)
        asked = [row.key for row in self.protocol.rubric] if self.protocol else []
        order = ["overall", *asked, *sorted(found)]
        return tuple(key for key in dict.fromkeys(order) if key in found)

    @cached_property
    def dimension_names(self) -> dict[str, str]:
        """What a reader reads for each of `dimensions`: the rubric's name, else the key."""
        asked = {row.key: row.name for row in self.protocol.rubric} if self.protocol else {}
        return distinct({key: asked.get(key, key) for key in (*asked, *self.dimensions)})

    @cached_property
    def slices(self) -> dict[str, Mask]:
        """Which dialogues (by number) belong to each slice: all of them, then regular, then every tag.

        A tag that has the name of a slice which means something else stands as `all (tag)`.
        """
        if self.verdicts is None:
            return {}
        told = "tags" in self.verdicts.table
        return slices_of(self.verdicts.dialogue, self.verdicts.table["tags"] if told else None)

    def dimension_code(self, key: str) -> int:
        if self.verdicts is None or key not in self.verdicts.dimension.labels:
            return -1
        return self.verdicts.dimension.labels.index(key)

    def _without_decoys(self, rows: Mask) -> Mask:
        """Pairs with a decoy are no main pairs, also where the table has no column `kind`."""
        if self.verdicts is None or not self.decoys.any():
            return rows
        return np.asarray(rows & ~self.decoys[self.verdicts.a] & ~self.decoys[self.verdicts.b])

    def _votes(self, *, excluded_too: bool) -> Votes | None:
        if self.verdicts is None:
            return None
        rows = self.verdicts.by_rater & self.verdicts.main
        if not excluded_too:
            rows = rows & ~self.verdicts.excluded
        rows = self._without_decoys(rows)
        return votes_at(self.verdicts, rows) if rows.any() else None


#: One section of the report.
SectionOf = Callable[[Evidence], Section]


def read_evidence(path: Path, options: Options) -> Evidence:
    """Reads an export's folder, or a single table of verdicts. Raises CannotRead."""
    if not path.exists():
        raise CannotRead(f"{path} is not there")
    folder = path if path.is_dir() else None
    tables, unread = read_tables(folder) if folder else ({}, ())
    source = folder / VERDICTS if folder else path
    if folder and not source.exists() and not tables:
        raise CannotRead(f"{path} holds neither {VERDICTS} nor another table of an export")
    verdicts = read_verdicts(source, kinds=kinds_in(tables), human=options.human) if source.exists() else None
    if verdicts is not None:
        refuse_confused(verdicts)
    document, sha256 = read_protocol(path, options)
    read = [source, *(folder / name for name in (*tables, PROTOCOL) if folder)]
    return Evidence(
        options=options,
        verdicts=verdicts,
        tables=tables,
        protocol=document,
        protocol_sha256=sha256,
        manifest=_manifest(folder / MANIFEST) if folder else {},
        unread=unread,
        earlier=read_earlier(folder, sha256) if folder else (),
        files={file.name: _sha256(file) for file in sorted(read) if file.exists()},
    )


def slices_of(dialogue: Coded, tags: Coded | None) -> dict[str, Mask]:
    """The slices of `Evidence.slices`, from each row's dialogue and its tags."""
    count = len(dialogue.labels)
    slices: dict[str, Mask] = {EVERYTHING: np.ones(count, dtype=bool)}
    if tags is None:
        return slices
    by_tag: dict[str, Mask] = {}
    for code, label in enumerate(tags.labels):
        dialogues = np.unique(dialogue.codes[tags.codes == code])
        for tag in filter(None, label.split("|")):
            by_tag.setdefault(tag, np.zeros(count, dtype=bool))[dialogues] = True
    if ADVERSARIAL in by_tag:
        slices[REGULAR] = ~by_tag[ADVERSARIAL]
    for name in slices.keys() & by_tag.keys():
        tagged = by_tag.pop(name)
        if not np.array_equal(tagged, slices[name]):
            by_tag[f"{name} (tag)"] = tagged
    return slices | dict(sorted(by_tag.items(), key=lambda one: (one[0] != ADVERSARIAL, one[0])))


def _manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CannotRead(f"{path.name} is no manifest of an export: {error}") from error
    return found if isinstance(found, dict) else {}


def read_protocol(path: Path, options: Options) -> tuple[ProtocolDocument | None, str]:
    """The protocol that is given, else the one in an export's folder, and its SHA-256. Raises CannotRead."""
    found = options.protocol or (path / PROTOCOL if path.is_dir() else None)
    if found is None or not found.exists():
        if options.protocol is not None:
            raise CannotRead(f"there is no protocol at {options.protocol}")
        return None, ""
    try:
        text = found.read_text(encoding="utf-8")
        return protocol.read(text), protocol.sha256_of(text)
    except OSError as error:
        raise CannotRead(f"{found} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CannotRead(f"{found.name} is no protocol of heartsite: {error}") from error


def read_earlier(folder: Path, sha256: str) -> tuple[tuple[ProtocolDocument, str], ...]:
    """An export's protocols but the one with this SHA-256, the newest first. Raises CannotRead."""
    paths = [folder / PROTOCOL, *folder.glob("protocol-v*.json")]
    found = [read_protocol(folder, Options(protocol=path)) for path in paths if path.exists()]
    others = [(document, other) for document, other in found if document and other != sha256]
    return tuple(sorted(others, key=lambda one: -one[0].version))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
