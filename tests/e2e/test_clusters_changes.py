"""Changes of the platform API: a forge over https with a token that nobody sees, webhooks, crashes,
the audit log, and the embedded forge's page."""

import getpass
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from support import stores
from support.browser import Browser, missing
from support.certificates import Certificates
from support.clusters import GROUP, OPEN, Api, wait_for
from support.gitea_fake import OWNER, NAME, SECRET, TOKEN, USER, GiteaFake, git
from support.server import ROOT, Server, accepts, refused, run

pytestmark = pytest.mark.xdist_group("clusters_changes")  # two servers for the file


def group(name, **more):
    return {**GROUP, "name": name, **more}


# --- a forge of others ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gitea(tmp_path_factory, pytestconfig):
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    folder = tmp_path_factory.mktemp("gitea")
    certificates = Certificates(folder)
    certificates.issue()
    fake = GiteaFake(folder / "root", certificates)
    fake.roots = certificates.roots
    yield fake
    fake.close()


@pytest.fixture(scope="module")
def remote(tmp_path_factory, gitea):
    """A server whose forge that is; only webhooks tell it of merges."""
    variables = {
        **OPEN,
        "MAINSTAY__APPS__CLUSTERS__FORGE": "gitea",
        "MAINSTAY__APPS__CLUSTERS__FORGE_URL": gitea.url,
        "MAINSTAY__APPS__CLUSTERS__FORGE_CA_FILE": str(gitea.roots),
        "MAINSTAY__APPS__CLUSTERS__FORGE_POLL": "1h",
        "MAINSTAY__APPS__CLUSTERS__WEBHOOK_SECRET": SECRET,
        "GITPOS_ORGANIZATION": OWNER,
        "GITOPS_REPO": NAME,
        "GITHUB_USER": USER,
        "GITHUB_TOKEN": TOKEN,
    }
    folder = tmp_path_factory.mktemp("remote")
    with Server(folder, variables=variables) as server:
        server.variables = variables
        yield server


@pytest.fixture
def api(remote):
    return Api(remote.base_url)


def test_a_change_goes_over_https_and_the_token_is_seen_nowhere(api, remote, gitea):
    made = api.must(200, "POST", "/api/nodegroups", group("blue"))
    request = api.request(made["request"])
    number = request["pull_request"]["number"]
    assert made["url"] == f"{gitea.url}/{OWNER}/{NAME}/pulls/{number}"
    head = gitea.pulls[number]["head"]
    assert head.startswith("mainstay/create-nodegroup-blue-")
    path = "infrastructure/_catalog/templates/nodegroup-blue.yaml"
    shown = git(f"--git-dir={gitea.repository}", "show", f"{head}:{path}")
    assert "kind: NodeGroup" in shown
    commit = git(f"--git-dir={gitea.repository}", "cat-file", "commit", head)
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in commit
    assert f"Request-Id: {made['request']}" in commit and "Requested-by: local" in commit
    # The server itself was given it in a variable; its children were not.
    leaks = [leak for leak in gitea.leaks if leak != f"{remote.process.pid} environ"]
    assert leaks == []
    kept = [path for path in remote.folder.rglob("*") if path.is_file()
            and TOKEN.encode() in path.read_bytes()]
    assert kept == []


def test_a_secret_on_its_way_is_in_no_process(api, remote, gitea):
    """The source put values into command lines."""
    value = "hush-7be1-in-no-process"
    gitea.watched.append(value)
    try:
        body = {"name": "hush", "literals": {"password": value}}
        made = api.must(200, "POST", "/api/secrets", body)
    finally:
        gitea.watched.remove(value)
    assert gitea.pulls[api.request(made["request"])["pull_request"]["number"]]
    leaks = [leak for leak in gitea.leaks if leak != f"{remote.process.pid} environ"]
    assert leaks == []


