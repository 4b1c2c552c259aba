#include "platform/tls/context.hpp"

#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "base/temporary_folder.hpp"
#include "platform/tls/test_certificates.hpp"

namespace mainstay::tls::context_test {
namespace {

using test::Authority;
using test::Issued;
using test::KeyKind;
using test::Subject;
using test::TemporaryFile;

std::shared_ptr<ServerContext> server_of(const Issued& issued) {
  const TemporaryFile certificate{issued.certificate};
  const TemporaryFile key{issued.key};
  auto context = ServerContext::load({certificate.path(), key.path()});
  if (context.has_error()) FAIL(context.error().message());
  return *std::move(context);
}

std::shared_ptr<ClientContext> client_trusting(const Authority& authority) {
  const TemporaryFile roots{authority.pem()};
  auto context = ClientContext::load({roots.path()});
  if (context.has_error()) FAIL(context.error().message());
  return *std::move(context);
}

/// Both ends and what is under way between them.
struct Pair {
  Channel client;
  Channel server;
  std::string to_server;
  std::string to_client;
  std::string at_server;
  std::string at_client;
  std::optional<Error> client_error;
  std::optional<Error> server_error;

  Pair(const ClientContext& from, const ServerContext& to, const std::string& host)
      : client(from.connect(host)), server(to.accept()) {
    if (auto started = client.start(to_server); started.has_error()) client_error = started.error();
  }

  /// Carries `step` bytes at a time to either side until nothing is under way.
  void run(std::size_t step = 1U << 20U) {
    while (!to_server.empty() || !to_client.empty()) {
      carry(to_server, step, server, at_server, to_client, server_error);
      carry(to_client, step, client, at_client, to_server, client_error);
    }
  }

  static void carry(std::string& from, std::size_t step, Channel& to, std::string& plain,
                    std::string& back, std::optional<Error>& error) {
    const std::string part = from.substr(0, step);
    from.erase(0, part.size());
    if (part.empty() || error) return;
    if (auto received = to.receive(as_bytes(part), plain, back); received.has_error()) {
      error = received.error();
    }
  }
};

Error refused_by_client(const Subject& subject, const std::string& host) {
  const Authority authority;
  Pair pair{*client_trusting(authority), *server_of(authority.issue(subject)), host};
  pair.run();
  CHECK(!pair.client.established());
  REQUIRE(pair.client_error);
  CHECK(pair.client_error->is(Errc::verify_failed));
  return *pair.client_error;
}

bool accepted_by_client(const Subject& subject, const std::string& host) {
  const Authority authority;
  Pair pair{*client_trusting(authority), *server_of(authority.issue(subject)), host};
  pair.run();
  return pair.client.established() && pair.server.established();
}

/// An OpenSSL client of its own, to do what ours never does.
class RawClient {
 public:
  explicit RawClient(int version) : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, version);
    SSL_CTX_set_max_proto_version(context_, version);
    SSL_CTX_set_cipher_list(context_, "ALL:eNULL");
    ssl_ = SSL_new(context_);
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_);
  }
  ~RawClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  SSL* ssl() { return ssl_; }

  /// Lets both sides talk; the server's first error, if any.
  std::optional<Error> run(Channel& server, std::string& at_server) {
    for (int round = 0; round < 10; ++round) {
      SSL_do_handshake(ssl_);
      char buffer[1024];
      const int size = BIO_read(SSL_get_wbio(ssl_), buffer, sizeof buffer);
      if (size <= 0) break;
      std::string back;
      const std::string_view sent{buffer, static_cast<std::size_t>(size)};
      auto received = server.receive(as_bytes(sent), at_server, back);
      if (received.has_error()) return received.error();
      BIO_write(SSL_get_rbio(ssl_), back.data(), static_cast<int>(back.size()));
    }
    return std::nullopt;
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
};

}  // namespace

