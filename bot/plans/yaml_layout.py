"""How the YAML of a plan looks: short things on one line, long texts folded, never a text that reads as something else."""

from collections.abc import Iterator
from functools import lru_cache
from textwrap import wrap
from typing import TypeAlias

import yaml

WIDTH = 120
APART = ("topics", "duties")
"""The sections whose entries have an empty line between them."""

Written: TypeAlias = "str | list[Written] | dict[str, Written]"
"""What stands in the file: every value is text there."""


def yaml_section(name: str, body: Written) -> str:
    """A section at the left margin, without a line's end behind it."""
    if isinstance(body, list):
        entries = ["\n".join(_entry(item, 2, spread=True)) for item in body]
        return "\n".join([f"{name}:", ("\n\n" if name in APART else "\n").join(entries)])
    if isinstance(body, dict):
        return "\n".join([f"{name}:", *_fields(body, 2, spread=name != "ladders")])
    return "\n".join(_scalar(f"{name}: ", body, 0))


def _fields(body: dict[str, Written], indent: int, *, spread: bool = True) -> Iterator[str]:
    """`spread`: a list's mappings stand field under field, not in braces."""
    for name, value in body.items():
        head = f"{' ' * indent}{name}:"
        short = _on_a_line(value)
        if isinstance(value, str):
            yield from _scalar(f"{head} ", value, indent)
        elif short and len(head) + 1 + len(short) <= WIDTH:
            yield f"{head} {short}"
        elif isinstance(value, dict):
            yield head
            yield from _fields(value, indent + 2, spread=spread)
        else:
            yield head
            for item in value:
                yield from _entry(item, indent + 2, spread=spread)


def _entry(item: Written, indent: int, *, spread: bool) -> Iterator[str]:
    dash = f"{' ' * indent}- "
    if isinstance(item, str):
        yield from _scalar(dash, item, indent)
    elif isinstance(item, dict) and item:
        short = _flow(item)
        if not spread and short and len(dash) + len(short) <= WIDTH:
            yield dash + short
            return
        first, *rest = _fields(item, indent + 2, spread=spread)
        yield dash + first[len(dash) :]
        yield from rest
    else:
        yield dash + _flow(item)


def _on_a_line(value: Written) -> str:
    """A mapping of short things, or a list of words, as it stands on one line; "" for what does not belong on one."""
    if isinstance(value, list) and any(not isinstance(item, str) or " " in item for item in value):
        return ""
    if isinstance(value, dict) and any(
        isinstance(part, dict) or not _on_a_line(part) for part in value.values()
    ):
        return ""
    return _flow(value)


def _flow(value: Written) -> str:
    if isinstance(value, str):
        return value if _means(f"{{k: {value}}}", value) else _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in value)}]"
    return f"{{{', '.join(f'{name}: {_flow(part)}' for name, part in value.items())}}}"


def _scalar(head: str, text: str, indent: int) -> list[str]:
    """A text behind its key or dash, in the first way of writing it that reads back as the same text."""
    margin = " " * (indent + 2)
    folded = [f"{head}>-", *(margin + line for line in _wrapped(text, WIDTH - len(margin)))]
    literal = [f"{head}|-", *(margin + line if line else "" for line in text.split("\n"))]
    for lines in ([head + text], [head + _quoted(text)], folded, literal):
        short = len(lines) > 1 or len(lines[0]) <= WIDTH
        if short and ("\n" not in text or lines is literal) and _means("\n".join(lines), text):
            return lines
    return [head + _quoted(text)]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


@lru_cache(maxsize=4096)
def _means(written: str, text: str) -> bool:
    """Whether the one value in this piece of YAML is `text`, as text."""
    try:
        node = yaml.compose(written, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    while isinstance(node, yaml.CollectionNode) and len(node.value) == 1:
        only = node.value[0]
        node = only[1] if isinstance(only, tuple) else only
    return isinstance(node, yaml.ScalarNode) and node.value == text and not node.tag.endswith(":null")


def _quoted(text: str) -> str:
    dumped: str = yaml.dump(text, default_style='"', allow_unicode=True, width=10**6)
    return dumped.rstrip("\n")
