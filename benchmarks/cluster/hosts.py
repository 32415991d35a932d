"""Hosts as network namespaces on one bridge, and what runs on each: etcd, Patroni with PostgreSQL, HAProxy, the bot."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.children import ROOT, TOKEN

HERE = "10.77.0.1"
"""Where the fake Bot API and this program stand."""
DATABASES = {"db1": "10.77.0.11", "db2": "10.77.0.12", "db3": "10.77.0.13"}
BOTS = {"bot1": "10.77.0.21", "bot2": "10.77.0.22"}
ALL = {**DATABASES, **BOTS}
PORT = 8080
SECRET = "drill"

PATRONI = """\
scope: chibo
name: {name}
restapi: {{listen: "{address}:8008", connect_address: "{address}:8008"}}
etcd: {{hosts: "{etcd}"}}
bootstrap:
  dcs: {{ttl: {ttl}, loop_wait: {wait}, retry_timeout: {wait}, synchronous_mode: true, postgresql: {{use_pg_rewind: true}}}}
  initdb: [{{encoding: UTF8}}, {{locale: C.UTF-8}}, data-checksums]
postgresql:
  listen: "{address}:5432"
  connect_address: "{address}:5432"
  data_dir: {folder}/data
  bin_dir: {programs}
  pgpass: {folder}/pgpass
  parameters: {{unix_socket_directories: "{folder}", shared_buffers: 64MB, max_connections: 100}}
  pg_hba: ["local all all trust", "host all all 10.77.0.0/24 trust", "host replication all 10.77.0.0/24 trust"]
  authentication: {{superuser: {{username: postgres, password: drill}}, replication: {{username: replicator, password: drill}}}}
"""
HAPROXY = """\
defaults
  mode tcp
  retries 2
  timeout client 30m
  timeout server 30m
  timeout connect 4s
  timeout check 5s
listen postgresql
  bind 127.0.0.1:5432
  option httpchk
  http-check send meth OPTIONS uri /primary
  http-check expect status 200
  default-server inter 3s fall 3 rise 2 on-marked-down shutdown-sessions
"""


def call(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@dataclass
class Hosts:
    """`folder`: all that they write; `ttl` and `wait`: Patroni's, in seconds."""

    folder: Path
    ttl: int = 20
    wait: int = 5
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def make_network(self) -> None:
        Path("/run/netns").mkdir(exist_ok=True)
        call(
            "mount", "-t", "tmpfs", "none", "/run/netns"
        )  # of this mount namespace alone, as the names in it
        call("ip", "link", "set", "lo", "up")
        call("ip", "link", "add", "lan", "type", "bridge")
        call("ip", "addr", "add", f"{HERE}/24", "dev", "lan")
        call("ip", "link", "set", "lan", "up")
        for name, address in ALL.items():
            call("ip", "netns", "add", name)
            call("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            call("ip", "link", "set", name, "master", "lan", "up")
            inside = ("ip", "-n", name)
            call(*inside, "addr", "add", f"{address}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                call(*inside, "link", "set", device, "up")

    def cut(self, name: str) -> None:
        """Its cable is pulled at the switch: nothing is said to anybody, the host itself sees its link as before."""
        call("ip", "link", "set", name, "nomaster")

    def mend(self, name: str) -> None:
        call("ip", "link", "set", name, "master", "lan")

    def start(self, host: str, what: str, *words: str, env: Mapping[str, str] | None = None) -> None:
        log = (self.folder / f"{host}-{what}.log").open("ab")
        self.running[f"{host} {what}"] = subprocess.Popen(
            ["ip", "netns", "exec", host, *words], cwd=ROOT, env=env, stdout=log, stderr=log
        )
        log.close()

    def start_databases(self) -> None:
        for name in DATABASES:
            self._start_etcd(name)
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        for name, address in DATABASES.items():
            home = self.folder / name
            home.mkdir()
            shutil.chown(home, "postgres")
            etcd = ",".join(f"{one}:2379" for one in DATABASES.values())
            facts = {"ttl": self.ttl, "wait": self.wait, "programs": programs, "folder": home}
            config = self.folder / f"{name}.yml"
            config.write_text(PATRONI.format(name=name, address=address, etcd=etcd, **facts))
            self.start(name, "patroni", "runuser", "-u", "postgres", "--", "patroni", str(config))

    def _start_etcd(self, name: str) -> None:
        address = DATABASES[name]
        peers = ",".join(f"{one}=http://{where}:2380" for one, where in DATABASES.items())
        self.start(
            name, "etcd", "etcd", "--name", name, "--data-dir", str(self.folder / f"{name}-etcd"),
            "--listen-client-urls", f"http://{address}:2379", "--advertise-client-urls", f"http://{address}:2379",
            "--listen-peer-urls", f"http://{address}:2380", "--initial-advertise-peer-urls", f"http://{address}:2380",
            "--enable-v2",  # Patroni 3.0.2 takes the leader's key over version 3 without asking whose it is
            "--initial-cluster", peers, "--initial-cluster-state", "new",
        )  # fmt: skip

    def start_bots(self, began: float, api: str, database: str) -> None:
        """One comes to the database through a HAProxy of its own, the other by the hosts in its address."""
        servers = [f"  server {name} {address}:5432 check port 8008" for name, address in DATABASES.items()]
        (self.folder / "haproxy.cfg").write_text(HAPROXY + "\n".join(servers) + "\n")
        self.start("bot1", "haproxy", "haproxy", "-f", str(self.folder / "haproxy.cfg"))
        urls = {"bot1": f"postgresql://postgres@127.0.0.1:5432/{database}", "bot2": url_of(database)}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        for name, url in urls.items():
            settings = {
                "DATABASE_URL": url,
                "FILES_URL": str(self.folder / "files"),
                "LISTEN": f"{ALL[name]}:{PORT}",
                "PUBLIC_URL": "https://chibo.example",
                "TELEGRAM_TOKEN": TOKEN,
                "TELEGRAM_API_URL": api,
                "TELEGRAM_WEBHOOK": "1",
                "TELEGRAM_SECRET": SECRET,
                "PTB_TIMEDELTA": "true",
                "PYTHONPATH": str(ROOT),
            }
            words: Sequence[str] = (sys.executable, "-m", "benchmarks.cluster.bot", str(began))
            self.start(name, "bot", *words, env={**kept, **settings})

    def dead(self) -> list[str]:
        return [name for name, process in self.running.items() if process.poll() is not None]

    def stop(self) -> None:
        """The bots first, the databases after them; what does not end by itself ends with the namespaces."""
        for kind in ("bot", "haproxy", "patroni", "etcd"):
            ending = [process for name, process in self.running.items() if name.split()[1] == kind]
            for process in ending:
                process.terminate()
            for process in ending:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


def url_of(database: str) -> str:
    hosts = ",".join(f"{address}:5432" for address in DATABASES.values())
    return f"postgresql://postgres@{hosts}/{database}?target_session_attrs=read-write"
