"""Credentials are never in clear in the access log and in the stored errors."""

import json
import urllib.parse

import pytest

from support.apim_client import Client, Tenant
from support.server import Server

BOUNDARY = "--boundary--"


def secret(number):
    return f"hushhush{number:04}"


def access_log(folder, requests, *arguments):
    """What a server writes whose client sends `requests`; `{id}` in them is a service's id."""
    with Server(folder, *arguments) as server:
        tenant = Tenant(Client(server.base_url))
        for method, target in requests:
            tenant.client.call(method, target.format(id=tenant.id))
        form = {"provider_key": secret(9999), "transactions[0][user_key]": secret(9998)}
        tenant.client.report(form)
        assert server.stop() == 0
        written = server.output()
    assert "/transactions.xml" in written
    for hidden in form.values():
        assert hidden not in written and f"***{hidden[-4:]}" not in written, "forms are no targets"
    return written


CREDENTIAL_TARGETS = [
    ("GET", f"/transactions/authrep.xml?{parameter}={secret(number)}&usage[hits]=1")
    for number, parameter in enumerate(
        (
            "provider_key",
            "service_token",
            "user_key",
            "app_key",
            "user%5Fkey",
            "USER_KEY",
            "transactions[0][user_key]",
            "transactions%5B0%5D%5Bapp_key%5D",
        )
    )
] + [
    (method, target.replace("SECRET", secret(100 + number)))
    for number, (method, target) in enumerate(
        (
            ("HEAD", "/internal/service_tokens/SECRET/{id}/"),
            ("GET", "/internal/service_tokens/SECRET/{id}/provider_key/"),
            ("PUT", "/internal/services/change_provider_key/SECRET"),
            ("GET", "/internal/services/{id}/applications/key/SECRET"),
            ("PUT", "/internal/services/{id}/applications/a1/key/SECRET"),
            ("DELETE", "/internal/services/{id}/applications/key/SECRET"),
            ("DELETE", "/internal/services/{id}/applications/a1/keys/SECRET"),
        )
    )
]


@pytest.mark.parametrize("shape", ["text", "json"])
def test_the_access_log_masks_credentials(own_server, tmp_path, shape):
    written = access_log(tmp_path, CREDENTIAL_TARGETS, "--set", f"log.access={shape}")
    assert "hushhush" not in written
    for _, target in CREDENTIAL_TARGETS:
        last = target[target.index("hushhush") + 8 :][:4]
        assert f"***{last}" in written, target


def test_the_access_log_shows_credentials_when_told_so(own_server, tmp_path):
    written = access_log(tmp_path, CREDENTIAL_TARGETS, "--set", "log.raw_credentials=true")
    assert "***" not in written
    for _, target in CREDENTIAL_TARGETS:
        begin = target.index("hushhush")
        assert target[begin : begin + 12] in written


# --- the stored errors ---------------------------------------------------------------------------


@pytest.fixture
def tenant(client):
    return Tenant(client)


def urlencoded(form):
    return urllib.parse.urlencode(form, safe="[]"), "application/x-www-form-urlencoded"


def percent_encoded(form):
    return urllib.parse.urlencode(form), "application/x-www-form-urlencoded"


def multipart(form):
    parts = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    )
    return f"{parts}--{BOUNDARY}--\r\n", f'multipart/form-data; boundary="{BOUNDARY}"'


def stored_errors(tenant):
    """The text of the list and the errors in it, the newest first."""
    answer = tenant.client.must(200, "GET", tenant.path("errors/"))
    return answer.text, answer.json["errors"]


@pytest.mark.parametrize("encode", [urlencoded, percent_encoded, multipart])
def test_stored_errors_mask_the_credentials_of_a_form(tenant, encode):
    form = {
        "provider_key": tenant.key,
        "service_id": tenant.id,
        "app_key": secret(1),
        "transactions[0][user_key]": secret(2),
        "transactions[0][usage][hits]": "1",
    }
    body, content_type = encode(form)
    assert tenant.client.report(body, {"Content-Type": content_type}).status == 202
    text, errors = stored_errors(tenant)
    assert len(errors) == 1, "the user key is nobody's"
    for hidden in (tenant.key, "hushhush"):
        assert hidden not in text


def test_stored_errors_mask_a_refused_credential(tenant):
    for parameter in ("provider_key", "service_token"):
        credentials = {parameter: secret(3), "service_id": tenant.id, "app_id": "a1"}
        assert tenant.client.get("authorize", **credentials).status == 403
    credentials = {"provider_key": tenant.key, "service_id": tenant.id, "user_key": secret(4)}
    tenant.service(backend_version="1")
    assert tenant.client.get("authorize", **credentials).status == 403
    text, errors = stored_errors(tenant)
    assert len(errors) == 3
    assert "hushhush" not in text
    assert "***0004" in errors[0]["message"]


def test_a_user_agent_that_is_no_utf8_leaves_the_list_readable(tenant):
    odd = {"User-Agent": b"probe\xff\xc3/1.0"}
    assert tenant.client.get("authorize", odd, **tenant.credentials("nobody")).status == 404
    text, errors = stored_errors(tenant)
    assert json.loads(text)["count"] == 1
    assert errors[0]["context_info"]["user_agent"].startswith("probe")


# --- long inputs, to be answered within the client's time-out ------------------------------------


def deep_form(tenant, prefix):
    """4,096 pairs of 2 MB, their names nested 30 deep, below `prefix` with the pair's number."""
    form = f"provider_key={tenant.key}&service_id={tenant.id}"
    form += "&transactions[0][app_id]=a1&transactions[0][usage][hits]=1"
    for number in range(4092):
        name = prefix.format(number) + "[user_key]" * 29 + f"[{number}]"
        form += f"&{name}=".ljust(490, "x")
    assert 2_000_000 < len(form) < 2_100_000
    return form


@pytest.mark.parametrize(
    "prefix, status",
    [("a", 202), ("a{}", 400)],
    ids=["names_in_common", "too_many_names"],
)
def test_a_long_and_deep_form_is_answered(tenant, prefix, status):
    tenant.limit("1", "eternity", 100)
    assert tenant.client.report(deep_form(tenant, prefix)).status == status
    assert tenant.current() == (1 if status == 202 else 0)


def test_a_long_service_id_beside_a_short_key_is_answered(tenant):
    credentials = {"provider_key": tenant.key, "service_id": "a" * 1_000_000}
    answer = tenant.client.get("authorize", **credentials, app_id="a1", app_key="a")
    assert answer.status == 403
    form = {**credentials, "app_key": "a", "transactions[0][app_id]": "a1"}
    assert tenant.client.report(form).status == 403
    tenant.client.must(200, "GET", "/status")
