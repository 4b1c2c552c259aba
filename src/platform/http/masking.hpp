#pragma once

#include <string>
#include <string_view>

namespace mainstay::http {

/// A query or form with the values of credential parameters shown as `***` and their last four
/// characters; brackets do not hide a name (`transactions[0][user_key]`, also percent-encoded). For
/// logs and stored errors.
std::string masked_query(std::string_view query);

/// A path with the segments masked that are credentials: those behind `key`, `keys`,
/// `service_tokens` and `change_provider_key`, and those of 64 hexadecimal digits (listen keys of
/// the exchange). Such digits are masked in queries too, whatever the parameter's name.
std::string masked_path(std::string_view path);

/// Whether a parameter of that name holds a credential: provider_key, service_token, user_key,
/// app_key, secret, ...
bool is_credential(std::string_view name);

}  // namespace mainstay::http
