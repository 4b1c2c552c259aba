"""A server with charging plots, and what tests do with them: stdlib only."""

import http.client
import json
import urllib.parse
from contextlib import closing, contextmanager
from types import SimpleNamespace

from support.auth_client import CHEAP, add_user, user
from support.server import Server

ON = {**CHEAP, "MAINSTAY__APPS__CHARGING__ENABLED": "true"}
ROOT = "/charging/v1/"

# Sites of our own making, in the shapes of Open Charge Map and of the AFDC.
SITES = [
    {
        "ID": 70001,
        "DataProvider": {"Title": "Town of Testwil", "License": "CC BY 4.0"},
        "OperatorInfo": {"Title": "Volt"},
        "UsageTypeID": 1,
        "AddressInfo": {"Title": "Quay 9", "AddressLine1": "Quay 9", "Town": "Testwil",
                        "Postcode": "9999", "Country": {"ISOCode": "CH"},
                        "Latitude": 47.3769, "Longitude": 8.5417},
        "Connections": [{"ConnectionTypeID": 33, "PowerKW": 150, "CurrentTypeID": 30,
                         "Quantity": 2}],
    },
    {
        "ID": 70002,
        "AddressInfo": {"Title": "Mill", "Town": "Testwil", "Country": {"ISOCode": "CH"},
                        "Latitude": 47.39, "Longitude": 8.55},
        "Connections": [{"ConnectionTypeID": 25, "PowerKW": 22, "CurrentTypeID": 20}],
    },
]
TABLE = (
    "Fuel Type Code,Station Name,Street Address,City,ZIP,Status Code,Access Days Time,"
    "EV Level2 EVSE Num,EV DC Fast Count,EV Network,Latitude,Longitude,ID,EV Connector Types,"
    "Country,Access Code\r\n"
    'ELEC,"Mall, north",1 Main St,Albany,12207,E,24 hours daily,4,2,Volt Network,42.65,'
    "-73.75,100,J1772 J1772COMBO,US,public\r\n"
    "CNG,Gas,,,,E,,,,,42,-73,101,,US,public\r\n"
    "ELEC,Nowhere,,,,E,,1,,,,,102,,US,public\r\n"
)
PLOT = {
    "name": "Bahnhof Nord", "latitude": 47.3801, "longitude": 8.5409, "address": "Gleis 1",
    "city": "Testwil", "postcode": "9999", "country": "CH", "operator": "Volt",
    "hours": "mo-fr 06:00-22:00; sa,su 08:00-20:00", "time_zone": "Europe/Zurich",
    "currency": "CHF", "amenities": ["wifi", "toilets"],
    "connectors": [
        {"standard": "ccs2", "format": "cable", "current": "dc", "power_kw": 150,
         "price_per_kwh": 0.59},
        {"standard": "type2", "format": "socket", "current": "ac3", "power_kw": 22,
         "price_per_kwh": 0.39},
    ],
}


def ask(server, path, **parameters):
    """As anybody."""
    url = urllib.parse.urlsplit(server.base_url)
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    with closing(http.client.HTTPConnection(url.hostname, url.port, timeout=60)) as connection:
        connection.request("GET", ROOT + path + query)
        answer = connection.getresponse()
        return SimpleNamespace(status=answer.status, headers=answer.headers,
                               text=answer.read().decode())


def found(server, **parameters):
    answer = ask(server, "plots", **parameters)
    assert answer.status == 200, answer
    return json.loads(answer.text)


class Person:
    """Somebody who is signed in."""

    def __init__(self, server, name, *roles):
        self.client = add_user(server, name)
        for role in roles:
            said, code = user(server, "role", name, role)
            assert code == 0, said
        if roles:
            self.client.sign_in(name)
        self.client.csrf = self.client.get("/auth/me").json["csrf_token"]

    def send(self, method, path, body=None):
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self.client.csrf}
        text = None if body is None else json.dumps(body)
        return self.client.request(method, ROOT + path, text, headers)

    def must(self, method, path, body=None, status=200):
        answer = self.send(method, path, body)
        assert answer.status == status, answer
        return answer.json if answer.body else None


@contextmanager
def network(folder, *arguments):
    with Server(folder, *arguments, variables=ON) as server:
        yield server
