"""Follows every link of every page, from the front page on, as a browser with cookies would."""

import html.parser
import urllib.parse


class _Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.ids, self.labels, self.inputs = [], set(), set(), []
        self.inside_label = 0

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.add(found["id"])
        for name in ("href", "src", "action"):
            if found.get(name):
                self.links.append((tag, name, found[name]))
        if tag == "label":
            self.inside_label += 1
            self.labels.add(found.get("for"))
        kind = found.get("type")
        if tag in ("input", "select", "textarea") and kind not in ("hidden", "checkbox"):
            self.inputs.append({**found, "labelled": self.inside_label > 0})

    def handle_endtag(self, tag):
        self.inside_label -= tag == "label"


def crawl(client, start="/", pages_max=500):
    """Visits every page that links lead to. Returns {path: (status, content type)}; fails on links
    that leave the server, on broken ones, and on fields without a label. `client` has get(path)."""
    seen, waiting, wrong = {}, [(start, "the beginning")], []
    while waiting:
        path, source = waiting.pop()
        target = path.split("#")[0] or "/"
        if target in seen:
            continue
        assert len(seen) < pages_max, f"more than {pages_max} pages"
        answer = client.get(target)
        kind = answer.header("Content-Type") or ""
        seen[target] = (answer.status, kind)
        if answer.status in (301, 302, 303, 307, 308):
            waiting.append((urllib.parse.urljoin(target, answer.header("Location")), target))
            continue
        if answer.status not in (200, 401):  # 401: what needs other credentials is no broken link
            wrong.append(f"{source} -> {target}: {answer.status}")
        if not kind.startswith("text/html"):
            continue
        page = _Links()
        page.feed(answer.text)
        wrong += [
            f"{target}: the field {field.get('name')} has no label"
            for field in page.inputs
            if not field["labelled"]
            and field.get("id", "") not in page.labels
            and not field.get("aria-label")
        ]
        for tag, name, link in page.links:
            if name == "action" or link.startswith(("mailto:", "otpauth:", "data:")):
                continue
            if link.startswith("#/"):
                continue  # a view that the page's script shows
            if link.startswith("#"):
                if link[1:] and link[1:] not in page.ids:
                    wrong.append(f"{target} -> {link}: nothing has that id")
                continue
            absolute = urllib.parse.urljoin(target, link)
            if urllib.parse.urlsplit(absolute).netloc:
                wrong.append(f"{target} -> {link}: leaves the server ({tag})")
                continue
            waiting.append((absolute, target))
    assert not wrong, "\n".join(wrong)
    return seen
