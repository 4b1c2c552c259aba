#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mainstay::auth {

/// Why something about accounts is refused. The names are what clients of the JSON API read: they
/// never change. None tells whether an account or an address exists, but to its owner.
enum class Errc : std::uint8_t {
  input_invalid = 0,
  email_invalid,
  name_invalid,
  name_taken,
  password_too_short,
  password_too_long,
  password_common,
  password_is_name,
  role_invalid,
  login_refused,
  password_refused,
  code_required,
  code_refused,
  sign_in_required,
  session_required,
  role_missing,
  foreign_request,
  too_many_attempts,
  link_invalid,
  link_expired,
  link_used,
  registration_closed,
  mail_unavailable,
  busy,
  not_found,
  address_is_primary,
  addresses_full,
  tokens_full,
  code_on_already,
  code_not_begun,
  body_unsupported,
  body_too_large,
  user_exists,
  user_unknown,
  key_file,
};
const ErrorRow& error_row(Errc code);

}  // namespace mainstay::auth
