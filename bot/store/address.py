"""The address of the database as people write it: one host or several, in libpq's way or SQLAlchemy's."""

import re

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.problems import Invalid

BACKENDS = ("sqlite", "postgresql")
PORT = "5432"
WRITABLE = {"any", "read-write", "primary"}
"""What may be asked of a host; the others that libpq knows lead to one that cannot be written to."""

_SEVERAL = re.compile(r"(?P<before>\w[\w+]*://(?:[^@?]*@)?)(?P<hosts>[^/?@]*,[^/?@]*)(?P<after>[/?].*)?")


def database_address(url: str) -> URL:
    """Several hosts stand in the URL's query, as `host=a,b` and `port=1,2`, however they were written; of several, one that
    can be written to is looked for.

    Raises Invalid(setting_database), setting_database_hosts or setting_database_target; none of them repeats the URL, which
    bears a password.
    """
    url = re.sub(r"^postgres://", "postgresql://", url)
    match = _SEVERAL.fullmatch(url)
    try:
        parsed = make_url(match["before"] + (match["after"] or "") if match else url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        raise Invalid("setting_database") from None
    if backend not in BACKENDS:
        raise Invalid("setting_database")
    return _with_hosts(parsed, match["hosts"] if match else "") if backend == "postgresql" else parsed


def database_hosts(url: URL) -> list[str]:
    """Each as host:port, or a folder for a socket; without a host it is libpq's own choice."""
    hosts = _listed(url, "host") or ([url.host] if url.host else [])
    ports = _listed(url, "port") or [str(url.port or PORT)]
    ports = ports * len(hosts) if len(ports) == 1 else ports
    return [
        host if host.startswith("/") else f"{host}:{port}" for host, port in zip(hosts, ports, strict=True)
    ]


def _with_hosts(url: URL, written: str) -> URL:
    hosts, ports = _split_hosts(written.split(",") if written else _listed(url, "host"))
    if len(hosts) < 2:
        return url
    if listed := _listed(url, "port"):
        ports = listed * len(hosts) if len(listed) == 1 else listed
    if len(hosts) != len(ports) or not all(hosts) or not all(port.isdigit() for port in ports):
        raise Invalid("setting_database_hosts")
    target = str(url.query.get("target_session_attrs", "read-write"))
    if target not in WRITABLE:
        raise Invalid("setting_database_target")
    found = {"host": ",".join(hosts), "port": ",".join(ports), "target_session_attrs": target}
    return url.set(host=None, port=None).update_query_dict(found)


def _split_hosts(written: list[str]) -> tuple[list[str], list[str]]:
    """Each host and its port; an IPv6 address stands in brackets where a port follows it."""
    hosts, ports = [], []
    for one in written:
        bracketed, _, port = one.strip().partition("]")
        host = bracketed.lstrip("[")
        if not one.startswith("[") and one.count(":") == 1:
            host, _, port = one.strip().partition(":")
        hosts.append(host)
        ports.append(port.lstrip(":") or PORT)
    return hosts, ports


def _listed(url: URL, name: str) -> list[str]:
    found = url.query.get(name, ())
    return [part for one in ([found] if isinstance(found, str) else found) for part in one.split(",")]