TEST_CASE("tls: RSA and ECDSA, text crosses in both directions") {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::ecdsa}) {
    const Authority authority{kind};
    Pair pair{*client_trusting(authority), *server_of(authority.issue({.key = kind})), "localhost"};
    CHECK(!pair.client.established());
    pair.run();
    REQUIRE(pair.client.established());
    REQUIRE(pair.server.established());
    const std::string large(100'000, 'x');
    CHECK(pair.client.send("question", pair.to_server).has_value());
    CHECK(pair.server.send(large, pair.to_client).has_value());
    CHECK(pair.to_client.find("xxxx") == std::string::npos);
    pair.run();
    CHECK(pair.at_server == "question");
    CHECK(pair.at_client == large);
  }
}

TEST_CASE("tls: the wire cut at every byte, the same text arrives") {
  const Authority authority;
  Pair pair{*client_trusting(authority), *server_of(authority.issue()), "localhost"};
  CHECK(pair.client.send("early question", pair.to_server).has_value());
  pair.run(1);
  CHECK(pair.client.established());
  CHECK(pair.at_server == "early question");
  CHECK(pair.server.send("answer", pair.to_client).has_value());
  pair.run(1);
  CHECK(pair.at_client == "answer");
}

TEST_CASE("tls: several channels of one context, independent") {
  const Authority authority;
  const auto client = client_trusting(authority);
  const auto server = server_of(authority.issue());
  Pair one{*client, *server, "localhost"};
  Pair two{*client, *server, "127.0.0.1"};
  one.run(7);
  two.run(11);
  CHECK(one.client.send("one", one.to_server).has_value());
  CHECK(two.client.send("two", two.to_server).has_value());
  two.run();
  one.run();
  CHECK(one.at_server == "one");
  CHECK(two.at_server == "two");
}

TEST_CASE("tls: close_notify, seen by the peer and nothing after it") {
  const Authority authority;
  Pair pair{*client_trusting(authority), *server_of(authority.issue()), "localhost"};
  pair.run();
  CHECK(!pair.client.finished());
  CHECK(pair.server.send("last", pair.to_client).has_value());
  pair.server.close(pair.to_client);
  pair.to_client += "not TLS at all";
  pair.run();
  CHECK(pair.at_client == "last");
  CHECK(pair.client.finished());
  CHECK(!pair.client_error);
  CHECK(!pair.server.finished());
  pair.client.close(pair.to_server);
  pair.run();
  CHECK(pair.server.finished());
}

TEST_CASE("tls: close before the handshake is over, nothing is sent") {
  const Authority authority;
  Channel server = server_of(authority.issue())->accept();
  std::string wire;
  server.close(wire);
  CHECK(wire.empty());
}

TEST_CASE("tls: the host is one of the certificate's names, accepted") {
  CHECK(accepted_by_client({.alternative_names = "DNS:a.example,DNS:b.example"}, "b.example"));
  CHECK(accepted_by_client({.alternative_names = "DNS:a.example"}, "A.Example."));
  CHECK(accepted_by_client({.alternative_names = "DNS:*.example.org"}, "a.example.org"));
  CHECK(accepted_by_client({.alternative_names = "IP:10.1.2.3"}, "10.1.2.3"));
  CHECK(accepted_by_client({.alternative_names = "IP:0:0:0:0:0:0:0:1"}, "::1"));
  CHECK(accepted_by_client({.alternative_names = "IP:0:0:0:0:0:0:0:1"}, "[::1]"));
}

TEST_CASE("tls: the host is none of the certificate's names, refused by what is wrong") {
  CHECK(refused_by_client({.alternative_names = "DNS:a.example"}, "b.example").detail() ==
        "hostname mismatch");
  CHECK(refused_by_client({.alternative_names = "DNS:*.example.org"}, "example.org").detail() ==
        "hostname mismatch");
  CHECK(refused_by_client({.alternative_names = "DNS:*.example.org"}, "a.b.example.org").detail() ==
        "hostname mismatch");
  CHECK(
      refused_by_client({.alternative_names = "DNS:f*.example.org"}, "foo.example.org").detail() ==
      "hostname mismatch");
  CHECK(refused_by_client({.alternative_names = "IP:10.1.2.3"}, "10.1.2.4").detail() ==
        "IP address mismatch");
  // A name that looks like an address is no address.
  CHECK(refused_by_client({.alternative_names = "DNS:10.1.2.3"}, "10.1.2.3").detail() ==
        "IP address mismatch");
}

