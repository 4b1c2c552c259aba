#!/usr/bin/env python3
"""A stand-in for Elasticsearch in tests: the requests that Mainstay makes, answered in the shapes
of its documentation (create index, get alias, aliases, bulk, refresh, search, delete index).

`elasticsearch_server.py [--user NAME:PASSWORD]` says `port N` when it listens on 127.0.0.1, and
ends with its input. Documents put are found at once with refresh=wait_for, else after a _refresh.
An item of _bulk whose id is answer-STATUS fails with that status.
"""

import argparse
import base64
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

WORD = re.compile(r"[^\W]+")  # about what the standard analyzer makes of a text
TYPES = {
    400: "mapper_parsing_exception",
    404: "index_not_found_exception",
    429: "es_rejected_execution_exception",
}


class Failure(Exception):
    def __init__(self, status, kind, reason):
        super().__init__(reason)
        self.status = status
        self.body = {"error": {"root_cause": [], "type": kind, "reason": reason}, "status": status}


class Index:
    def __init__(self, mappings, aliases):
        assert mappings["dynamic"] == "strict"
        self.properties = mappings["properties"]
        self.aliases = set(aliases)
        self.documents = {}
        self.visible = {}

    def check(self, source):
        for name in source:
            if name not in self.properties:
                raise Failure(400, "strict_dynamic_mapping_exception",
                              f"mapping set to strict, dynamic introduction of [{name}]")


class Engine:
    def __init__(self):
        self.lock = threading.Lock()
        self.indexes = {}

    def resolve(self, name):
        if name in self.indexes:
            return self.indexes[name]
        for index in self.indexes.values():
            if name in index.aliases:
                return index
        raise Failure(404, "index_not_found_exception", f"no such index [{name}]")

    def create(self, name, body):
        if name in self.indexes:
            raise Failure(400, "resource_already_exists_exception", f"index [{name}] exists")
        self.indexes[name] = Index(body["mappings"], body["aliases"])
        return {"acknowledged": True, "shards_acknowledged": True, "index": name}

    def delete(self, name):
        self.resolve(name)
        del self.indexes[name]
        return {"acknowledged": True}

    def alias(self, names):
        found = {}
        missing = []
        for alias in names:
            holders = [name for name, index in self.indexes.items() if alias in index.aliases]
            for name in holders:
                found.setdefault(name, {"aliases": {}})["aliases"][alias] = {}
            if not holders:
                missing.append(alias)
        if missing:
            return 404, {"error": f"aliases [{','.join(missing)}] missing", "status": 404, **found}
        return 200, found

    def aliases(self, actions):
        for action in actions:
            [(what, about)] = action.items()
            if what == "remove_index":
                self.delete(about["index"])
            elif what == "add":
                self.resolve(about["index"]).aliases.add(about["alias"])
            else:
                self.resolve(about["index"]).aliases.remove(about["alias"])
        return {"acknowledged": True}

    def bulk(self, text, refresh):
        assert text.endswith("\n"), "the last line of _bulk must end with a newline"
        lines = iter(text.splitlines())
        items = []
        for line in lines:
            [(what, about)] = json.loads(line).items()
            source = json.loads(next(lines)) if what != "delete" else None
            items.append({what: self.item(what, about, source)})
        if refresh:
            for index in self.indexes.values():
                index.visible = dict(index.documents)
        return {"took": 1, "errors": any("error" in one for item in items
                                         for one in item.values()), "items": items}

    def item(self, what, about, source):
        name, identity = about["_index"], about["_id"]
        answer = {"_index": name, "_id": identity}
        try:
            if forced := re.fullmatch(r"answer-(\d+)", identity):
                status = int(forced[1])
                raise Failure(status, TYPES.get(status, "exception"), "mapper_parsing_exception"
                              if status == 400 else "as asked")
            index = self.resolve(name)
            there = identity in index.documents
            if what == "delete":
                index.documents.pop(identity, None)
                return {**answer, "result": "deleted" if there else "not_found",
                        "status": 200 if there else 404}
            if what == "create" and there:
                raise Failure(409, "version_conflict_engine_exception", "document already exists")
            index.check(source)
            index.documents[identity] = source
            return {**answer, "result": "updated" if there else "created",
                    "status": 200 if there else 201}
        except Failure as failure:
            return {**answer, "status": failure.status, "error": failure.body["error"]}

    def search(self, name, body):
        index = self.resolve(name)
        query = body["query"]["bool"]
        found = []
        for identity, source in index.visible.items():
            score = sum_of(query["must"], source)
            if score is None or not passes(query, source):
                continue
            marked = highlights(query["must"], source, body["highlight"])
            found.append((score, identity, source, marked))
        orders = [next(iter(one.items())) for one in body["sort"]]
        for key, way in reversed(orders):
            found.sort(key=lambda one: one[0] if key == "_score" else one[2][key],
                       reverse=way == "desc")
        page = found[body["from"]:body["from"] + body["size"]]
        total = min(len(found), body["track_total_hits"])
        hits = [{"_index": name, "_id": identity, "_score": score,
                 **({"highlight": marked} if marked else {})}
                for score, identity, _, marked in page]
        return {"took": 1, "timed_out": False,
                "hits": {"total": {"value": total, "relation": "eq"}, "max_score": None,
                         "hits": hits}}


