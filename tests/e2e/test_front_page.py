"""The front page, as a person sees it."""


def test_the_front_page_shows_links_and_fetches_nothing(browser, base_url):
    browser.open(base_url + "/")
    assert "is running" in browser.text("body")
    links = browser.run("return Array.from(document.links, link => link.pathname)")
    assert {"/status", "/readiness", "/metrics"} <= set(links)
    browser.click('a[href="/status"]')
    browser.wait("return location.pathname === '/status'")
    assert browser.foreign_requests(base_url) == []
    assert browser.complaints() == []
