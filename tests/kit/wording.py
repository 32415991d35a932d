"""What a person reads: the labels of buttons, and whether every message reads well."""

import re

from tests.kit.talker import Talker

FOREIGN = re.compile(r"\b(None|True|False|the|and|meeting|report|duty|undefined)\b")


OTHER_DAYS = re.compile(
    r"[Tt]hứ [2-7]\b|\bCN\b|(?:[Tt]hứ (?:Hai|Ba|Tư|Năm|Sáu|Bảy)|Chủ nhật)(?:, ?\d| \d/| \d\d/[12]\b| \d\d/0[3-9])"
)
"""Days written otherwise than "thứ Tư 04/5" and "Chủ nhật 12/02": other weekdays, a comma, other padding."""


RECEIVED = "Đã nhận"


def labels(talker: Talker) -> list[str]:
    return [choice.label for choice in talker.choices]


def reads_well(*talkers: Talker) -> None:
    """No message of the talk has a stray line, a foreign word or an unfilled place; the last line says what to do."""
    for talker in talkers:
        for reply in talker.got:
            lines = reply.text.split("\n")
            assert not FOREIGN.search(re.sub(r"<[^>]*>", "", reply.text)), reply.text
            assert "{" not in reply.text, reply.text
            assert "\n\n\n" not in reply.text, reply.text
            assert not OTHER_DAYS.search(reply.text), reply.text
            assert lines[0].strip(), reply.text
            assert not [line for line in lines if line != line.rstrip() or "  " in line], reply.text
            assert not reply.choices or lines[-1].startswith("👉"), reply.text
            labels = [choice.label for row in reply.choices for choice in row]
            assert len(labels) == len(set(labels)), labels
            assert all(0 < len(label) <= 60 for label in labels), labels
            assert not [label for label in labels if OTHER_DAYS.search(label)], labels
            if (
                RECEIVED in labels
            ):  # a phone that shows five buttons has this one; of more it shows the first four
                assert len(labels) <= 5 or labels.index(RECEIVED) < 4, labels
