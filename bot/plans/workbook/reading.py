"""From the rows of a plan's workbook to the plain values that its YAML file would have, each with its cell."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.plans.faults import Loc
from bot.plans.workbook.entries import Values, due_of, entry_of, values_of
from bot.plans.workbook.names import KEY, Names, key_from, key_typed, made_keys
from bot.plans.workbook.rows import SheetFindings, SheetRow, SheetSpot
from bot.plans.workbook.values import split_cell
from bot.reading.words import fold

Entry = dict[str, Any]
YEAR = re.compile(r"\d{4}")
Homes = Mapping[str, tuple[Loc, Entry]]


def plain_values(tables: Mapping[str, list[SheetRow]], found: SheetFindings) -> dict[str, Any]:
    """What the YAML file of the same plan would hold; what cannot be read has been reported and stands as None."""
    return _Reading(tables, found).whole()


@dataclass
class _Reading:
    """Reads the tables in the order in which their entries name each other."""

    tables: Mapping[str, list[SheetRow]]
    found: SheetFindings
    topics: Names = field(default_factory=Names)
    things: Names = field(default_factory=Names)
    agendas: Names = field(default_factory=Names)
    ladders: Names = field(default_factory=Names)
    variants: dict[str, Names] = field(default_factory=lambda: defaultdict(Names))

    def whole(self) -> dict[str, Any]:
        self.found.spots[()] = SheetSpot("", "", 0)
        for names, listed in ((self.agendas, "agendas"), (self.ladders, "ladders")):
            for key, label in self.found.words.lists[listed].items():
                names.add(key, label)
        data: dict[str, Any] = {"ladders": self._ladders(), "agendas": self._agendas()}
        keys = self._keys()
        data["plan"] = self._head()
        self.found.year = _only_year(data["plan"])
        rows = list(enumerate(self.tables["topics"]))
        data["topics"] = [self._entry(row, ("topics", i), key=keys[row]) for i, row in rows]
        homes = {keys[row]: (("topics", i), data["topics"][i]) for i, row in reversed(rows)}
        self._variants(homes)
        self._documents({} if data["plan"] is None else data["plan"], homes)
        data["duties"] = [
            self._duty(row, ("duties", i), keys[row]) for i, row in enumerate(self.tables["duties"])
        ]
        self._figures({str(duty["key"]): (("duties", i), duty) for i, duty in enumerate(data["duties"])})
        data["decide"] = [self._entry(row, ("decide", i)) for i, row in enumerate(self.tables["decisions"])]
        return data

    def _keys(self) -> dict[SheetRow, str]:
        """The key of each topic and duty, made where none is given, and all their names."""
        rows = [*self.tables["topics"], *self.tables["duties"]]
        keys = self._made(rows, "title")
        for row, key in keys.items():
            for names in (self.things, *([self.topics] if row.table.name == "topics" else [])):
                names.add(key, row.text("key"), row.text("title"))
        return keys

    def _made(self, rows: list[SheetRow], title: str) -> dict[SheetRow, str]:
        given = {row: key_typed(row.text("key")) for row in rows if row.text("key")}
        bare = [row for row in rows if row not in given]
        self._blame_twins(bare)
        titles = {row: row.text(title) or _own_words(row) for row in bare}
        return given | made_keys(titles, {row: row.contents for row in bare}, given.values())

    def _blame_twins(self, rows: list[SheetRow]) -> None:
        first: dict[tuple[str, str], SheetRow] = {}
        for row in rows:
            twin = first.setdefault((row.table.name, row.contents), row)
            if twin is not row:
                spot = next(row.spots[name] for name in row.cells)
                self.found.blame(spot, "sheet_row_twice", {"first": twin.number})
                self.found.silent.update(row.spots.values())

    def _entry(self, row: SheetRow, loc: Loc, **more: object) -> Entry:
        return self._placed(row, self._values(row), loc, **more)

    def _values(self, row: SheetRow) -> Values:
        values = values_of(row, self.found)
        for name, value in values.items():
            if isinstance(value, str) and (names := self._names(row.table.column(name).form)):
                values[name] = self._found(row, name, value, *names)
            elif isinstance(value, str) and row.table.column(name).form == "topics":
                values[name] = self._all_found(row, name, value)
        return values

    def _placed(self, row: SheetRow, values: Values, loc: Loc, **more: object) -> Entry:
        return {**entry_of(row, values, loc, self.found), **more}

    def _names(self, form: str) -> tuple[Names, str] | None:
        return {
            "topic": (self.topics, "plan_unknown_topic"),
            "thing": (self.things, "plan_unknown_waits"),
            "agenda": (self.agendas, "plan_unknown_agenda"),
            "ladder": (self.ladders, "plan_unknown_ladder"),
        }.get(form)

    def _found(self, row: SheetRow, name: str, text: str, names: Names, code: str) -> str | None:
        keys = names.find(text)
        if len(keys) == 1:
            return keys[0]
        if keys:
            self.found.blame_once(row.spots[name], "sheet_ambiguous", {"value": text, "keys": keys})
        else:
            self.found.blame_once(row.spots[name], code, {"value": text, "known": names.shown})
        return None

    def _all_found(self, row: SheetRow, name: str, text: str) -> list[str | None]:
        """Titles hold commas: a piece that is no name as a whole is taken apart at them."""
        if self.topics.find(text):
            pieces = [text]
        else:
            pieces = [
                piece
                for part in split_cell(text, ";\n")
                for piece in ([part] if self.topics.find(part) else split_cell(part, ","))
            ]
        return [self._found(row, name, piece, self.topics, "plan_unknown_topic") for piece in pieces]

    def _head(self) -> Entry | None:
        for row in self.tables["head"]:
            return self._entry(row, ("plan",))
        return None

    def _duty(self, row: SheetRow, loc: Loc, key: str) -> Entry:
        values = self._values(row)
        if (text := values.get("material_variant")) and (topic := values.get("material_for")):
            names = self.variants[topic]
            found = self._found(row, "material_variant", text, names, "sheet_unknown_variant")
            values["material_variant"] = found
        due = due_of(row, values, loc, self.found)
        entry = self._placed(row, {n: v for n, v in values.items() if n[:3] != "due"}, loc, key=key)
        return entry if due == {} else {**entry, "due": due}

    def _variants(self, homes: Homes) -> None:
        by_topic: dict[str, list[SheetRow]] = defaultdict(list)
        topic: str | None = ""
        for row in self.tables["variants"]:
            if row.text("topic") or topic == "":
                topic = self._home(row)
            if topic:
                by_topic[topic].append(row)
        for topic, rows in by_topic.items():
            loc, home = homes[topic]
            keys = self._made(rows, "title")
            home["variants"] = []
            for index, row in enumerate(rows):
                home["variants"].append(self._entry(row, (*loc, "variants", index), key=keys[row]))
                self.variants[topic].add(keys[row], row.text("key"), row.text("title"))

    def _figures(self, homes: Homes) -> None:
        by_duty: dict[str, list[SheetRow]] = defaultdict(list)
        duty: str | None = ""
        for row in self.tables["figures"]:
            if row.text("duty") or duty == "":
                duty = self._reporting(row, homes)
            if duty:
                by_duty[duty].append(row)
        for duty, rows in by_duty.items():
            loc, home = homes[duty]
            keys = self._made(rows, "title")
            home["asks"] = [
                self._entry(row, (*loc, "asks", index), key=keys[row]) for index, row in enumerate(rows)
            ]

    def _reporting(self, row: SheetRow, homes: Homes) -> str | None:
        """The key of the duty whose report is asked for this figure."""
        text = row.text("duty")
        if not text:
            self.found.blame(row.spots["duty"], "plan_missing")
            return None
        key = self._found(row, "duty", text, self.things, "plan_unknown_waits")
        if key is not None and key not in homes:
            self.found.blame(row.spots["duty"], "plan_unknown_waits", {"value": text, "known": list(homes)})
            return None
        return key

    def _home(self, row: SheetRow) -> str | None:
        """The key of the topic to which the row says that it belongs."""
        if text := row.text("topic"):
            return self._found(row, "topic", text, self.topics, "plan_unknown_topic")
        self.found.blame(row.spots["topic"], "plan_missing")
        return None

    def _documents(self, head: Entry, homes: Homes) -> None:
        shelf_of_row: tuple[Loc, Entry, str] | None = None
        for number, row in enumerate(self.tables["documents"]):
            if number == 0 or any(row.text(name) for name in ("part", "topic", "variant")):
                shelf_of_row = self._shelf(row, head, homes)
            if shelf_of_row is None:
                continue
            loc, entry, name = shelf_of_row
            shelf = entry.setdefault(name, [])
            shelf.append(self._entry(row, (*loc, name, len(shelf))))

    def _shelf(self, row: SheetRow, head: Entry, homes: Homes) -> tuple[Loc, Entry, str] | None:
        """Where a document belongs: the place of the entry, the entry, and the name of its list."""
        part = values_of(row, self.found).get("part", "")
        if not part:
            part = "variant" if row.text("variant") else "topic" if row.text("topic") else ""
        if part in ("basis", "plan"):
            for name in ("topic", "variant"):
                if row.text(name):
                    self._blame_extra(row, name)
            return (("plan",), head, "basis" if part == "basis" else "documents")
        if part not in ("topic", "variant"):
            labels = list(self.found.words.lists["parts"].values())
            facts = {"value": row.text("part"), "allowed": labels}
            if part is not None:
                self.found.blame(row.spots["part"], "plan_choice" if part else "plan_missing", facts)
            return None
        topic = self._home(row)
        if topic is None:
            return None
        loc, home = homes[topic]
        if part == "topic":
            if row.text("variant"):
                self._blame_extra(row, "variant")
            return loc, home, "documents"
        return self._variant_shelf(row, topic, loc, home)

    def _variant_shelf(
        self, row: SheetRow, topic: str, loc: Loc, home: Entry
    ) -> tuple[Loc, Entry, str] | None:
        names = self.variants[topic]
        if not row.text("variant"):
            self.found.blame(row.spots.get("variant", row.spots["part"]), "plan_missing")
            return None
        key = self._found(row, "variant", row.text("variant"), names, "sheet_unknown_variant")
        for index, variant in enumerate(home.get("variants", [])):
            if variant["key"] == key:
                return (*loc, "variants", index), variant, "documents"
        return None

    def _blame_extra(self, row: SheetRow, name: str) -> None:
        labels = self.found.words.lists["parts"]
        allowed = [labels["variant"]] if name == "variant" else [labels["topic"], labels["variant"]]
        facts = {"value": row.spots[name].heading, "allowed": allowed}
        self.found.blame(row.spots[name], "plan_due_extra", facts)

    def _ladders(self) -> dict[str, list[Entry]]:
        ladders = {}
        for key, _, rows in self._groups("ladders", self.ladders):
            keys = self._made(rows, "at")
            entries = [self._entry(row, ("ladders", key, i), key=keys[row]) for i, row in enumerate(rows)]
            self.found.spots.setdefault(("ladders", key), rows[0].spots["name"])
            ladders[key] = entries
        return ladders

    def _agendas(self) -> dict[str, Entry]:
        agendas = {}
        for key, title, rows in self._groups("agendas", self.agendas):
            keys, loc = self._made(rows, "title"), ("agendas", key)
            steps = [self._entry(row, (*loc, "steps", i), key=keys[row]) for i, row in enumerate(rows)]
            for at, name in ((loc, "agenda"), ((*loc, "title"), "name"), ((*loc, "steps"), "key")):
                self.found.spots[at] = rows[0].spots.get(name, rows[0].spots["name"])
            agendas[key] = {"key": key, "steps": steps} | ({"title": title} if title else {})
        return agendas

    def _group_key(self, table: str, title: str) -> str:
        """An agenda has a title beside its key; a ladder's name is its key, or the label of a ladder that it stands in for."""
        if table == "agendas":
            return key_from(title)
        known = [] if KEY.fullmatch(title) else self.ladders.find(title)
        return known[0] if known else key_typed(title)

    def _groups(self, table: str, names: Names) -> Iterator[tuple[str, str, list[SheetRow]]]:
        """The rows of each ladder or agenda, with its key and title; a row that names none goes with the one above."""
        groups: dict[str, list[SheetRow]] = defaultdict(list)
        titles: dict[str, str] = {}
        rows = self.tables[table]
        typed = {fold(row.text("name")): key_typed(row.text("agenda")) for row in rows if row.text("agenda")}
        key = ""
        for row in rows:
            title, given = row.text("name"), row.text("agenda")
            if title or given:
                key = key_typed(given) if given else typed.get(fold(title)) or self._group_key(table, title)
                titles[key] = titles.get(key) or title
            if not key:
                self.found.blame(row.spots["name"], "plan_missing")
                continue
            groups[key].append(row)
        for key, rows in groups.items():
            names.add(key, titles[key])
            yield key, titles[key], rows


def _own_words(row: SheetRow) -> str:
    """What a row without a title says of itself, its place in another table left out; a variant for all others says nothing."""
    said = [cell.text for name, cell in row.cells.items() if name not in ("topic", "name", "agenda")]
    return " ".join(said) or "others"


def _only_year(head: Entry | None) -> int | None:
    """The year in which the plan both starts and ends."""
    years = {found[0] for name in ("starts", "ends") if (found := YEAR.search(str((head or {}).get(name))))}
    return int(years.pop()) if len(years) == 1 else None
