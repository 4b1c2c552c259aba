"""Values sealed a second on one core, beside what `openssl speed` says of RSA-4096's public
operation, which each of them needs."""
import json
import os
import statistics
import subprocess

SECONDS = 3


def on_one_core(command):
    core = max(os.sched_getaffinity(0))
    done = subprocess.run(
        command, check=True, capture_output=True, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    return done.stdout


def public_operations():
    """The last column of "rsa 4096 bits 0.0055s 0.000085s 182.0 11717.0"."""
    lines = on_one_core(["openssl", "speed", "-seconds", str(SECONDS), "rsa4096"]).splitlines()
    return float(next(line for line in lines if line.startswith("rsa 4096 bits")).split()[-1])


def sealed_values(build):
    command = [str(build / "mainstay"), "clusters", "measure-sealing", "--seconds", str(SECONDS)]
    return json.loads(on_one_core(command))["values_per_second"]


def measure(context):
    pairs = [(public_operations(), sealed_values(context.build)) for _ in range(context.rounds)]
    theirs = statistics.median(public for public, _ in pairs)
    ours = statistics.median(sealed for _, sealed in pairs)
    ratio = statistics.median(sealed / public for public, sealed in pairs)
    yield {"name": "openssl speed, RSA-4096 public operations", "value": theirs, "unit": "/s"}
    yield {"name": "values of 64 bytes sealed", "value": ours, "unit": "/s"}
    yield {"name": "sealed, of openssl's", "value": ratio, "least": 0.7}
