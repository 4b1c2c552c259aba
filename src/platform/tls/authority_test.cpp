#include "platform/tls/authority.hpp"

#include <doctest/doctest.h>

#include "platform/tls/context.hpp"
#include "platform/tls/test_certificates.hpp"
#include "platform/tls/validity.hpp"

namespace mainstay::tls {
namespace {

using test::make_request;
using test::TemporaryFile;

const SystemTime signing_time = MachineClock{}.wall();
const Expected expected_station{"RDAM 123", "Operator"};

/// A root's files and what is loaded from them.
struct TestRoot {
  TestRoot()
      : pair(make_root("Stations", "Operator", signing_time, std::chrono::days{3650}).value()),
        key(pair.key),
        certificate(pair.certificate),
        authority(RootAuthority::load(key.path(), certificate.path()).value()) {}
  KeyPair pair;
  TemporaryFile key;
  TemporaryFile certificate;
  std::shared_ptr<const RootAuthority> authority;
};

/// Whether the handshake ends well for both; `client` may be without a certificate.
bool shake(Channel& client, Channel& server) {
  std::string to_server;
  std::string to_client;
  std::string plain;
  bool good = client.start(to_server).has_value();
  for (int i = 0; good && i < 4; ++i) {
    const auto there = std::exchange(to_server, {});
    good = server.receive(as_bytes(there), plain, to_client).has_value();
    const auto back = std::exchange(to_client, {});
    good = good && client.receive(as_bytes(back), plain, to_server).has_value();
  }
  return good && client.established() && server.established();
}

}  // namespace

TEST_CASE("authority: what it signs opens a listener that demands certificates, and names whom") {
  const TestRoot root;
  const auto asked = make_request("RDAM 123", "Operator");
  const auto chain =
      root.authority->sign(asked.request, expected_station, signing_time, std::chrono::days{30});
  REQUIRE(chain.has_value());
  const TemporaryFile certificate{chain->chain};
  const TemporaryFile key{asked.key};

  const test::Authority web;
  const auto ecdsa = web.issue();
  const auto rsa = web.issue({.key = test::KeyKind::rsa});
  const TemporaryFile ecdsa_certificate{ecdsa.certificate};
  const TemporaryFile ecdsa_key{ecdsa.key};
  const TemporaryFile rsa_certificate{rsa.certificate};
  const TemporaryFile rsa_key{rsa.key};
  const TemporaryFile web_root{web.pem()};
  ServerOptions options{ecdsa_certificate.path(), ecdsa_key.path(),        rsa_certificate.path(),
                        rsa_key.path(),           root.certificate.path(), true};
  const auto server = ServerContext::load(options).value();

  const auto with = ClientContext::load({web_root.path(), certificate.path(), key.path()}).value();
  auto client = with->connect("localhost");
  auto accepted = server->accept();
  REQUIRE(shake(client, accepted));
  const auto shown = accepted.peer_certificate();
  REQUIRE(shown.has_value());
  CHECK(shown->common_name == "RDAM 123");
  CHECK(shown->organization == "Operator");
  CHECK(shown->serial_number.size() == 32);
  CHECK(shown->serial_number == chain->serial_number);
  CHECK(certificate_end(certificate.path()).value() == chain->expires_at);
  CHECK_FALSE(client.peer_certificate()->common_name == "RDAM 123");

  const auto without = ClientContext::load({web_root.path(), {}, {}}).value();
  auto bare = without->connect("localhost");
  auto refusing = server->accept();
  CHECK_FALSE(shake(bare, refusing));
  // One of another authority is none.
  const auto stranger = web.issue();
  const TemporaryFile stranger_certificate{stranger.certificate};
  const TemporaryFile stranger_key{stranger.key};
  const auto other =
      ClientContext::load({web_root.path(), stranger_certificate.path(), stranger_key.path()});
  auto strange = other.value()->connect("localhost");
  auto refusing_too = server->accept();
  CHECK_FALSE(shake(strange, refusing_too));

  options.other_certificate_file = options.certificate_file;
  options.other_key_file = options.key_file;
  CHECK(ServerContext::load(options).error().is(Errc::key_invalid));
  options = {ecdsa_certificate.path(), ecdsa_key.path(), {}, {}, {}, true};
  auto plain = ServerContext::load(options).value()->accept();
  auto again = without->connect("localhost");
  CHECK(shake(again, plain));
  CHECK_FALSE(plain.peer_certificate().has_value());
}

TEST_CASE("authority: signs only what it expects, with keys that are strong") {
  const TestRoot root;
  const auto refused = [&](std::string_view request) {
    const auto signed_ =
        root.authority->sign(request, expected_station, signing_time, std::chrono::days{30});
    return signed_ ? std::string{} : signed_.error().detail();
  };
  CHECK(refused(make_request("RDAM 123", "Operator", test::KeyKind::rsa).request).empty());
  CHECK(refused("nonsense") == "no certificate signing request in PEM");
  CHECK(refused(make_request("RDAM 124", "Operator").request) ==
        "the common name must be RDAM 123");
  CHECK(refused(make_request("RDAM 123", "").request) == "the organization must be Operator");
  CHECK(refused(make_request("RDAM 123", "Operator", test::KeyKind::rsa, 1024).request)
            .starts_with("the key is too weak"));
  auto torn = make_request("RDAM 123", "Operator").request;
  const auto other = make_request("RDAM 123", "Operator").request;
  torn.replace(torn.size() / 2, torn.size() / 2, other, other.size() / 2, std::string::npos);
  CHECK_FALSE(refused(torn).empty());

  CHECK(RootAuthority::load("/nowhere", root.certificate.path()).error().is(Errc::key_invalid));
  CHECK(RootAuthority::load(root.key.path(), "/nowhere").error().is(Errc::certificate_invalid));
  const TestRoot another;
  CHECK(RootAuthority::load(another.key.path(), root.certificate.path()).has_error());
  CHECK(make_root("", "Operator", signing_time, std::chrono::days{1}).has_error());
}

TEST_CASE("authority: a server's own certificate is the root of clients who are given it") {
  const auto pair =
      make_server_pair("Here", "IP:127.0.0.1,DNS:localhost", signing_time, std::chrono::days{30});
  REQUIRE(pair.has_value());
  const TemporaryFile certificate{pair->certificate};
  const TemporaryFile key{pair->key};
  ServerOptions server;
  server.certificate_file = certificate.path();
  server.key_file = key.path();
  const auto serves = ServerContext::load(server);
  REQUIRE(serves.has_value());
  ClientOptions client;
  client.ca_pem = pair->certificate;
  const auto trusts = ClientContext::load(client);
  REQUIRE(trusts.has_value());
  for (const auto& [host, good] : {std::pair{"127.0.0.1", true}, std::pair{"localhost", true},
                                   std::pair{"elsewhere.example", false}}) {
    Channel here = (*serves)->accept();
    Channel there = (*trusts)->connect(host);
    CHECK(shake(there, here) == good);
  }
}

}  // namespace mainstay::tls
