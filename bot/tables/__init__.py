"""Every table, a module for each family."""

from bot.tables.base import Base
from bot.tables.meetings import Aside, Attendance, Meeting, MeetingDuty, Note, Paper, Score, Task, Vote
from bot.tables.messages import Constant, Event, Message, Process, Reminder
from bot.tables.people import Audit, Contact, Dialog, Errand, Invite, Membership, Person
from bot.tables.plans import Demand, Duty, Material, MaterialReceipt, Plan, Topic
from bot.tables.submissions import Submission, SubmissionFile, Upload
from bot.tables.units import Unit, UnitSpan

__all__ = [
    "Aside",
    "Attendance",
    "Audit",
    "Base",
    "Constant",
    "Contact",
    "Demand",
    "Dialog",
    "Duty",
    "Errand",
    "Event",
    "Invite",
    "Material",
    "MaterialReceipt",
    "Meeting",
    "MeetingDuty",
    "Membership",
    "Message",
    "Note",
    "Paper",
    "Person",
    "Plan",
    "Process",
    "Reminder",
    "Score",
    "Submission",
    "SubmissionFile",
    "Task",
    "Topic",
    "Unit",
    "UnitSpan",
    "Upload",
    "Vote",
]
