#include "apps/apim/inbound/http/extensions.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mainstay::apim {
namespace {

void apply(std::string_view name, std::string_view value, Extensions& out) {
  const bool is_one = value == "1";
  if (name == "no_body") out.no_body = switches_on(value);
  if (name == "rejection_reason_header") out.rejection_reason_header = is_one;
  if (name == "limit_headers") out.limit_headers = is_one;
  if (name == "hierarchy") out.hierarchy = is_one;
  if (name == "flat_usage") out.flat_usage = is_one;
  if (name == "list_app_keys") out.list_app_keys = is_one;
  if (name == "shadow_limits") out.shadow_limits = is_one;
}

void apply_encoded(std::string_view name, std::string_view value, Extensions& out) {
  const auto is_plain = [](std::string_view text) {
    return text.find_first_of("%+") == std::string_view::npos;
  };
  if (is_plain(name) && is_plain(value)) return apply(name, value, out);
  const auto decoded_name = percent_decode(name, Plus::blank);
  const auto decoded_value = percent_decode(value, Plus::blank);
  if (decoded_name && decoded_value) apply(*decoded_name, *decoded_value, out);
}

}  // namespace

bool switches_on(std::string_view value) { return value != "0" && value != "false"; }

Extensions parse_extensions(std::string_view header) {
  Extensions out;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find('&'), header.size());
    const std::string_view pair = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value =
        equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
    apply_encoded(pair.substr(0, equals), value, out);
  }
  return out;
}

}  // namespace mainstay::apim
