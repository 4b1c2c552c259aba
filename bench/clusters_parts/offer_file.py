"""An AWS offer file of 450 MB, made by offer_file_maker, read by the import command: processor time
of the whole command and its peak of resident memory, beside libsimdjson, which parses the whole
document from memory (its time alone, without the first round, which fetches memory)."""
import json
import os
import statistics
import subprocess

BYTES = 450_000_000


def on_one_core():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def imported(build, path, folder):
    """Seconds of processor time, and peak of resident bytes, of one import."""
    command = [build / "mainstay", "clusters", "prices", "import", path, "--dry-run", "--json"]
    child = subprocess.Popen([*command, "--data", folder / "data"], cwd=folder, text=True,
                             stdout=subprocess.PIPE, preexec_fn=on_one_core)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, said
    told = json.loads(said)
    assert told["types"] == told["priced"] > 500, told
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def parsed(build, path):
    done = subprocess.run([build / "offer_file_simdjson", path, "1"], check=True, text=True,
                          capture_output=True, preexec_fn=on_one_core)
    return float(done.stdout)


def measure(context):
    path = context.folder / "offer.json"
    maker = [context.build / "offer_file_maker", str(BYTES), path]
    size = int(subprocess.run(maker, check=True, capture_output=True, text=True).stdout)
    yield {"name": "offer file", "value": size / 1e6, "unit": "MB", "least": 449}
    rounds = []
    for _ in range(context.rounds):
        simdjson = parsed(context.build, path)
        rounds.append((simdjson, *imported(context.build, path, context.folder)))
    theirs, ours, peak = (statistics.median(column) for column in zip(*rounds))
    ratio = statistics.median(simdjson / own for simdjson, own, _ in rounds)
    yield {"name": "libsimdjson, the whole document", "value": size / 1e6 / theirs, "unit": "MB/s"}
    yield {"name": "clusters prices import", "value": size / 1e6 / ours, "unit": "MB/s"}
    yield {"name": "import, of libsimdjson's rate", "value": ratio, "least": 0.3}
    yield {"name": "import, resident memory", "value": peak / 2**20, "unit": "MiB", "most": 48}
