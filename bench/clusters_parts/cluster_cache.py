"""First lists of large clusters in process (cluster_cache_bench, from the text of the answers to
what readers see), and the whole binary with its embedded cluster: a node group read one request at
a time beside a bare answer of the HTTP layer, in turns and on one core, and how long after a write
a reader sees it."""
import base64
import http.client
import json
import os
import re
import signal
import socket
import ssl
import statistics
import subprocess
import time
from pathlib import Path

SERVER_CORE, CLIENT_CORE = "0", "1"
WRITES = 200
GROUPS = "/apis/cluster.unicron.mpi-internal.com/v1alpha1/nodegroups"


def lists(context):
    seen = {}
    for name in ("list_metadata", "relist_metadata", "list_node_groups"):
        done = subprocess.run(
            ["taskset", "-c", SERVER_CORE, context.build / "cluster_cache_bench",
             f"--benchmark_filter=clusters/{name}", "--benchmark_format=json"],
            check=True, capture_output=True, text=True)
        seen[name] = json.loads(done.stdout)["benchmarks"][0]
    for name, label, bars in (
            ("list_metadata", "100,000 metadata objects, first list", (50_000, 100)),
            ("relist_metadata", "the same listed anew, beside the first", (50_000, 100)),
            ("list_node_groups", "10,000 node groups, first list", (0, 40))):
        rate, memory = seen[name]["items_per_second"], seen[name]["resident_MB"]
        yield {"name": label, "value": rate, "unit": "/s", "least": bars[0]}
        yield {"name": "memory of that", "value": memory, "unit": "MB", "most": bars[1]}


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Serving:
    def __init__(self, context):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        data = context.folder / "kube"
        settings = ["log.access=none", "http.threads=1", "apps.clusters.enabled=true",
                    "apps.clusters.access=open", "apps.clusters.embedded_cluster=true"]
        flags = [flag for one in settings for flag in ("--set", one)]
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, context.build / "mainstay", "serve", "--port",
             str(self.port), "--data", data, "--settings", context.folder, *flags],
            stderr=subprocess.DEVNULL)
        self.kubeconfig = data / "clusters/embedded/kubeconfig"

    def __enter__(self):
        for _ in range(500):
            try:
                if self.get("/api/nodegroups/general")[0] == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        raise TimeoutError("no node group is served")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def get(self, path):
        link = http.client.HTTPConnection("127.0.0.1", self.port)
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read()

    def cpu_us(self, path, seconds=3):
        """Processor time of the process for each request."""
        before = cpu_seconds(self.process.pid)
        done = subprocess.run(
            ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", "-c32", f"-d{seconds}",
             f"http://127.0.0.1:{self.port}{path}"],
            check=True, capture_output=True, text=True)
        requests = int(re.search(r"(\d+) requests in", done.stdout)[1])
        assert "Non-2xx" not in done.stdout, done.stdout
        return 1e6 * (cpu_seconds(self.process.pid) - before) / requests

    def cluster(self):
        config = json.loads(self.kubeconfig.read_text().split("\n", 1)[1])
        cluster = config["clusters"][0]["cluster"]
        roots = base64.b64decode(cluster["certificate-authority-data"]).decode()
        trust = ssl.create_default_context(cadata=roots)
        host, port = cluster["server"].removeprefix("https://").split(":")
        link = http.client.HTTPSConnection(host, int(port), context=trust)
        link.connect()
        token = config["users"][0]["user"]["token"]
        return link, {"Authorization": "Bearer " + token,
                      "Content-Type": "application/merge-patch+json"}


def reads(server, rounds):
    ratios, costs = [], []
    for _ in range(max(rounds, 3)):
        bare = server.cpu_us("/liveness")
        one = server.cpu_us("/api/nodegroups/general")
        ratios.append(one / bare)
        costs.append((bare, one))
    bare, one = (statistics.median(column) for column in zip(*costs))
    yield {"name": "bare answer, one request at a time", "value": bare, "unit": "us CPU"}
    yield {"name": "a node group, one request at a time", "value": one, "unit": "us CPU"}
    ratio = statistics.median(ratios)
    yield {"name": "a node group, of a bare answer", "value": ratio, "most": 1.2}


def latency(server):
    """From the sending of a write to the first read that shows it."""
    writer, headers = server.cluster()
    reader = http.client.HTTPConnection("127.0.0.1", server.port)
    took, visible = [], []
    for most in range(100, 100 + WRITES):
        begun = time.perf_counter()
        patch = json.dumps({"spec": {"size": {"max": most}}})
        writer.request("PATCH", GROUPS + "/general", patch, headers)
        answer = writer.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        answered = time.perf_counter()
        while True:
            reader.request("GET", "/api/nodegroups/general")
            if json.loads(reader.getresponse().read())["max_size"] == most:
                break
        seen = time.perf_counter()
        took.append(1e3 * (seen - begun))
        visible.append(1e3 * (seen - answered))
    late = sorted(visible)[WRITES * 99 // 100 - 1]
    median = statistics.median(visible)
    yield {"name": "a write seen, from its answer on: median", "value": median, "unit": "ms",
           "most": 5}
    yield {"name": "the same, 99 of 100", "value": late, "unit": "ms", "most": 5}
    yield {"name": "from its sending: median", "value": statistics.median(took), "unit": "ms"}


def measure(context):
    yield from lists(context)
    with Serving(context) as server:
        yield from reads(server, context.rounds)
        yield from latency(server)