def words(text):
    return [word.lower() for part in WORD.findall(text) for word in part.split("_") if word]


def places(needle, text, is_prefix):
    """Where a phrase begins, as numbers of words."""
    hay = words(text)
    for at in range(len(hay) - len(needle) + 1):
        part = hay[at:at + len(needle)]
        last = part[-1].startswith(needle[-1]) if is_prefix else part[-1] == needle[-1]
        if part[:-1] == needle[:-1] and last:
            yield at


def sum_of(must, source):
    """The score, or None when one of the clauses does not match."""
    total = 0.0
    for clause in must:
        match = clause["multi_match"]
        needle = words(match["query"])
        best = 0.0
        for field in match["fields"]:
            name, _, boost = field.partition("^")
            hits = len(list(places(needle, source.get(name, ""),
                                   match["type"] == "phrase_prefix"))) if needle else 0
            best = max(best, hits * float(boost or 1))
        if not best:
            return None
        total += best
    return total


def passes(query, source):
    for clause in query["filter"]:
        [(name, values)] = clause["terms"].items()
        if not set(values) & set(source.get(name, [])):
            return False
    return not any(source.get(name) == value for clause in query["must_not"]
                   for name, value in clause["term"].items())


def highlights(must, source, options):
    marked = {}
    for name in options["fields"]:
        text = source.get(name, "")
        wanted = set()
        for clause in must:
            match = clause["multi_match"]
            needle = words(match["query"])
            for at in places(needle, text, match["type"] == "phrase_prefix"):
                wanted.update(range(at, at + len(needle)))
        if not wanted:
            continue
        count = iter(range(10_000))

        def mark(found, wanted=wanted, count=count):
            if next(count) not in wanted:
                return found[0]
            return options["pre_tags"][0] + found[0] + options["post_tags"][0]

        marked[name] = [re.sub(r"[^\W_]+", mark, text)]
    return marked


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine = Engine()
    user = None

    def log_message(self, *_):
        pass

    def answer(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        expected = self.user and "Basic " + base64.b64encode(self.user.encode()).decode()
        try:
            if expected and self.headers.get("Authorization") != expected:
                raise Failure(401, "security_exception", "unable to authenticate user")
            with self.engine.lock:
                status, said = self.route(unquote(url.path), parse_qs(url.query), body)
        except Failure as failure:
            status, said = failure.status, failure.body
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-elastic-product", "Elasticsearch")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = do_POST = do_DELETE = answer

    def route(self, path, query, body):
        engine = self.engine
        first, _, rest = path[1:].partition("/")
        if self.command == "GET" and first == "_alias":
            return engine.alias(rest.split(","))
        if self.command == "POST" and first == "_aliases":
            return 200, engine.aliases(json.loads(body)["actions"])
        if self.command == "POST" and first == "_bulk":
            return 200, engine.bulk(body, query.get("refresh") == ["wait_for"])
        if self.command == "POST" and rest == "_refresh":
            index = engine.resolve(first)
            index.visible = dict(index.documents)
            return 200, {"_shards": {"total": 2, "successful": 1, "failed": 0}}
        if self.command == "POST" and rest == "_search":
            return 200, engine.search(first, json.loads(body))
        if self.command == "PUT" and not rest:
            return 200, engine.create(first, json.loads(body))
        if self.command == "DELETE" and not rest:
            return 200, engine.delete(first)
        raise Failure(400, "illegal_argument_exception", f"{self.command} {path} is not known here")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--user")
    Handler.user = parser.parse_args().user
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("port", server.server_port, flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