TEST_CASE("tls: a certificate out of its time, refused") {
  CHECK(refused_by_client({.valid_from = -7200, .valid_until = -3600}, "localhost").detail() ==
        "certificate has expired");
  CHECK(refused_by_client({.valid_from = 3600, .valid_until = 7200}, "localhost").detail() ==
        "certificate is not yet valid");
}

TEST_CASE("tls: an authority that nobody trusts, refused and the server told") {
  const Authority trusted;
  const Authority other;
  Pair pair{*client_trusting(trusted), *server_of(other.issue()), "localhost"};
  pair.run();
  REQUIRE(pair.client_error);
  CHECK(pair.client_error->is(Errc::verify_failed));
  CHECK(!pair.client.established());
  REQUIRE(pair.server_error);
  CHECK(pair.server_error->detail().find("alert") != std::string::npos);
  CHECK(pair.at_server.empty());
}

TEST_CASE("tls: without extra roots, a private authority is refused") {
  const Authority authority;
  const auto client = ClientContext::load({});
  REQUIRE(client.has_value());
  Pair pair{**client, *server_of(authority.issue()), "localhost"};
  pair.run();
  REQUIRE(pair.client_error);
  CHECK(pair.client_error->is(Errc::verify_failed));
}

TEST_CASE("tls: no host to check, the client does not start") {
  const Authority authority;
  const auto client = client_trusting(authority);
  for (const std::string& host :
       {std::string{}, std::string{"."}, std::string{"[]"},
        std::string{"localhost\0.evil.example", 23}, std::string(300, 'a')}) {
    Channel channel = client->connect(host);
    std::string wire;
    const auto started = channel.start(wire);
    REQUIRE(started.has_error());
    CHECK(started.error().is(Errc::verify_failed));
    CHECK(wire.empty());
    CHECK(channel.send("secret", wire).has_error());
  }
}

TEST_CASE("tls: bytes that are no TLS, handshake_failed and then only refusals") {
  const Authority authority;
  Channel server = server_of(authority.issue())->accept();
  std::string plain;
  std::string wire;
  const auto received = server.receive(as_bytes("GET / HTTP/1.1\r\n\r\n"), plain, wire);
  REQUIRE(received.has_error());
  CHECK(received.error().is(Errc::handshake_failed));
  CHECK(received.error().detail() == "http request");
  CHECK(server.receive({}, plain, wire).error().is(Errc::protocol));
  CHECK(server.send("x", wire).error().is(Errc::protocol));
}

TEST_CASE("tls: a server that speaks no TLS, handshake_failed at the client") {
  const Authority authority;
  Channel client = client_trusting(authority)->connect("localhost");
  std::string plain;
  std::string wire;
  CHECK(client.start(wire).has_value());
  const auto received = client.receive(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), plain, wire);
  REQUIRE(received.has_error());
  CHECK(received.error().is(Errc::handshake_failed));
  CHECK(received.error().detail() == "wrong version number");
}

TEST_CASE("tls: any bit of a record turned, refused and no text delivered") {
  const Authority authority;
  const auto client = client_trusting(authority);
  const auto server = server_of(authority.issue());
  for (const std::size_t at : {std::size_t{5}, std::size_t{8}, std::size_t{20}}) {
    Pair pair{*client, *server, "localhost"};
    pair.run();
    CHECK(pair.client.send("question", pair.to_server).has_value());
    pair.to_server[at] = static_cast<char>(pair.to_server[at] ^ 1);
    pair.run();
    REQUIRE(pair.server_error);
    CHECK(pair.server_error->is(Errc::protocol));
    CHECK(pair.at_server.empty());
  }
}

