"""Notes, as a client sees them."""

import json
import time
import urllib.request


def call(base_url, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(base_url + path, data)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_a_note_is_there_once_it_was_acknowledged(base_url):
    made = call(base_url, "/notes", {"text": "milk"})
    found = call(base_url, "/notes/" + made["id"])
    assert {**found, "words": None} == made
    assert [one["id"] for one in call(base_url, "/notes")["notes"]] == [made["id"]]


def test_a_job_counts_the_words(base_url):
    made = call(base_url, "/notes", {"text": "milk and honey"})
    deadline = time.monotonic() + 30
    while call(base_url, "/notes/" + made["id"])["words"] != 3:
        assert time.monotonic() < deadline, "the job has not run"
        time.sleep(0.01)


def test_accounts_are_there(base_url):
    with urllib.request.urlopen(base_url + "/auth/register", timeout=10) as answer:
        assert "password" in answer.read().decode()


def test_a_page_says_what_runs(base_url):
    with urllib.request.urlopen(base_url + "/", timeout=10) as answer:
        assert "/notes" in answer.read().decode()
