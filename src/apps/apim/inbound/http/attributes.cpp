#include "apps/apim/inbound/http/attributes.hpp"

#include "apps/apim/domain/catalog_errc.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

const json::Value* Attributes::find(std::string_view name) const {
  const json::Value* found = object_.find(name);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

void Attributes::fail(std::string_view name, std::string_view expected) {
  if (!failure_) failure_ = wrong_type(name, expected);
}

std::optional<std::string> Attributes::text(std::string_view name) {
  const json::Value* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (const auto* text = found->if_string()) return *text;
  if (const auto* number = found->if_int()) return std::to_string(*number);
  fail(name, "a string");
  return std::nullopt;
}

std::optional<bool> Attributes::flag(std::string_view name) {
  const json::Value* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (const auto* flag = found->if_bool()) return *flag;
  fail(name, "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> Attributes::number(std::string_view name) {
  const json::Value* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (const auto* number = found->if_int()) return *number;
  if (const auto* text = found->if_string()) {
    if (const auto number = parse_i64(*text)) return number;
  }
  fail(name, "an integer");
  return std::nullopt;
}

std::vector<std::string> Attributes::texts(std::string_view name) {
  std::vector<std::string> out;
  const json::Value* found = find(name);
  if (found == nullptr) return out;
  const json::Array* list = found->if_array();
  if (list == nullptr) {
    fail(name, "a list of strings");
    return out;
  }
  for (const json::Value& value : *list) {
    const std::string* text = value.if_string();
    if (text == nullptr) fail(name, "a list of strings");
    out.push_back(text != nullptr ? *text : std::string{});
  }
  return out;
}

Result<> Attributes::checked() const {
  if (failure_) return *failure_;
  return {};
}

Error missing_parameter(std::string_view name) {
  return {CatalogErrc::value_missing, std::string{"missing parameter '"}.append(name).append("'")};
}

Error wrong_type(std::string_view name, std::string_view expected) {
  std::string what{"parameter '"};
  return value_invalid(what.append(name).append("'"), std::string{"must be "}.append(expected));
}

Result<const json::Value*> required_object(const json::Value& body, std::string_view name) {
  const json::Value* found = body.find(name);
  if (found == nullptr || found->is_null()) return missing_parameter(name);
  if (found->if_object() == nullptr) return wrong_type(name, "an object");
  return found;
}

}  // namespace mainstay::apim