TEST_CASE("tls: versions, 1.2 and 1.3 are spoken and 1.1 is not") {
  const Authority authority{KeyKind::rsa};
  const auto context = server_of(authority.issue({.key = KeyKind::rsa}));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient client{version};
    Channel server = context->accept();
    std::string at_server;
    CHECK(!client.run(server, at_server));
    CHECK(server.established());
  }
  RawClient client{TLS1_1_VERSION};
  Channel server = context->accept();
  std::string at_server;
  const auto error = client.run(server, at_server);
  REQUIRE(error);
  CHECK(error->detail() == "unsupported protocol");
}

TEST_CASE("tls: ciphers without forward secrecy or authentication, refused") {
  const Authority authority{KeyKind::rsa};
  const auto context = server_of(authority.issue({.key = KeyKind::rsa}));
  for (const char* cipher :
       {"AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256", "AECDH-AES128-SHA", "NULL-SHA256"}) {
    CAPTURE(cipher);
    RawClient client{TLS1_2_VERSION};
    REQUIRE(SSL_set_cipher_list(client.ssl(), cipher) == 1);
    Channel server = context->accept();
    std::string at_server;
    const auto error = client.run(server, at_server);
    REQUIRE(error);
    CHECK(error->detail() == "no shared cipher");
  }
}

TEST_CASE("tls: renegotiation, not done") {
  const Authority authority;
  const auto context = server_of(authority.issue());
  RawClient client{TLS1_2_VERSION};
  Channel server = context->accept();
  std::string at_server;
  REQUIRE(!client.run(server, at_server));
  REQUIRE(SSL_renegotiate(client.ssl()) == 1);
  client.run(server, at_server);
  CHECK(SSL_num_renegotiations(client.ssl()) == 1);  // asked once
  CHECK(SSL_do_handshake(client.ssl()) != 1);        // and never granted
}

TEST_CASE("tls: files replaced, new handshakes use them and old connections stay") {
  const Authority first;
  const Authority second;
  const TemporaryFolder folder;
  const auto write = [&](const Issued& issued) {
    folder.write("certificate", issued.certificate);
    folder.write("key", issued.key);
  };
  write(first.issue());
  auto loaded = ServerContext::load({folder.path("certificate"), folder.path("key")});
  REQUIRE(loaded.has_value());
  const auto server = *loaded;
  const auto unchanged = server->reload_if_changed();
  REQUIRE(unchanged.has_value());
  CHECK_FALSE(*unchanged);
  const auto trusts_first = client_trusting(first);
  const auto trusts_second = client_trusting(second);
  Pair old{*trusts_first, *server, "localhost"};
  old.run();
  CHECK(old.client.established());

  write(second.issue());
  const auto changed = server->reload_if_changed();
  REQUIRE(changed.has_value());
  CHECK(*changed);
  Pair fresh{*trusts_second, *server, "localhost"};
  fresh.run();
  CHECK(fresh.client.established());
  Pair stale{*trusts_first, *server, "localhost"};
  stale.run();
  CHECK(stale.client_error.has_value());
  REQUIRE(old.client.send("still here", old.to_server).has_value());
  old.run();
  CHECK(old.at_server == "still here");
}

TEST_CASE("tls: a new pair that does not fit, refused once and the old one kept") {
  const Authority authority;
  const TemporaryFolder folder;
  const auto good = authority.issue();
  folder.write("certificate", good.certificate);
  folder.write("key", good.key);
  auto loaded = ServerContext::load({folder.path("certificate"), folder.path("key")});
  REQUIRE(loaded.has_value());
  const auto server = *loaded;
  const auto other = authority.issue();
  folder.write("key", other.key + "\n");  // of another length, whatever the clock's grain
  const auto refused = server->reload_if_changed();
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::key_invalid));
  const auto again = server->reload_if_changed();
  REQUIRE(again.has_value());
  CHECK_FALSE(*again);
  CHECK(server->reload().has_error());
  Pair pair{*client_trusting(authority), *server, "localhost"};
  pair.run();
  CHECK(pair.client.established());

  folder.write("certificate", other.certificate + "\n");
  const auto mended = server->reload_if_changed();
  REQUIRE(mended.has_value());
  CHECK(*mended);
}

