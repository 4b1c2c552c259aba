#include "platform/toml/toml.hpp"

#include <array>
#include <sstream>
#include <string>
#include <utility>

// As in platform/settings: the library's inline functions must be the same in the whole program.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace mainstay::toml_file {
namespace {

json::Value to_json(const toml::node& node);

json::Object to_json(const toml::table& table) {
  json::Object object;
  for (const auto& [key, value] : table) {
    object.push_back({std::string{key.str()}, to_json(value)});
  }
  return object;
}

template <class Moment>
std::string text_of(const Moment& moment) {
  std::ostringstream out;
  out << moment;
  return out.str();
}

json::Value to_json(const toml::node& node) {
  if (const auto* table = node.as_table()) return to_json(*table);
  if (const auto* array = node.as_array()) {
    json::Array out;
    for (const toml::node& one : *array) out.push_back(to_json(one));
    return out;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* date = node.as_date()) return text_of(date->get());
  if (const auto* time = node.as_time()) return text_of(time->get());
  return text_of(node.as_date_time()->get());
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr std::array rows{
      ErrorRow{"toml_syntax", "this is no TOML", 400},
      ErrorRow{"toml_too_large", "a TOML document of at most 32 KiB is wanted", 413},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<json::Value> parse(std::string_view text, std::string_view name) {
  if (text.size() > bytes_max) return Error{Errc::too_large, std::string{name}};
  const toml::parse_result parsed = toml::parse(text);
  if (parsed) return json::Value{to_json(parsed.table())};
  const toml::parse_error& error = parsed.error();
  return Error{Errc::syntax, std::string{name} + ":" + std::to_string(error.source().begin.line) +
                                 ": " + std::string{error.description()}};
}

}  // namespace mainstay::toml_file
