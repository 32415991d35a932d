"""Long text, in the small HTML of a reply, cut into parts that a channel takes."""

import html
import re
from dataclasses import dataclass

_ATOM = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{0,30});|.", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{0,30});")
# Not str.isspace: a non-breaking space is there so that nothing breaks at it.
_SPACE = " \t\r\n"
_LEAST = 64


def utf16_length(text: str) -> int:
    """The length as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain_text(text_html: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), _TAG.sub("", text_html))


def split_html(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` (64 or more) UTF-16 units each, markup included, none of them blank.

    A part ends at a blank line, else a line end, else a space, unless that left it nearly empty, else anywhere but
    inside a tag or an entity. Tags open at a cut are closed there and opened again; the white space at it is dropped.
    """
    if limit < _LEAST:
        raise ValueError(f"a limit below {_LEAST}")
    text = text.strip(_SPACE)
    if utf16_length(text) <= limit:
        return [text] if plain_text(text).strip() else []
    atoms = _balanced(_ATOM.findall(text))
    parts: list[str] = []
    opened: list[str] = []
    while atoms:
        part = _next_part(atoms, opened, limit)
        if part is None:
            # So much markup that no text fits in between: the words are worth more.
            return parts + split_html(html.escape(plain_text("".join(atoms)), quote=False), limit)
        if plain_text(part.text).strip():
            parts.append(part.text)
        atoms, opened = part.rest, part.opened
    return parts


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    rest: list[str]
    opened: list[str]


def _balanced(atoms: list[str]) -> list[str]:
    """Without the closing tags that close nothing."""
    opened: list[str] = []
    return [atom for atom in atoms if _follow(atom, opened)]


def _follow(atom: str, opened: list[str]) -> bool:
    """Keeps `opened` up to date; False for a closing tag that does not fit."""
    if not _TAG.fullmatch(atom):
        return True
    if not atom.startswith("</"):
        opened.append(atom)
    elif opened and _name(opened[-1]) == _name(atom):
        opened.pop()
    else:
        return False
    return True


def _name(tag: str) -> str:
    return tag.strip("</>").split(None, 1)[0].lower()


def _closing(opened: list[str]) -> str:
    return "".join(f"</{_name(tag)}>" for tag in reversed(opened))


def _next_part(atoms: list[str], before: list[str], limit: int) -> _Part | None:
    """None when not even one character fits."""
    start, opened = _skip(atoms, before)
    head = "".join(opened)
    used = utf16_length(head)
    # The last place for a cut of each kind: blank line, line end, space, anywhere; and what is open there.
    cuts: dict[int, tuple[int, list[str]]] = {}
    least = limit // 4
    for at in range(start, len(atoms)):
        atom = atoms[at]
        if used >= least and atom in _SPACE and atoms[at - 1] not in _SPACE:
            cuts[_kind(atoms, at)] = (at, opened.copy())
        if at > start and not _TAG.fullmatch(atoms[at - 1]):
            cuts[3] = (at, opened.copy())
        _follow(atom, opened)
        used += utf16_length(atom)
        if used + len(_closing(opened)) > limit:
            break
    else:
        return _Part(head + "".join(atoms[start:]) + _closing(opened), [], [])
    if not cuts:
        return None
    end, opened = cuts[min(cuts)]
    text = head + "".join(atoms[start:end]).rstrip(_SPACE) + _closing(opened)
    return _Part(text, atoms[end:], opened)


def _skip(atoms: list[str], before: list[str]) -> tuple[int, list[str]]:
    """Where the text of a part begins: past white space, and past tags that would be opened only to be closed."""
    opened = before.copy()
    for at, atom in enumerate(atoms):
        if not (atom in _SPACE or atom.startswith("</")):
            return at, opened
        _follow(atom, opened)
    return len(atoms), opened


def _kind(atoms: list[str], at: int) -> int:
    """0: at a blank line, 1: at a line end, 2: at a space; of a run of white space only its beginning counts."""
    end = at
    while end < len(atoms) and atoms[end] in _SPACE:
        end += 1
    lines = atoms[at:end].count("\n")
    return 0 if lines > 1 else 1 if lines else 2
