"""Every table, a module for each family."""

from bot.models.base import Base
from bot.models.meetings import Aside, Attendance, Meeting, MeetingDuty, Note, Paper, Score, Task, Vote
from bot.models.messages import Constant, Event, Message, Reminder
from bot.models.people import Audit, Contact, Dialog, Errand, Invite, Membership, Person
from bot.models.plans import Demand, Duty, Plan, Topic, TopicFile, TopicReceipt
from bot.models.submissions import Submission, SubmissionFile
from bot.models.units import Unit, UnitSpan

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
    "Meeting",
    "MeetingDuty",
    "Membership",
    "Message",
    "Note",
    "Paper",
    "Person",
    "Plan",
    "Reminder",
    "Score",
    "Submission",
    "SubmissionFile",
    "Task",
    "Topic",
    "TopicFile",
    "TopicReceipt",
    "Unit",
    "UnitSpan",
    "Vote",
]
