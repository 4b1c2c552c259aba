#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/http/request.hpp"

namespace mainstay::gate {

/// Who calls, as the request says; empty means absent.
struct Credentials {
  std::string_view user_key = {};
  std::string_view app_id = {};
  std::optional<std::string_view> app_key = {};  // present and empty means something

  [[nodiscard]] bool any() const { return !user_key.empty() || !app_id.empty(); }
};

/// The headers that are looked into; names without regard to case.
struct CredentialHeaders {
  std::string user_key = "user-key";
  std::string app_id = "app-id";
  std::string app_key = "app-key";
};

/// Credentials with the room that decoded ones need. Views into it and into the request.
class CredentialReader {
 public:
  CredentialReader(const http::Request& request, const CredentialHeaders& headers);
  CredentialReader(const CredentialReader&) = delete;
  CredentialReader& operator=(const CredentialReader&) = delete;

  /// Of the first place that names a caller: the query (`user_key`, `app_id`, `app_key`), the
  /// headers, `Authorization: Bearer` (a user key). Blanks around a value do not count; of a
  /// parameter that comes twice the last counts.
  [[nodiscard]] const Credentials& credentials() const { return found_; }

 private:
  void read_query(std::string_view query);
  void read_headers(const http::Request& request, const CredentialHeaders& headers);
  void read_bearer(std::string_view authorization);
  void take(std::string_view name, std::string_view value);

  Credentials found_;
  std::string decoded_user_key_;
  std::string decoded_app_id_;
  std::string decoded_app_key_;
};

}  // namespace mainstay::gate
