"""The house keeps its shape: who imports whom, where wording stands, what is documented."""

import ast
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.channels.web.icons import NAMES
from bot.settings import Settings
from handlers import ACTIONS, COMMANDS
from tests.kit.desk import RecordingRenderer
from tests.kit.places import ROOT, ZONE

PACKAGES = ("bot", "handlers", "schedules")
READS_INPUT = {
    "bot/plans/agenda.py",
    "bot/reading/asked_words.py",
    "bot/reading/attendance_words.py",
    "bot/reading/codes.py",
    "bot/reading/courtesy.py",
    "bot/reading/figure_lines.py",
    "bot/reading/focus_words.py",
    "bot/reading/held_words.py",
    "bot/reading/names.py",
    "bot/reading/people_named.py",
    "bot/reading/standing_words.py",
    "bot/reading/typed_commands.py",
    "bot/reading/words.py",
    "bot/reading/moments.py",
    "bot/reading/moment_words.py",
    "bot/reading/moment_places.py",
    "bot/reading/period_words.py",
    "bot/reading/put_off_words.py",
    "bot/store/lookalikes.py",
    "bot/store/secrecy.py",
    "bot/reading/unit_words.py",
    "bot/plans/cloning/written_years.py",
    "bot/reading/old_letters.py",
    "bot/reading/unit_lines.py",
}
"""Modules whose Vietnamese words are patterns that read what a person has written."""
VIETNAMESE = re.compile("[\u0300-\u036f]|đ", re.IGNORECASE)


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All that stands in a file, which is parsed once for every question of this module."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


@pytest.fixture(scope="module", autouse=True)
def parsed() -> Iterator[None]:
    """A million nodes are not kept beyond this module."""
    yield
    nodes.cache_clear()


def strings(path: Path) -> Iterator[ast.Constant]:
    """Every string constant that is no docstring and no bare note under a field."""
    notes = {id(node.value) for node in nodes(path) if isinstance(node, ast.Expr)}
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node


def calls(path: Path, function: str) -> Iterator[str]:
    """The first argument, where it is a literal, of every call of a function or method of that name."""
    for node in nodes(path):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if called == function and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_wording_in_code() -> None:
    found = [
        f"{name(path)}:{node.lineno} {node.value!r}"
        for path in sources()
        if name(path) not in READS_INPUT
        for node in strings(path)
        if VIETNAMESE.search(unicodedata.normalize("NFD", str(node.value)))
    ]
    assert found == []


def test_env_example_equals_the_settings() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) == {field.upper() for field in Settings.model_fields}
    defaults = Settings(_env_file=None)
    for key, text in given.items():
        value = getattr(defaults, key.lower())
        plain = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        assert text == (str(int(plain)) if isinstance(plain, bool) else str(plain)), key


def test_only_settings_reads_the_environment() -> None:
    found = []
    for path in sources():
        for node in nodes(path):
            if not isinstance(node, ast.Attribute) or node.attr not in {"environ", "getenv"}:
                continue
            if name(path) != "bot/settings.py":
                found.append(f"{name(path)}:{node.lineno}")
    # python-telegram-bot has a switch of its own that only the environment reaches; it is set there, not read.
    assert [place for place in found if not place.startswith("bot/channels/telegram/")] == []


def test_every_template_can_be_read() -> None:
    environment = RecordingRenderer(ROOT / "templates", ZONE).environment
    names = environment.list_templates(extensions=["html", "txt"])
    assert len(names) > 80
    for template in names:
        environment.get_template(template)


@pytest.mark.parametrize("function", ["say", "reply", "tell"])
def test_every_template_that_code_names_exists(function: str) -> None:
    cli = {"bot/__main__.py": "cli/{}.txt"}
    named = {
        cli.get(name(path), "{}.html").format(value)
        for path in sources()
        for value in calls(path, function)
        if "/" in value or name(path) in cli
    }
    missing = [template for template in named if not (ROOT / "templates" / template).is_file()]
    assert missing == []


