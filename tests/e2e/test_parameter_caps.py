import pytest

from support.apim_client import Tenant

PAIRS_MAX = 4096
BYTES_MAX = 4 * 1024 * 1024


def error(message):
    return f'<?xml version="1.0" encoding="UTF-8"?><error code="bad_request">{message}</error>'


def too_many(count):
    return error(f"total number of query parameters ({count}) exceeds limit ({PAIRS_MAX})")


@pytest.fixture
def tenant(client):
    made = Tenant(client)
    made.limit("1", "eternity", 1000)
    return made


def query(tenant, pairs):
    """Credentials and a usage, filled up to `pairs` pairs."""
    own = f"provider_key={tenant.key}&service_id={tenant.id}&app_id=a1&usage[hits]=1"
    return own + "&a" * (pairs - 4)


def form(tenant):
    own = f"provider_key={tenant.key}&service_id={tenant.id}"
    return own + "&transactions[0][app_id]=a1&transactions[0][usage][hits]=1"


def test_4096_pairs_in_a_query_pass(client, tenant):
    answer = client.call("GET", "/transactions/authrep.xml?" + query(tenant, PAIRS_MAX))
    assert answer.status == 200
    assert answer.current("hits") == 1


def test_4097_pairs_in_a_query_are_refused(client, tenant):
    answer = client.call("GET", "/transactions/authrep.xml?" + query(tenant, PAIRS_MAX + 1))
    assert (answer.status, answer.text) == (400, too_many(PAIRS_MAX + 1))
    assert tenant.current() == 0


def test_four_mebibytes_of_query_pass_and_one_byte_more_is_refused(client, tenant):
    start = query(tenant, 4) + "&padding="
    path = "/transactions/authrep.xml?" + start
    answer = client.call("GET", path + "x" * (BYTES_MAX - len(start)))
    assert (answer.status, tenant.current()) == (200, 1)
    answer = client.call("GET", path + "x" * (BYTES_MAX + 1 - len(start)))
    assert (answer.status, answer.text) == (
        400,
        error(f"total query size exceeds limit ({BYTES_MAX})"),
    )
    assert tenant.current() == 1


def test_a_report_in_the_query_alone_may_have_four_mebibytes(client, tenant):
    start = form(tenant) + "&padding="
    target = "/transactions.xml?" + start + "x" * (BYTES_MAX - len(start))
    assert client.call("POST", target).status == 202
    assert tenant.current() == 1


def test_a_target_beyond_what_the_server_takes_is_414(client):
    assert client.call("GET", "/transactions/authrep.xml?" + "x" * (5 << 20)).status == 414


def test_4096_pairs_in_a_form_pass(client, tenant):
    assert client.report(form(tenant) + "&a=1" * (PAIRS_MAX - 4)).status == 202
    assert tenant.current() == 1


@pytest.mark.parametrize("count", [PAIRS_MAX + 1, 20_000])
def test_more_pairs_in_a_form_are_refused_with_their_number(client, tenant, count):
    answer = client.report(form(tenant) + "&a=1" * (count - 4))
    assert (answer.status, answer.text) == (400, too_many(count))
    assert tenant.current() == 0


def test_four_mebibytes_of_form_pass(client, tenant):
    start = form(tenant) + "&padding="
    assert client.report(start + "x" * (BYTES_MAX - len(start))).status == 202
    assert tenant.current() == 1


def test_one_byte_more_than_four_mebibytes_is_refused(client, tenant):
    start = form(tenant) + "&padding="
    answer = client.report(start + "x" * (BYTES_MAX + 1 - len(start)))
    assert (answer.status, answer.text) == (
        400,
        error(f"total query size exceeds limit ({BYTES_MAX})"),
    )
    assert Tenant(client) is not None, "the server must go on answering"


def test_an_endless_identifier_is_a_clear_refusal(client, tenant):
    answer = client.report(form(tenant).replace("a1", "a" * 1_000_000))
    assert answer.status == 202 or 400 <= answer.status < 500
    assert tenant.current() == 0


def test_deep_nesting_is_a_bad_request(client, tenant):
    answer = client.call(
        "GET",
        f"/transactions/authorize.xml?provider_key={tenant.key}&app_id=a1&usage"
        + "[a]" * 40
        + "=1",
    )
    assert answer.status == 400
    assert '<error code="bad_request">' in answer.text
