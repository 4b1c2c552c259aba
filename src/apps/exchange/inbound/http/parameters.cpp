#include "apps/exchange/inbound/http/parameters.hpp"

#include <algorithm>
#include <string>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::string_view signature_name = "signature";

}  // namespace

Result<> Parameters::read(std::string_view query, std::string_view form) {
  count_ = 0;
  room_.clear();
  if (query.size() + form.size() > bytes_max) return ApiErrc::parameters_too_many;
  if (std::ranges::any_of(std::array{query, form}, [](std::string_view text) {
        return text.find_first_of("%+") != std::string_view::npos;
      })) {
    room_.reserve(query.size() + form.size());  // views into it stay
  }
  MS_TRY_VOID(add(query));
  return add(form);
}

Result<> Parameters::add(std::string_view pairs) {
  while (!pairs.empty()) {
    const std::size_t end = pairs.find('&');
    const std::string_view pair = pairs.substr(0, end);
    pairs.remove_prefix(end == std::string_view::npos ? pairs.size() : end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    MS_TRY(const auto name, decoded(pair.substr(0, equals)));
    MS_TRY(const auto value, decoded(equals == std::string_view::npos ? std::string_view{}
                                                                      : pair.substr(equals + 1)));
    if (find(name) != nullptr) {
      return Error{ApiErrc::parameters_too_many, "Duplicate values for a parameter detected."};
    }
    if (count_ == count_max) return ApiErrc::parameters_too_many;
    pairs_[count_++] = {name, value, name == signature_name};
  }
  return {};
}

Result<std::string_view> Parameters::decoded(std::string_view text) {
  if (text.find_first_of("%+") == std::string_view::npos) return text;
  const auto plain = percent_decode(text, Plus::blank);
  if (!plain) return ApiErrc::characters_illegal;
  const std::size_t begin = room_.size();
  room_.append(*plain);
  return std::string_view{room_}.substr(begin);
}

Parameters::Pair* Parameters::find(std::string_view name) {
  auto* const end = pairs_.data() + count_;
  auto* const found =
      std::find_if(pairs_.data(), end, [name](const Pair& pair) { return pair.name == name; });
  return found == end ? nullptr : found;
}

bool Parameters::has(std::string_view name) {
  Pair* const pair = find(name);
  if (pair == nullptr) return false;
  pair->read = true;
  return true;
}

std::string_view Parameters::text(std::string_view name) {
  Pair* const pair = find(name);
  if (pair == nullptr) return {};
  pair->read = true;
  return pair->value;
}

Result<std::string_view> Parameters::required(std::string_view name) {
  const std::string_view value = text(name);
  if (value.empty()) return missing(name);
  return value;
}

Result<std::optional<std::uint64_t>> Parameters::number(std::string_view name, std::uint64_t most) {
  if (!has(name)) return std::optional<std::uint64_t>{};
  const std::string_view value = text(name);
  if (value.empty()) return empty(name);
  const auto parsed = parse_u64(value);
  if (!parsed) return illegal(name, "^[0-9]{1,20}$");
  if (*parsed > most) return invalid(name);
  return parsed;
}

Result<bool> Parameters::flag(std::string_view name, bool otherwise) {
  if (!has(name)) return otherwise;
  const std::string_view value = text(name);
  if (equals_ignoring_case(value, "true")) return true;
  if (equals_ignoring_case(value, "false")) return false;
  return illegal(name, "^(true|false)$");
}

Result<> Parameters::all_read() const {
  const auto* const end = pairs_.data() + count_;
  const auto unread =
      std::count_if(pairs_.data(), end, [](const Pair& pair) { return !pair.read; });
  if (unread == 0) return {};
  return Error{ApiErrc::parameters_unread,
               "Not all sent parameters were read; read '" +
                   std::to_string(count_ - static_cast<std::size_t>(unread)) +
                   "' parameter(s) but was sent '" + std::to_string(count_) + "'."};
}

SignedText signed_text(std::string_view query, std::string_view body) {
  SignedText out;
  const auto add = [&out](std::string_view part) {
    if (!part.empty()) out.parts[out.count++] = part;
  };
  for (const std::string_view text : {query, body}) {
    std::size_t at = text.starts_with("signature=") ? 0 : text.find("&signature=");
    if (at == std::string_view::npos || !out.signature.empty()) {
      add(text);
      continue;
    }
    const std::size_t value = text.find('=', at) + 1;
    const std::size_t end = std::min(text.find('&', value), text.size());
    out.signature = text.substr(value, end - value);
    add(text.substr(0, at));
    add(at == 0 && end < text.size() ? text.substr(end + 1) : text.substr(end));
  }
  return out;
}

}  // namespace mainstay::exchange