def test_every_problem_has_its_sentence() -> None:
    known = RecordingRenderer(ROOT / "templates", ZONE).codes()
    raised = {
        value for path in sources() for function in ("Invalid", "sentence") for value in calls(path, function)
    }
    assert raised - known == set()


def test_every_button_of_a_template_names_an_action() -> None:
    pattern = re.compile(r"""button\(.*?,\s*"([a-z.]+)"[,)\s]""")
    named = {
        action
        for path in (ROOT / "templates").rglob("*.html")
        for action in pattern.findall(path.read_text("utf-8"))
    }
    assert len(named) > 20
    assert named - set(ACTIONS) == set()


def test_no_label_speaks_of_pressing() -> None:
    """Where there are no buttons a label is a numbered line, and a label is the same on every channel."""
    labels = [
        (path.name, label)
        for path in (ROOT / "templates").rglob("*.html")
        for label in re.findall(
            r"""\b(?:button|pick)\(\s*["']([^"']+)["']""", path.read_text(encoding="utf-8")
        )
    ]
    assert len(labels) > 500
    assert [one for one in labels if re.search(r"\b(bấm|nhấn|nút)\b", one[1], re.IGNORECASE)] == []


def test_every_command_is_in_the_menu_or_the_help() -> None:
    menu = (ROOT / "templates/talk/commands.yaml").read_text("utf-8")
    helped = (ROOT / "templates/talk/help.html").read_text("utf-8")
    missing = [c for c in COMMANDS if f"{c[1:]}:" not in menu and c not in helped]
    assert missing == []


def test_text_is_normalised() -> None:
    for path in [*(ROOT / "templates").rglob("*.*"), *(ROOT / "schedules/plans").glob("*.yaml")]:
        if path.suffix in {".html", ".txt", ".yaml", ".csv"}:
            text = path.read_text("utf-8")
            assert unicodedata.is_normalized("NFC", text), path


def test_readme_explains_every_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    readme = (ROOT / "README.md").read_text("utf-8").lower()
    names = [re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]]
    assert [n for n in names if f"`{n.lower()}`" not in readme] == []


