#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/test_python_server.hpp"
#include "platform/json/json.hpp"
#include "platform/tls/test_certificates.hpp"

namespace mainstay::mail {

/// tests/support/smtp_server.py, which is aiosmtpd, while the object lives.
class SmtpServer {
 public:
  explicit SmtpServer(std::vector<std::string> flags = {}, const tls::test::Subject& subject = {})
      : issued_(authority_.issue(subject)) {
    flags.insert(flags.begin(), "tests/support/smtp_server.py");
    flags.insert(flags.end(), {"--certificate", certificate_.path(), "--key", key_.path()});
    server_ = std::make_unique<PythonServer>(std::move(flags));
    if (!is_there()) {
      MESSAGE("skipped over SMTP: python3-aiosmtpd is not installed (deps/test.in)");
    }
  }

  [[nodiscard]] bool is_there() const { return !port().empty(); }
  [[nodiscard]] const std::string& port() const { return server_->port(); }
  [[nodiscard]] std::string ca_file() const { return roots_.path(); }
  /// The next message that it took; waits for it.
  [[nodiscard]] json::Value taken() const {
    auto parsed = json::parse(server_->line());
    REQUIRE(parsed.has_value());
    return *std::move(parsed);
  }

 private:
  tls::test::Authority authority_;
  tls::test::Issued issued_;
  tls::test::TemporaryFile certificate_{issued_.certificate};
  tls::test::TemporaryFile key_{issued_.key};
  tls::test::TemporaryFile roots_{authority_.pem()};
  std::unique_ptr<PythonServer> server_;
};

}  // namespace mainstay::mail