def test_a_forge_that_is_another_is_told_nothing(api, remote, gitea, tmp_path):
    """Neither one that cannot prove who it is, nor where one sends us."""
    (tmp_path / "other").mkdir()
    certificates = Certificates(tmp_path / "other")
    certificates.issue()
    other = GiteaFake(tmp_path / "other/root", certificates)
    try:
        gitea.redirect_git = other.url
        answer = api.call("POST", "/api/nodegroups", group("sent-away"))
        assert (answer.status, answer.code) in ((502, "git_failed"), (502, "forge_refused"))
        gitea.redirect_git = None
        assert other.asked == []
        variables = {**remote.variables, "MAINSTAY__APPS__CLUSTERS__FORGE_URL": other.url}
        with Server(tmp_path, variables=variables) as server:  # with the first one's roots
            wait_for(lambda: Api(server.base_url).call("GET", "/api/readiness").status == 200)
            answer = Api(server.base_url).call("POST", "/api/nodegroups", group("unproved"))
            assert (answer.status, answer.code) == (502, "git_failed"), answer
            assert "certificate" in answer.json["detail"] and TOKEN not in answer.text
        assert other.asked == []
    finally:
        gitea.redirect_git = None
        other.close()


def test_webhooks_tell_of_a_merge_and_only_signed_ones(api, remote, gitea):
    made = api.must(200, "POST", "/api/nodegroups", group("hooked"))
    number = api.request(made["request"])["pull_request"]["number"]
    gitea.merge(number)
    status, answer = gitea.tell(remote.base_url, number, secret="guessed")
    assert (status, answer["code"]) == (403, "permission_missing")
    status, answer = gitea.tell(remote.base_url, number, touched=time.time() - 3600)
    assert status == 403 and "replay" in answer["detail"]
    assert api.request(made["request"])["state"] == "pull_request_open"
    assert gitea.tell(remote.base_url, number, delivery="d1") == (202, {"status": "ok"})
    assert gitea.tell(remote.base_url, number, delivery="d1") == (202, {"status": "seen before"})
    merged = wait_for(lambda: api.request(made["request"])["merge_commit"])
    assert merged == gitea.commit("main")


def test_a_forge_that_fails_is_asked_again_and_one_that_refuses_is_not(api, gitea):
    gitea.fail_with = 503
    try:
        made = api.must(202, "POST", "/api/nodegroups", group("later"))
        waiting = api.request(made["request"])
        assert waiting["state"] == "branch_pushed" and "503" in waiting["last_error"]
    finally:
        gitea.fail_with = None
    wait_for(lambda: api.request(made["request"])["state"] == "pull_request_open")
    gitea.refuse_git = True
    try:
        assert api.refusal(502, "POST", "/api/nodegroups", group("never")) == "forge_refused"
    finally:
        gitea.refuse_git = False
    assert api.see("/api/requests?name=never")["requests"] == []
    gitea.fail_with = 403
    try:
        assert api.refusal(502, "POST", "/api/nodegroups", group("refused")) == "forge_refused"
    finally:
        gitea.fail_with = None
    (failed,) = api.see("/api/requests?state=failed")["requests"]
    assert failed["name"] == "refused" and "403" in failed["last_error"]
    api.must(202, "POST", f"/api/requests/{failed['id']}/retry")
    wait_for(lambda: api.request(failed["id"])["state"] == "pull_request_open")


def test_what_was_acknowledged_survives_kills_and_is_done_once(remote, gitea):
    acknowledged = {}

    def propose(name):
        try:
            made = Api(remote.base_url).call("POST", "/api/nodegroups", group(name), {
                "Prefer": "respond-async", "Idempotency-Key": name})
            if made.status == 202:
                acknowledged[name] = made.json["request"]
        except OSError:
            pass  # killed meanwhile

    names = [f"crash-{n}" for n in range(6)]
    for n, name in enumerate(names):
        asking = threading.Thread(target=propose, args=(name,))
        asking.start()
        time.sleep(0.02 * n)  # another step each time
        remote.kill()
        asking.join()
        remote.start()
        propose(name)  # as a client that has heard nothing
    api = Api(remote.base_url)
    for name in names:
        done = wait_for(lambda name=name: api.request(acknowledged[name])["pull_request"])
        assert done["number"]
    for name in names:
        heads = [pull["head"] for pull in gitea.pulls.values() if f"-{name}-" in pull["head"]]
        assert len(heads) == 1, heads
        states = [step["state"] for step in api.request(acknowledged[name])["timeline"]]
        assert states.count("branch_pushed") == 1 and states.count("pull_request_open") == 1


# --- ssh -----------------------------------------------------------------------------------------


