#include "platform/secrets/google.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/secrets/envelope.hpp"
#include "platform/secrets/errc.hpp"
#include "platform/secrets/limits.hpp"
#include "platform/secrets/service_account.hpp"
#include "platform/secrets/transport.hpp"
#include "platform/settings/small_file.hpp"

namespace mainstay::secrets {
namespace {

constexpr std::string_view scope = "https://www.googleapis.com/auth/cloud-platform";
constexpr std::string_view grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr Millis token_margin{60'000};
constexpr std::size_t key_name_bytes_max = 1'024;

Error malformed(const std::string& what, std::string_view why) {
  return Error{Errc::malformed, (what + ": ").append(why)};
}

/// `status` from JSON errors of Google's: {"error": {"status": "PERMISSION_DENIED"}}.
std::string reason_of(const std::string& body) {
  const auto parsed = json::parse(body);
  if (parsed.has_error()) return {};
  const json::Value* const error = parsed->find("error");
  const std::string* status = error != nullptr ? error->find_string("status") : nullptr;
  if (status == nullptr && error != nullptr) status = error->if_string();
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  if (status == nullptr || status->size() > 64) return {};
  return std::all_of(status->begin(), status->end(), plain) ? " (" + *status + ")" : std::string{};
}

Error refusal(const http::ClientResponse& response, const std::string& what) {
  const std::string told =
      what + " answered " + std::to_string(response.status) + reason_of(response.body);
  switch (response.status) {
    case 401:
      return Error{Errc::refused, told + ": its token is not accepted"};
    case 403:
      return Error{Errc::refused, told +
                                      ": this account may not; grant it the role, see "
                                      "docs/secrets.md"};
    case 404:
      return Error{Errc::unavailable, told + ": there is none of that name, or no such version"};
    default:
      return Error{Errc::unavailable, told};
  }
}

/// Of JSON answers: standard or URL-safe, padded or not, as proto3's JSON mapping has it.
std::optional<std::string> decode_bytes(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  if (auto plain = base64_decode(*text)) return plain;
  return base64url_decode(text->substr(0, text->find('=')));
}

/// projects/P/locations/L/keyRings/R/cryptoKeys/K: it becomes a part of a URL.
bool is_key_name(std::string_view name) {
  constexpr std::string_view labels[] = {"projects", "locations", "keyRings", "cryptoKeys"};
  const auto parts = split(name, '/');
  if (name.size() > key_name_bytes_max || parts.size() != 8) return false;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i % 2 == 0 && parts[i] != labels[i / 2]) return false;
    const bool plain = std::all_of(parts[i].begin(), parts[i].end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.' || c == ':';
    });
    if (parts[i].empty() || !plain || parts[i].find_first_not_of('.') == parts[i].npos) {
      return false;
    }
  }
  return true;
}

std::string base_of(const std::string& url) {
  return url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
}

}  // namespace

/// Body of a 200; anything else is an error that names the service.
Result<std::string> Google::ask(const http::ClientRequest& request, const std::string& what) {
  auto answer = send_until_answered(*transport_, request, deadline_);
  if (answer.has_error()) {
    const bool large = answer.error().is(http::ClientErrc::response_too_large);
    return Error{large ? Errc::too_large : Errc::unavailable,
                 what + ": " + answer.error().message()};
  }
  if (answer->status != 200) return refusal(*answer, what);
  return std::move(answer->body);
}

Result<std::string> Google::call(http::ClientRequest request, const std::string& what) {
  MS_TRY(const auto bearer, token());
  request.headers.emplace_back("Authorization", "Bearer " + bearer);
  return ask(request, what);
}

Result<std::string> Google::token() {
  if (token_.empty() || transport_->now() >= token_end_) {
    MS_TRY(token_, fetch_token());
  }
  return token_;
}

