"""Telegram: the Bot API, polled or by webhook. Its library comes without what it takes along only where that can be imported."""

import sys

# httpx imports its own command line (rich, pygments), Telegram Passport imports cryptography; both do without them where they are
# missing, and neither is used here: ten megabytes of the idle program.
_LEFT_OUT = {name for name in ("httpx._main", "cryptography.hazmat.backends") if name not in sys.modules}
sys.modules.update(dict.fromkeys(_LEFT_OUT))  # type: ignore[arg-type] # None: an import of it is a ModuleNotFoundError
import telegram  # noqa: E402, F401

for _name in _LEFT_OUT:
    del sys.modules[_name]
