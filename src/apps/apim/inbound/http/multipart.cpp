#include "apps/apim/inbound/http/multipart.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "apps/apim/errc.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t boundary_bytes_max = 70;  // RFC 2046 section 5.1.1

/// The value of `name=` among the `;` parameters of a header; quoted or bare.
std::optional<std::string_view> header_parameter(std::string_view header, std::string_view name) {
  for (std::string_view part : split(header, ';')) {
    part = trimmed(part);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    if (!equals_ignoring_case(trimmed(part.substr(0, equals)), name)) continue;
    std::string_view value = trimmed(part.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return std::nullopt;
}

/// The name of a field from its part's header lines; nothing for files and nameless parts.
std::optional<std::string_view> field_name(std::string_view head) {
  for (const std::string_view line : split(head, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!equals_ignoring_case(trimmed(line.substr(0, colon)), "content-disposition")) continue;
    const std::string_view value = line.substr(colon + 1);
    if (header_parameter(value, "filename")) return std::nullopt;
    return header_parameter(value, "name");
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<FormPart>> parse_multipart(std::string_view body,
                                              std::string_view content_type) {
  const auto boundary = header_parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > boundary_bytes_max) {
    return plain_error(Errc::bad_request);
  }
  const std::string opening = "--" + std::string{*boundary};
  const std::string closing = "\r\n" + opening;
  std::vector<FormPart> parts;
  std::size_t at = body.starts_with(opening) ? opening.size() : std::string_view::npos;
  while (at != std::string_view::npos) {
    const std::string_view rest = body.substr(at);
    if (rest.starts_with("--")) return parts;
    const std::size_t head_end = rest.find("\r\n\r\n");
    if (!rest.starts_with("\r\n") || head_end == std::string_view::npos) break;
    const std::size_t value_begin = head_end + 4;
    const std::size_t value_end = rest.find(closing, head_end + 2);
    if (value_end == std::string_view::npos) break;
    if (const auto name = field_name(rest.substr(2, head_end))) {
      const std::size_t size = std::max(value_end, value_begin) - value_begin;
      parts.push_back({*name, rest.substr(value_begin, size)});
    }
    at += value_end + closing.size();
  }
  return plain_error(Errc::bad_request);
}

}  // namespace mainstay::apim