Result<std::string> Google::fetch_token() {
  http::ClientRequest request;
  std::string what = "the metadata server";
  if (options_.credentials_file.empty()) {
    request.url = base_of(options_.metadata_url) +
                  "/computeMetadata/v1/instance/service-accounts/default/token";
    request.headers.emplace_back("Metadata-Flavor", "Google");
  } else {
    const std::string& path = options_.credentials_file;
    MS_TRY(const auto text, settings::read_small_file(path));
    if (!text) return Error{Errc::unavailable, path + " does not exist"};
    const auto account = parse_service_account(*text);
    if (account.has_error()) return malformed(path, account.error().detail());
    const auto claim = signed_claim(*account, scope, clock_->wall());
    if (claim.has_error()) return malformed(path, claim.error().detail());
    what = "the token service";
    request.method = http::Method::post;
    request.url = account->token_uri;
    request.content_type = "application/x-www-form-urlencoded";
    request.body = "grant_type=" + percent_encode(grant) + "&assertion=" + percent_encode(*claim);
  }
  auto answer = ask(request, what);
  if (answer.has_error() && options_.credentials_file.empty()) {
    return Error{Errc::unavailable, answer.error().detail() +
                                        "; outside of Google Cloud set secrets.google_credentials "
                                        "to a service account's key file"};
  }
  MS_TRY(const auto body, std::move(answer));
  const auto parsed = json::parse(body);
  const std::string* const found = parsed ? parsed->find_string("access_token") : nullptr;
  const auto is_plain = [](char c) { return c > 0x20 && c < 0x7F; };
  if (found == nullptr || found->empty() || !std::all_of(found->begin(), found->end(), is_plain)) {
    return malformed(what, "its answer has no access_token");
  }
  const json::Value* const life = parsed->find("expires_in");
  const std::int64_t* const seconds = life != nullptr ? life->if_int() : nullptr;
  const std::int64_t good_for =
      seconds != nullptr ? std::clamp<std::int64_t>(*seconds, 0, 86'400) : 0;
  token_end_ = transport_->now() + Seconds{good_for} - token_margin;
  return *found;
}

Result<std::string> Google::decrypt_key(const std::string& kms_key, const std::string& object,
                                        const std::string& encrypted_key) {
  http::ClientRequest request;
  request.method = http::Method::post;
  request.url = base_of(options_.kms_url) + "/v1/" + kms_key + ":decrypt";
  request.content_type = "application/json";
  request.body = json::dump(json::Object{{"ciphertext", base64_encode(encrypted_key)},
                                         {"additionalAuthenticatedData", base64_encode(object)}});
  const std::string what = "Cloud KMS";
  MS_TRY(const auto body, call(std::move(request), what));
  const auto parsed = json::parse(body);
  auto key = decode_bytes(parsed ? parsed->find_string("plaintext") : nullptr);
  if (!key) return malformed(what, "its answer has no plaintext");
  return *std::move(key);
}

Result<std::string> Google::read_berglas(const Reference& reference) {
  deadline_ = transport_->now() + options_.deadline;
  const std::string what = "Cloud Storage";
  const std::string url = base_of(options_.storage_url) + "/storage/v1/b/" +
                          percent_encode(reference.place) + "/o/" + percent_encode(reference.name);
  http::ClientRequest metadata;
  metadata.url = url + (reference.version.empty() ? "" : "?generation=" + reference.version);
  MS_TRY(const auto described, call(std::move(metadata), what));
  const auto parsed = json::parse(described);
  if (parsed.has_error()) return malformed(what, "the object's description is no JSON");
  const json::Value* const custom = parsed->find("metadata");
  const std::string* const kms_key =
      custom != nullptr ? custom->find_string("berglas-kms-key") : nullptr;
  if (kms_key == nullptr || kms_key->empty()) {
    return malformed(what, "missing KMS key in the object's metadata: it was not made by berglas");
  }
  if (!is_key_name(*kms_key)) return malformed(what, "berglas-kms-key names no key of Cloud KMS");
  // The generation that was described: another one written meanwhile may have another key.
  const std::string* const current = parsed->find_string("generation");
  std::string generation = reference.version;
  if (generation.empty() && current != nullptr && parse_u64(*current)) generation = *current;
  http::ClientRequest content;
  content.url = url + "?alt=media" + (generation.empty() ? "" : "&generation=" + generation);
  MS_TRY(const auto object, call(std::move(content), what));
  MS_TRY(const auto envelope, parse_envelope(object));
  MS_TRY(const auto key, decrypt_key(*kms_key, reference.name, envelope.encrypted_key));
  return open_sealed(key, envelope.sealed);
}

Result<std::string> Google::read_secret_manager(const Reference& reference) {
  deadline_ = transport_->now() + options_.deadline;
  const std::string what = "Secret Manager";
  http::ClientRequest request;
  request.url = base_of(options_.secret_manager_url) + "/v1/projects/" +
                percent_encode(reference.place) + "/secrets/" + percent_encode(reference.name) +
                "/versions/" + percent_encode(reference.version) + ":access";
  MS_TRY(const auto body, call(std::move(request), what));
  const auto parsed = json::parse(body);
  const json::Value* const payload = parsed ? parsed->find("payload") : nullptr;
  auto data = decode_bytes(payload != nullptr ? payload->find_string("data") : nullptr);
  if (!data) return malformed(what, "its answer has no payload");
  const std::string* const sum = payload->find_string("dataCrc32c");
  if (sum != nullptr && *sum != std::to_string(crc32c(as_bytes(*data)))) {
    return malformed(what, "the payload does not have its checksum");
  }
  return *std::move(data);
}

}  // namespace mainstay::secrets
