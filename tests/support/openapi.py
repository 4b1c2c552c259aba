"""Reads an OpenAPI document: which operation answered, what a schema says of its answer."""

import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def pointer(*keys):
    """`#/a/b` as a URI fragment."""
    parts = (str(key).replace("~", "~0").replace("/", "~1") for key in keys)
    return "#/" + "/".join(urllib.parse.quote(part, safe="~!$&'()*+,;=:@") for part in parts)


def resolve(document, value):
    while isinstance(value, dict) and "$ref" in value:
        target = document
        for key in value["$ref"].removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def operations(document):
    """(path, method, operation) of all."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


class Paths:
    """Finds the operation of a request; literal segments win, as in the server."""

    def __init__(self, document):
        self.document = document
        self._patterns = []
        for path in sorted(document["paths"], key=lambda path: (path.count("{"), path)):
            pattern = "/".join(
                "[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")
            )
            self._patterns.append((re.compile(pattern + "/?"), path))

    def find(self, method, target):
        """(path, method) or None."""
        plain = target.partition("?")[0]
        method = method.lower()
        for pattern, path in self._patterns:
            names = [method, "get"] if method == "head" else [method]
            known = [name for name in names if name in self.document["paths"][path]]
            if known and pattern.fullmatch(plain):
                return path, known[0]
        return None


class Undocumented(Exception):
    """An answer that the document does not speak of."""


def sample(document, place, status, content_type, body):
    """What a validator is asked about this answer: {"schema": .., "value": ..}; None without a
    body. Raises Undocumented."""
    path, method = place
    responses = document["paths"][path][method]["responses"]
    kind = content_type.partition(";")[0].strip()
    known = str(status) if str(status) in responses else "default"
    if known == "default" and kind != "application/problem+json":
        raise Undocumented(f"status {status}")
    response = resolve(document, responses[known])
    if not body:
        return None
    if kind not in response.get("content", {}):
        raise Undocumented(f"{status} with a body of type {kind!r}")
    media = response["content"][kind]
    if "schema" not in media:
        return None
    value = body
    if kind.endswith("json"):
        value = json.loads(body)
    elif kind.endswith("xml"):
        value = from_xml(document, ElementTree.fromstring(body), media["schema"])
    return {"schema": schema_pointer(responses, (path, method, known), kind), "value": value}


def schema_pointer(responses, place, kind):
    path, method, known = place
    whole = responses[known]
    if "$ref" in whole:
        return whole["$ref"] + "/" + pointer("content", kind, "schema").removeprefix("#/")
    return pointer("paths", path, method, "responses", known, "content", kind, "schema")


def from_xml(document, element, schema):
    """The element as the value that the schema, by its `xml` words, means."""
    schema = resolve(document, schema)
    kinds = schema.get("type")
    if kinds == "integer":
        return int(element.text)
    if kinds == "boolean":
        return {"true": True, "false": False}[element.text]
    if kinds != "object":
        return element.text or ""
    named = schema.get("xml", {}).get("name", element.tag)
    assert element.tag == named, f"<{element.tag}>, not <{named}>"
    value, seen = {}, set()
    for name, part in schema["properties"].items():
        part = resolve(document, part)
        words = part.get("xml", {})
        if words.get("attribute"):
            if name in element.attrib:
                value[name] = element.attrib[name]
            seen.add("@" + name)
        elif part.get("x-xml-text"):
            value[name] = element.text or ""
        elif part.get("type") == "array":
            wrapped = words.get("wrapped", False)
            holder = element.find(name) if wrapped else element
            if holder is not None:
                items = resolve(document, part["items"])
                tag = items.get("xml", {}).get("name", name)
                strange = {child.tag for child in holder} - {tag} if wrapped else set()
                assert not strange, f"<{name}> holds {strange}"
                value[name] = [from_xml(document, one, items) for one in holder.findall(tag)]
                seen.add(name if wrapped else tag)
        elif (child := element.find(name)) is not None:
            value[name] = from_xml(document, child, part)
            seen.add(name)
    strange = {child.tag for child in element} - seen
    strange |= {"@" + name for name in element.attrib} - seen
    assert not strange, f"<{element.tag}> has {strange}"
    return value
