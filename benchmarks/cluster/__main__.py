"""`python -m benchmarks.cluster`: makes the hosts, cuts their links, prints what became of everybody; leaves nothing behind.

All of it lives in namespaces of its own (network, mounts, processes): they and all that runs in them end with this program,
however it ends, and the machine's own network is never touched.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = ("unshare", "ip", "runuser", "patroni", "etcd", "etcdctl", "haproxy")
INSIDE = "inside"
REAPER = '"$@" & wait $!'
"""The first process of the namespace: a server that has ended and whose parent is gone would else seem to run on."""


def lacking() -> list[str]:
    """What the drill cannot do without and this machine has not."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing.append("postgresql")
    return missing + ([] if os.geteuid() == 0 else ["root"])


def main() -> int:
    if missing := lacking():
        print(
            f"cluster: skipped, {', '.join(missing)} missing: apt-get install postgresql patroni etcd-server etcd-client haproxy"
        )
        return 0
    if sys.argv[1:] == [INSIDE]:
        from benchmarks.cluster.drill import run_drill

        return run_drill()
    print("cluster: the hosts are made, about six minutes", flush=True)
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    inside = [sys.executable, "-m", "benchmarks.cluster", INSIDE]
    return subprocess.call([*apart, "sh", "-c", REAPER, "sh", *inside])


if __name__ == "__main__":
    sys.exit(main())
