#include "apps/charging/commands/ca.hpp"

#include <cstdio>
#include <filesystem>
#include <string>

#include "apps/charging/authority_files.hpp"
#include "platform/secrets/secret_file.hpp"
#include "platform/settings/settings.hpp"
#include "platform/tls/authority.hpp"

namespace mainstay::charging {

namespace {

constexpr std::int64_t years_default = 20;

int init(const Call& call) {
  const std::filesystem::path folder = call.settings->text("data.folder");
  const auto files = AuthorityFiles::in(folder);
  if (std::filesystem::exists(files.key) || std::filesystem::exists(files.certificate)) {
    return call.fail("there is a root already: " + files.certificate +
                     "; stations trust its certificates. Move both files away for another one");
  }
  const auto organization = call.settings->text("apps.charging.ocpp_organization");
  const std::chrono::days valid{call.number("--years", years_default) * 365};
  const auto root = tls::make_root(organization + " charging stations", organization,
                                   MachineClock{}.wall(), valid);
  if (root.has_error()) return call.fail(root.error());
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const auto owner = secrets::current_owner();
  // The key first: a certificate without one would stop the server.
  for (const auto& [path, text] :
       {std::pair{files.key, root->key}, std::pair{files.certificate, root->certificate}}) {
    const auto written = secrets::write_private_file(path, text, owner);
    if (written.has_error()) return call.fail(written.error());
  }
  if (call.json) {
    std::printf("{\"key\": \"%s\", \"certificate\": \"%s\"}\n", files.key.c_str(),
                files.certificate.c_str());
    return exit_ok;
  }
  std::printf(
      "key          %s (keep it secret, and a copy of it)\n"
      "certificate  %s\n"
      "From the server's next start on, SignCertificate of a station whose CN is its identity and\n"
      "whose O is \"%s\" is signed, and apps.charging.ocpp_mutual_tls_listen admits by it.\n",
      files.key.c_str(), files.certificate.c_str(), organization.c_str());
  return exit_ok;
}

}  // namespace

Command ca_group() {
  return {.name = "charging ca", .help = "the root that signs stations' certificates"};
}

Command ca_init_command() {
  return {.name = "charging ca init",
          .help = "make the root that signs certificates of stations (OCPP security profile 3)",
          .arguments = {number("--years", "how long the root is good; 20", 1, 50)},
          .run = init};
}

}  // namespace mainstay::charging
