"""The page /clusters as people use it, in headless Chromium."""

import pytest

from support.browser import Browser, missing
from support.clusters import OPEN, Api, platform

pytestmark = pytest.mark.xdist_group("clusters_page")  # one server, or program, for the file

REFUSED = "Failed to load resource: the server responded with a status of "


@pytest.fixture(scope="module")
def server(tmp_path_factory, pytestconfig):
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    with platform(tmp_path_factory.mktemp("clusters_page"), OPEN) as started:
        yield started


@pytest.fixture(scope="module")
def browser():
    if what := missing():
        pytest.skip(f"browser: {what}")
    with Browser() as opened:
        yield opened


class Page:
    def __init__(self, browser, server):
        self.browser = browser
        self.base_url = server.base_url
        self.before = len(browser.complaints()), len(browser.foreign_requests(self.base_url))

    def open(self, part):
        self.browser.open(f"{self.base_url}/clusters?{id(self)}{part}")
        self.shows("Live", "#link")
        return self

    def shows(self, text, within="main"):
        self.browser.wait(
            "return document.querySelector(arguments[0])?.innerText.includes(arguments[1])",
            within, text,
        )

    def settled(self, *refusals):
        complaints, foreign = self.before
        assert self.browser.foreign_requests(self.base_url)[foreign:] == []
        strange = [one for one in self.browser.complaints()[complaints:]
                   if not any(f"{REFUSED}{status} " in one for status in refusals)]
        assert strange == []


@pytest.fixture
def page(browser, server):
    return Page(browser, server)


def test_a_group_is_planned_proposed_and_seen_to_get_ready(page, server):
    api = Api(server.base_url)
    page.open("#/groups")
    page.shows("a month", "#groups .total")
    there = api.see("/api/nodegroups")
    page.browser.wait("return document.querySelectorAll('#groups tbody tr').length >= arguments[0]",
                      len(there))
    page.browser.type("#groups [name=name]", "Not A Name")
    page.browser.click("#groups [name=plan]")
    page.shows("name is not 1 to 253", "#groups form .refusal")
    page.browser.run("document.querySelector('#groups [name=name]').value = ''")
    page.browser.type("#groups [name=name]", "from-page")
    page.browser.click("#groups [name=plan]")
    page.shows("+  name: from-page", "#groups .diff")
    page.shows("USD a month", "#groups form")
    page.browser.click("#groups [name=propose]")
    page.shows("Add node group from-page", "#request h2")
    page.shows("pull request open", "#state")
    request = page.browser.run("return location.hash").split("/")[-1]
    api.merge(request)
    page.shows("ready", "#state")
    page.browser.click("#to-requests")
    page.shows("Add node group from-page", "#requests tbody")
    page.browser.click("#to-groups")
    page.shows("from-page", "#groups tbody")
    page.settled(422)


def test_a_secret_is_sealed_and_its_value_forgotten(page):
    page.open("#/secrets")
    page.browser.type("#secrets [name=name]", "page-secret")
    page.browser.type("#secrets .key", "password")
    page.browser.type("#secrets .value", "correct horse")
    page.browser.click("#secrets [name=seal]")
    page.shows("kind: SealedSecret", "#secrets .manifest")
    assert page.browser.run("return document.querySelector('#secrets .value').value") == ""
    assert "correct horse" not in page.browser.text("body")
    page.settled()