class Sshd:
    """A real one on a port of its own, for one repository and one key. Whoever comes in is looked
    at for the private key: `leaks` has the processes that show it."""

    def __init__(self, folder):
        self.folder = folder
        self.key, self.leaks_file = folder / "key", folder / "leaks"
        self.hosts = folder / "known_hosts"
        for name in ("key", "host"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name],
                           check=True)
        self.repository = folder / "infra.git"
        git("init", "--quiet", "--bare", "--initial-branch=main", self.repository)
        git(f"--git-dir={self.repository}", "fast-import", "--quiet", input=(
            "commit refs/heads/main\ncommitter A <a@b> 0 +0000\ndata 2\nx\n"
            "M 100644 inline README.md\ndata 3\nHi\n\n"))
        (folder / "needle").write_text(self.key.read_text().splitlines()[2] + "\n")
        look = folder / "look"
        look.write_text(
            f"#!/bin/sh\ngrep -lzsF -f {folder}/needle /proc/[0-9]*/cmdline /proc/[0-9]*/environ "
            f">> {self.leaks_file}\n"
            f'echo seen >> {folder}/visits\nexec git shell -c "$SSH_ORIGINAL_COMMAND"\n')
        look.chmod(0o755)
        public = (folder / "key.pub").read_text()
        (folder / "authorized").write_text(f'command="{look}",restrict {public}')
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.trust("host")
        config = folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nUsePAM no\n"
            f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nPidFile none\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", 0o755, exist_ok=True)
        self.log = open(folder / "sshd.log", "wb")
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", config], stderr=self.log)
        wait_for(lambda: accepts(f"http://127.0.0.1:{self.port}"))

    def trust(self, name):
        """From now on that key is the host's, for clients."""
        kind, key = (self.folder / f"{name}.pub").read_text().split()[:2]
        self.hosts.write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


SSHD = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")


@pytest.mark.skipif(SSHD is None, reason="not installed: sshd (./dev deps test)")
def test_an_ssh_remote_whose_key_is_seen_nowhere(tmp_path):
    ssh = Sshd(tmp_path)
    variables = {
        **OPEN,
        "MAINSTAY__APPS__CLUSTERS__FORGE": "none",
        "MAINSTAY__APPS__CLUSTERS__REPOSITORY_URL":
            f"ssh://{getpass.getuser()}@127.0.0.1:{ssh.port}{ssh.repository}",
        "MAINSTAY__APPS__CLUSTERS__SSH_KEY": str(ssh.key),
    }
    try:
        said = refused(tmp_path, variables=variables)
        assert "apps.clusters.ssh_known_hosts" in said
        variables["MAINSTAY__APPS__CLUSTERS__SSH_KNOWN_HOSTS"] = str(ssh.hosts)
        with Server(tmp_path, variables=variables) as server:
            api = Api(server.base_url)
            wait_for(lambda: api.call("GET", "/api/readiness").status == 200)
            body = group("by-ssh", skip_pull_request=True)
            made = api.must(200, "POST", "/api/nodegroups", body)
            path = "infrastructure/_catalog/templates/nodegroup-by-ssh.yaml"
            assert "kind: NodeGroup" in git(f"--git-dir={ssh.repository}", "show", f"main:{path}")
            assert api.request(made["request"])["merge_commit"]
            # Another host's key: nothing is sent there.
            visits = (tmp_path / "visits").read_text()
            ssh.trust("key")
            answer = api.call("POST", "/api/nodegroups", group("other", skip_pull_request=True))
            assert (answer.status, answer.code) == (502, "forge_refused"), answer
            assert (tmp_path / "visits").read_text() == visits
            needle = (tmp_path / "needle").read_text().strip()
            assert needle not in server.output()
        assert ssh.leaks_file.read_text() == ""
        kept = [path for path in server.data.rglob("*") if path.is_file()
                and needle.encode() in path.read_bytes()]
        assert kept == []
    finally:
        ssh.close()


# --- the audit log -------------------------------------------------------------------------------


