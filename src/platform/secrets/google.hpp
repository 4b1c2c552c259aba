#pragma once

#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/http/client.hpp"
#include "platform/secrets/reference.hpp"

namespace mainstay::secrets {

class Transport;

/// Where Google's services are; others' addresses in tests and behind private endpoints.
struct GoogleOptions {
  std::string storage_url = "https://storage.googleapis.com";
  std::string kms_url = "https://cloudkms.googleapis.com";
  std::string secret_manager_url = "https://secretmanager.googleapis.com";
  std::string metadata_url = "http://metadata.google.internal";
  std::string credentials_file = {};  // a service account's key; empty: the metadata server
  Millis deadline{30'000};            // for one secret, with all its requests and pauses
};

/// Reads secrets of Berglas (Cloud Storage and Cloud KMS) and of Secret Manager over REST. One
/// thread; blocks.
class Google {
 public:
  Google(GoogleOptions options, Transport& transport, const Clock& clock)
      : options_(std::move(options)), transport_(&transport), clock_(&clock) {}

  Result<std::string> read_berglas(const Reference& reference);
  Result<std::string> read_secret_manager(const Reference& reference);

 private:
  Result<std::string> token();
  Result<std::string> fetch_token();
  Result<std::string> call(http::ClientRequest request, const std::string& what);
  Result<std::string> ask(const http::ClientRequest& request, const std::string& what);
  Result<std::string> decrypt_key(const std::string& kms_key, const std::string& object,
                                  const std::string& encrypted_key);

  GoogleOptions options_;
  Transport* transport_;
  const Clock* clock_;
  SteadyTime deadline_;
  std::string token_;
  SteadyTime token_end_;
};

}  // namespace mainstay::secrets
