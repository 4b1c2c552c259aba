"""The charging network's part of the OpenAPI document, which is there when the network is."""

import json
import urllib.request

import pytest
from test_openapi import examples, findings

from support.charging_plots import network

pytestmark = pytest.mark.usefixtures("own_server")


def test_its_routes_are_described_and_its_examples_fit(node, tmp_path):
    with network(tmp_path) as server:
        with urllib.request.urlopen(server.base_url + "/openapi.json", timeout=60) as answer:
            document = json.load(answer)
        assert "undescribed" not in server.output()
    ours = [path for path in document["paths"] if path.startswith("/charging")]
    assert "/charging/v1/plots" in ours and "/charging/v1/plots/stream" in ours
    assert findings(node, document, examples(document)).strip() == ""