TEST_CASE("tls: files that cannot be used, the error names the file and the reason") {
  const Authority authority;
  const Issued issued = authority.issue();
  const TemporaryFile certificate{issued.certificate};
  const TemporaryFile key{issued.key};
  const TemporaryFile empty{""};
  const TemporaryFile other_key{authority.issue().key};
  const TemporaryFile rsa_key{authority.issue({.key = KeyKind::rsa}).key};
  const TemporaryFile protected_key{Authority::protected_key()};
  const auto refused = [](const std::string& certificate_file, const std::string& key_file) {
    const auto context = ServerContext::load({certificate_file, key_file});
    REQUIRE(context.has_error());
    return context.error();
  };

  CHECK(refused("/nowhere/c.pem", key.path()).is(Errc::certificate_invalid));
  CHECK(refused("/nowhere/c.pem", key.path()).detail() ==
        "/nowhere/c.pem: No such file or directory");
  CHECK(refused(empty.path(), key.path()).detail() == empty.path() + ": holds no such PEM block");
  CHECK(refused(key.path(), key.path()).is(Errc::certificate_invalid));
  CHECK(refused(certificate.path(), "/nowhere/k.pem").is(Errc::key_invalid));
  CHECK(refused(certificate.path(), "/nowhere/k.pem").detail() ==
        "/nowhere/k.pem: No such file or directory");
  CHECK(refused(certificate.path(), certificate.path()).is(Errc::key_invalid));
  for (const TemporaryFile* wrong : {&other_key, &rsa_key}) {
    const Error error = refused(certificate.path(), wrong->path());
    CHECK(error.is(Errc::key_invalid));
    CHECK(error.detail() ==
          wrong->path() + ": not the key of the certificate in " + certificate.path());
  }
  CHECK(refused(certificate.path(), protected_key.path()).detail().find("passphrase") !=
        std::string::npos);

  const auto client = ClientContext::load({"/nowhere/roots.pem"});
  REQUIRE(client.has_error());
  CHECK(client.error().is(Errc::certificate_invalid));
  CHECK(client.error().detail() == "/nowhere/roots.pem: No such file or directory");
  CHECK(ClientContext::load({empty.path()}).has_error());
}

TEST_CASE("tls: certificates as texts, used as those of files are") {
  const Authority authority;
  const Issued server = authority.issue();
  const Issued own = authority.issue({.alternative_names = "DNS:me"});
  const TemporaryFile certificate{server.certificate};
  const TemporaryFile key{server.key};
  const TemporaryFile roots{authority.pem()};
  auto demanding = ServerContext::load({.certificate_file = certificate.path(),
                                        .key_file = key.path(),
                                        .client_ca_file = roots.path()});
  REQUIRE(demanding.has_value());
  const auto client = [&](ClientOptions options) {
    options.ca_pem = authority.pem();
    return ClientContext::load(options);
  };

  Pair pair{**client({.ca_file = {}, .certificate_pem = own.certificate, .key_pem = own.key}),
            **demanding, "localhost"};
  pair.run();
  CHECK(pair.client.established());
  CHECK(pair.server.established());
  Pair nobody{**client({.ca_file = {}}), **demanding, "localhost"};
  nobody.run();
  CHECK_FALSE(nobody.server.established());

  const Issued other = authority.issue();
  CHECK(client({.ca_file = {}, .certificate_pem = own.certificate, .key_pem = other.key})
            .error()
            .is(Errc::key_invalid));
  CHECK(client({.ca_file = {}, .certificate_pem = "no", .key_pem = own.key})
            .error()
            .is(Errc::certificate_invalid));
  CHECK(ClientContext::load({.ca_file = {}, .ca_pem = "no"}).error().is(Errc::certificate_invalid));
}

TEST_CASE("tls: a client that is told not to verify, connected to anybody") {
  const auto any = ClientContext::load({.ca_file = {}, .verify = false});
  REQUIRE(any.has_value());
  Pair pair{**any, *server_of(Authority{}.issue({.alternative_names = "DNS:a.example"})), "b"};
  pair.run();
  CHECK(pair.client.established());
}

}  // namespace mainstay::tls::context_test
