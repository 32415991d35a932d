"""A conversation as a script: people who say and tap, and what came back; the database is real, only the wire is not."""

from tests.kit.desk import RENDERED as RENDERED
from tests.kit.desk import PlainLinks as PlainLinks
from tests.kit.desk import RecordingRenderer as RecordingRenderer
from tests.kit.desk import message_templates as message_templates
from tests.kit.desk import renderer as renderer
from tests.kit.desk import rules as rules
from tests.kit.desk import sheets as sheets
from tests.kit.files import MemoryShelf as MemoryShelf
from tests.kit.files import stored as stored
from tests.kit.places import ROOT as ROOT
from tests.kit.places import ZONE as ZONE
from tests.kit.plans import shipped as shipped
from tests.kit.talker import Talker as Talker
from tests.kit.world import APRIL as APRIL
from tests.kit.world import World as World
