"""The exchange's part of the OpenAPI document, which is there when the exchange is."""

import pytest
from test_openapi import examples, findings

from support.exchange import Api, market

pytestmark = pytest.mark.usefixtures("own_server")


def test_its_routes_are_described_and_its_examples_fit(node, tmp_path):
    with market(tmp_path) as server:
        document = Api(server.base_url).send("GET", "/openapi.json").json
    assert "undescribed" not in server.output()
    ours = [path for path in document["paths"] if path.startswith("/exchange/")]
    assert "/exchange/api/v3/order" in ours and "/exchange/ws/{stream}" in ours
    assert findings(node, document, examples(document)).strip() == ""