SIGN = re.compile("[\u2139\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


def test_every_sign_in_our_words_has_a_drawing() -> None:
    """Many phones show a box for a rare sign: we keep to few, and the web draws each of them."""
    left_alone = {"web", "demo", "cli", "documents"}
    rare = {
        (path.relative_to(ROOT / "templates").as_posix(), sign)
        for path in (ROOT / "templates").rglob("*")
        if path.suffix in {".html", ".yaml"}
        and path.name != "workbook.yaml"  # Excel's own arrow is spoken of there
        and path.relative_to(ROOT / "templates").parts[0] not in left_alone
        for sign in SIGN.findall(path.read_text("utf-8"))
        if sign not in NAMES
    }
    assert rare == set()


def test_no_sign_stands_twice_in_a_row() -> None:
    twice = re.compile(f"({SIGN.pattern})\ufe0f? ?({SIGN.pattern})")
    found = {
        f"{path.relative_to(ROOT)}: {twice.search(text)[0]}"  # type: ignore[index]
        for path in (ROOT / "templates").rglob("*.html")
        if twice.search(text := path.read_text("utf-8"))
    }
    assert found == set()


WORDS = [
    "plans",
    "duties",
    "reminders",
    "meetings",
    "scores",
    "papers",
    "reports",
    "materials",
    "notices",
    "enquiries",
    "summaries",
    "units",
    "people",
]
"""The things this program knows: what is true of each stands in bot/, what a person does in handlers/, what is said in
templates/, what we promise in tests/."""
BESIDES = {
    "bot": {
        "tables",
        "store",
        "reading",
        "workbooks",
        "talk",
        "channels",
        "web",
        "commands",
        "service",
        "migrations",
    },
    "handlers": set(),
    "templates": {"agendas", "problems", "web", "demo", "cli", "documents", "talk"},
    "tests": {"kit", "house", "store", "reading", "workbooks", "talk", "channels", "web"},
}


def test_no_test_looks_for_nothing() -> None:
    """The empty text is in every text: such an assertion, or such a walker's end, says nothing."""
    found = [
        f"{name(path)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in nodes(path)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant) and node.left.value == ""
        if any(isinstance(op, ast.In | ast.NotIn) for op in node.ops)
    ]
    assert found == []


@pytest.mark.parametrize("top", BESIDES)
def test_the_rooms_of_every_top_folder_are_the_same_words(top: str) -> None:
    found = {path.name for path in (ROOT / top).iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found - BESIDES[top] == set(WORDS)


def _of_the_talk(node: ast.expr) -> bool:
    """Whether it is `chat`, `dialog` or `chat.dialog`."""
    called = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return called in ("chat", "dialog")


def bags(path: Path) -> Iterator[str]:
    """Where a dialog's row is read past its dataclass, or a prefix is left to whoever speaks next."""
    for node in nodes(path):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("data", "keep", "trouble")
            and _of_the_talk(node.value)
        ):
            yield f"{name(path)}:{node.lineno} {node.attr}"


def continuations(path: Path) -> Iterator[str]:
    """Where a talk goes on with an action whose name was kept somewhere, not written there."""
    for node in nodes(path):
        called = node.func if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or not isinstance(called, ast.Attribute):
            continue
        if called.attr in ("open", "unit_for") and _of_the_talk(called.value):
            action = node.args[0]
            either = [action.body, action.orelse] if isinstance(action, ast.IfExp) else [action]
            if not all(isinstance(one, ast.Constant) for one in either):
                yield f"{name(path)}:{node.lineno} {ast.unparse(action)}"


def test_what_a_dialog_knows_is_read_as_its_dataclass_alone() -> None:
    """Beside `Chat`, which loads it, only what takes an open dialog down for later holds its row's JSON."""
    found = [bag for path in sources() for bag in bags(path)]
    assert {bag.partition(":")[0] for bag in found} == {"bot/talk/chat.py", "bot/talk/interrupted.py"}, found


def test_no_continuation_is_a_string() -> None:
    assert [one for path in sources() for one in continuations(path)] == []


def files_of_tests() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


def modules_read(path: Path) -> Iterator[str]:
    """Every module that a file imports, and every name that it imports from one, as if that were a module."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_test_file_imports_from_a_test_file() -> None:
    """What two of them need stands in tests/kit."""
    a_test = re.compile(r"tests\.(?:\w+\.)*test_")
    read = [(name(path), module) for path in files_of_tests() for module in modules_read(path)]
    assert any(module.startswith("tests.kit.") for _, module in read)
    assert [one for one in read if a_test.match(one[1])] == []


def test_the_world_is_made_in_conftest_alone() -> None:
    """A file says where its tests begin with `pytestmark = begins(build)`."""
    made = {
        name(path)
        for path in files_of_tests()
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef) and node.name == "world"
    }
    assert made == {"tests/conftest.py"}


def test_no_lock_of_the_database_outlives_its_transaction() -> None:
    """Behind pgbouncer in transaction mode it would be another's, and after a failover nobody's."""
    sessions_own = re.compile(r"pg_(try_)?advisory_(un)?lock(_shared|_all)?\b")
    assert [name(path) for path in sources() if sessions_own.search(path.read_text("utf-8"))] == []


def test_what_happens_by_the_clock_is_a_file_of_the_same_words() -> None:
    found = {path.stem for path in (ROOT / "schedules").glob("*.py")}
    assert found - set(WORDS) == {"__init__", "clock", "cleanup"}


def test_no_module_stands_in_no_contract() -> None:
    """Every folder of bot/ is on a floor."""
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    floors = {name for line in contracts[0]["layers"] for name in re.split(r"\s*[|:]\s*", line)}
    rooms = {f"bot.{path.stem}" for path in (ROOT / "bot").iterdir() if not path.name.startswith("__init__")}
    assert rooms - floors - {"bot.__pycache__", "bot.migrations"} == set()
