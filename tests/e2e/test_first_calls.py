import datetime

from support.apim_client import PERIODS, Tenant


def window_starts(now):
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "minute": now.replace(second=0, microsecond=0),
        "hour": now.replace(minute=0, second=0, microsecond=0),
        "day": day,
        "week": day - datetime.timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "year": day.replace(month=1, day=1),
    }


def attempt(client):
    """Three calls against a limit of two, by the server's clock; None when a minute ended."""
    tenant = Tenant(client)
    for period in PERIODS:
        tenant.limit("1", period, 2)
    before = datetime.datetime.now(datetime.timezone.utc)
    answers = [
        client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1}) for _ in range(3)
    ]
    after = datetime.datetime.now(datetime.timezone.utc)
    return (answers, before) if before.minute == after.minute else None


def test_authrep_by_the_real_clock_answers_200_200_409(client):
    done = attempt(client) or attempt(client)
    assert done
    answers, now = done
    assert [answer.status for answer in answers] == [200, 200, 409]
    assert "<reason>usage limits are exceeded</reason>" in answers[2].text
    for period, start in window_starts(now).items():
        assert (
            f'period="{period}"><period_start>{start:%Y-%m-%d %H:%M:%S} +0000<' in answers[0].text
        )
        assert [answer.current("hits", period) for answer in answers] == [1, 2, 2]


def test_the_test_clock_moves_only_its_own_request(client):
    tenant = Tenant(client)
    tenant.limit("1", "day", 5)
    then = client.get("authorize", {"X-Test-Now": "1795224654"}, **tenant.credentials())
    now = client.get("authorize", **tenant.credentials())
    assert "<period_start>2026-11-21 00:00:00 +0000<" in then.text
    assert f"<period_start>{datetime.datetime.now(datetime.timezone.utc):%Y-}" in now.text
