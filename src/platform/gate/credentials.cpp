#include "platform/gate/credentials.hpp"

#include "base/text.hpp"

namespace mainstay::gate {
namespace {

/// The value as it was meant; `room` is used when that differs from how it was sent. A broken
/// escape is nobody's credential.
std::string_view decoded(std::string_view value, std::string& room) {
  if (value.find_first_of("%+") != std::string_view::npos) {
    room = percent_decode(value, Plus::blank).value_or("");
    value = room;
  }
  return trimmed(value);
}

}  // namespace

CredentialReader::CredentialReader(const http::Request& request, const CredentialHeaders& headers) {
  read_query(request.query);
  if (found_.any()) return;
  read_headers(request, headers);
  if (!found_.any()) read_bearer(request.header("Authorization"));
}

void CredentialReader::read_query(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value = pair.substr(equals + 1);
    if (name.find('%') == std::string_view::npos) {
      take(name, value);
    } else if (const auto plain = percent_decode(name, Plus::blank)) {
      take(*plain, value);
    }
  }
}

void CredentialReader::take(std::string_view name, std::string_view value) {
  if (name == "user_key") found_.user_key = decoded(value, decoded_user_key_);
  if (name == "app_id") found_.app_id = decoded(value, decoded_app_id_);
  if (name == "app_key") found_.app_key = decoded(value, decoded_app_key_);
}

void CredentialReader::read_headers(const http::Request& request,
                                    const CredentialHeaders& headers) {
  found_ = {};
  for (const http::Header& header : request.headers) {
    if (equals_ignoring_case(header.name, headers.user_key)) found_.user_key = header.value;
    if (equals_ignoring_case(header.name, headers.app_id)) found_.app_id = header.value;
    if (equals_ignoring_case(header.name, headers.app_key)) found_.app_key = header.value;
  }
}

void CredentialReader::read_bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  found_ = {};
  if (!equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return;
  found_.user_key = trimmed(authorization.substr(scheme.size()));
}

}  // namespace mainstay::gate
