"""The README's first lines, as they stand there, against a demo."""

import re
import subprocess
import time

import pytest

from support.server import NO_CREDENTIALS, ROOT, Server

pytestmark = pytest.mark.usefixtures("own_server")


def curl_lines():
    """The command lines of the README, in their order; a comment behind one is the shell's."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^    \$ (.*\bcurl .*)$", text, re.MULTILINE)


def test_the_demo_answers_the_lines_of_the_readme(tmp_path):
    def say(line):
        here = line.replace("http://127.0.0.1:3000", server.base_url)
        assert here != line
        done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, line
        return done.stdout

    authorize, authrep, usage, echo, _, no_key = curl_lines()[:6]
    with Server(
        tmp_path, "--demo", environment="development", variables=NO_CREDENTIALS
    ) as server:
        for _ in range(2):  # its limits are per minute: all of them within one
            began = time.time() // 60
            said = [say(authorize), say(authrep), say(usage)]
            if time.time() // 60 == began:
                break
        assert "<authorized>true</authorized><plan>Demo</plan>" in said[0]
        assert said[1].split() == ["200", "200", "409"]
        assert '"metric_name":"hits","max_value":2,"current_value":2}' in said[2]
        assert said[2].startswith('{"status":"found"')
        echoes = [say(echo) for _ in range(5)]
        assert [text.split()[1] for text in echoes[:2]] == ["200", "200"]
        assert any(text.startswith("HTTP/1.1 429 ") for text in echoes)
        assert say(no_key).strip() == "403"