def lines_of(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def test_the_audit_log_tells_all_and_shows_when_it_was_rewritten(remote, tmp_path):
    api = Api(remote.base_url)
    answer = api.call("GET", "/clusters/audit?limit=10000")
    assert dict(answer.headers)["X-Audit-Chain"] == "intact"
    records = lines_of(answer)
    assert [one["sequence"] for one in records] == list(range(1, len(records) + 1))
    proposed = next(one for one in records if one["name"] == "blue")
    assert (proposed["actor"], proposed["action"]) == ("local", "change.proposed")
    assert len(dict(proposed["more"])["rendered_sha256"]) == 64
    assert TOKEN not in answer.text

    # By the description alone: docs/clusters_changes.md.
    text = (ROOT / "docs/clusters_changes.md").read_text()
    program = text.split("    import hashlib", 1)[1].split("\n\n", 1)[0]
    program = "\n".join(line.removeprefix("    ") for line in
                        ("    import hashlib" + program).splitlines())
    for wrong in (False, True):
        lines = answer.text.replace('"blue"', '"green"', 1) if wrong else answer.text
        checked = subprocess.run([sys.executable, "-c", program], input=lines, text=True,
                                 capture_output=True, check=False)
        assert (checked.returncode == 0) != wrong, checked.stderr

    events = api.must(200, "GET", "/clusters/audit?format=cloudevents&after=1&limit=2")
    assert [event["id"] for event in events] == ["2", "3"]
    assert all(event["specversion"] == "1.0" and event["data"]["hash"] for event in events)
    assert api.refusal(400, "GET", "/clusters/audit?after=x") == "query_invalid"

    if stores.variables(remote.data):
        return  # another engine: its file is not ours to change
    copy = tmp_path / "data"
    copy.mkdir()
    (database,) = remote.data.glob("*.db")
    with sqlite3.connect(database) as there, sqlite3.connect(copy / database.name) as here:
        there.backup(here)
    verified = run(tmp_path, "clusters", "audit", "--verify", "--json", "--data", copy)
    assert verified.returncode == 0, verified.stdout
    exported = run(tmp_path, "clusters", "audit", "--data", copy)
    assert lines_of(type("Text", (), {"text": exported.stdout}))[: len(records)] == records
    with sqlite3.connect(copy / database.name) as here:
        here.execute("UPDATE clusters_audit SET entry = replace(entry, 'local', 'nobody') "
                     "WHERE sequence = 3")
    verified = run(tmp_path, "clusters", "audit", "--verify", "--data", copy)
    assert verified.returncode == 1 and "record 3 was changed" in verified.stdout


# --- the embedded forge --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def embedded(tmp_path_factory, pytestconfig):
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    with Server(tmp_path_factory.mktemp("embedded"), variables=OPEN) as server:
        yield server


def test_people_review_and_merge_on_the_page(embedded):
    if what := missing():
        pytest.skip(f"browser: {what}")
    api = Api(embedded.base_url)
    made = api.must(200, "POST", "/api/nodegroups", group("seen"))
    other = api.must(200, "POST", "/api/nodegroups", group("unwanted"))
    with Browser() as browser:
        browser.open(f"{embedded.base_url}/clusters/forge")
        browser.wait("return document.querySelectorAll('#list tbody tr').length === 2")
        browser.click("#list tbody tr:last-child a")
        browser.wait("return document.querySelector('.diff .added')?.innerText.length > 1")
        shown = browser.run("return document.querySelector('#pull').innerText")
        assert "seen" in shown and "signed" in shown and "+kind: NodeGroup" in shown
        browser.click("#merge")
        browser.wait("return document.querySelector('#pull .state').innerText.includes('merged')")
        browser.open(made["url"].replace("pull=1", "pull=2"))
        browser.wait("return document.querySelector('#close') !== null")
        browser.click("#close")
        browser.wait("return document.querySelector('#pull .state').innerText.includes('closed')")
        assert browser.complaints() == [] and browser.foreign_requests(embedded.base_url) == []
    api.until(made["request"], "ready")
    assert api.until(other["request"], "closed")["is_over"]


def test_the_embedded_repository_can_be_cloned(embedded, tmp_path):
    bare = embedded.data / "clusters/forge/repository.git"
    git("clone", "--quiet", bare, tmp_path / "clone")
    folder = tmp_path / "clone/infrastructure/_catalog/templates"
    assert [path.name for path in folder.iterdir()] == ["nodegroup-seen.yaml"]
    git("fsck", "--strict", cwd=tmp_path / "clone")
    key = embedded.data / "clusters/git/signing_key"
    assert key.stat().st_mode & 0o077 == 0
    signers = tmp_path / "signers"
    signers.write_text("mainstay@localhost " + key.with_suffix(".pub").read_text())
    git("-c", f"gpg.ssh.allowedSignersFile={signers}", "verify-commit", "HEAD", "HEAD^2",
        cwd=tmp_path / "clone")
