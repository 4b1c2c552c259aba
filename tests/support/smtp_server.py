#!/usr/bin/env python3
"""An SMTP server written by others (aiosmtpd) for tests: `smtp_server.py [--starttls] [--tls]
[--auth USER:PASSWORD] [--certificate FILE --key FILE]`.

Says `port N` when it listens on 127.0.0.1, then one line of JSON for each message that it took:
{"from": .., "to": [..], "data": .., "user": .., "tls": ..}. Recipients that begin with `no` get
550, those with `later` 451, those with `late` too, when the data has come. Ends with its input.
"""

import argparse
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Taken:
    def __init__(self):
        self.users = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no"):
            return "550 5.1.1 no such person"
        if address.startswith("later"):
            return "451 4.2.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 5.7.1 not here"
        print(json.dumps({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "data": envelope.original_content.decode("utf-8"),
            "user": getattr(session, "user", None),
            "tls": session.ssl is not None or server.transport.get_extra_info("sslcontext")
            is not None,
        }), flush=True)
        return "250 taken"


def authenticator(expected):
    def check(server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        session.user = data.login.decode()
        return AuthResult(success=given == expected, handled=given == expected)
    return check


async def serve(options):
    context = None
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    keywords = {"hostname": "test.example", "enable_SMTPUTF8": False}
    if options.starttls:
        keywords.update(tls_context=context, require_starttls=True)
    if options.auth:
        user, _, password = options.auth.partition(":")
        keywords.update(authenticator=authenticator((user, password)), auth_required=True,
                        auth_require_tls=bool(options.starttls))
    taken = Taken()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(taken, loop=loop, **keywords), "127.0.0.1", 0,
                                      ssl=context if options.tls else None)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starttls", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--auth")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
