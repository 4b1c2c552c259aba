#include "platform/openapi/document.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.hpp"

namespace mainstay::openapi {
namespace {

constexpr ErrorRow fragment_row{"fragment_invalid", "a description of routes is not valid", 500};
constexpr std::string_view optional_slash = "[/]";
constexpr std::string_view number_suffix = ":u64";

Error invalid(std::string_view name, std::string_view what, std::string_view detail = "") {
  return {Errc::fragment_invalid, std::string{name}.append(": ").append(what).append(detail)};
}

json::Value* find(json::Object& object, std::string_view name) {
  const auto found = std::ranges::find(object, name, &json::Member::name);
  return found == object.end() ? nullptr : &found->value;
}

/// What `from` has and `into` has not.
void fill_in(json::Object& into, const json::Object& from) {
  for (const json::Member& member : from) {
    if (find(into, member.name) == nullptr) into.push_back(member);
  }
}

/// The pattern as OpenAPI writes paths.
std::string path_of(std::string_view pattern) {
  if (pattern.ends_with(optional_slash)) pattern.remove_suffix(optional_slash.size());
  std::string path{pattern};
  for (auto at = path.find(number_suffix); at != std::string::npos;
       at = path.find(number_suffix, at)) {
    path.erase(at, number_suffix.size());
  }
  return path;
}

std::string key_of(const http::Router::Route& route) {
  return std::string{http::to_text(route.method)}.append(" ").append(path_of(route.pattern));
}

/// "get_things_thing" for "GET /things/{thing}".
std::string operation_id(const http::Router::Route& route, std::string_view path) {
  std::string id = lower_case(http::to_text(route.method));
  for (const std::string_view segment : split(path, '/')) {
    std::string word;
    for (const char c : segment) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (plain) word.push_back(c);
      if (!plain && c != '{' && c != '}') word.push_back('_');
    }
    if (!word.empty()) id.append("_").append(word);
  }
  return id;
}

struct PathParameter {
  std::string name;
  bool number = false;
};

std::vector<PathParameter> path_parameters(std::string_view pattern) {
  std::vector<PathParameter> out;
  for (std::string_view segment : split(pattern, '/')) {
    if (segment.ends_with(optional_slash.substr(0, 1))) segment.remove_suffix(1);  // of "[/]"
    if (!segment.starts_with('{') || !segment.ends_with('}')) continue;
    segment = segment.substr(1, segment.size() - 2);
    const bool number = segment.ends_with(number_suffix);
    if (number) segment.remove_suffix(number_suffix.size());
    out.push_back({std::string{segment}, number});
  }
  return out;
}

bool describes(const json::Array& parameters, const PathParameter& wanted) {
  return std::ranges::any_of(parameters, [&](const json::Value& one) {
    const std::string* in = one.find_string("in");
    const std::string* name = one.find_string("name");
    return in != nullptr && *in == "path" && name != nullptr && *name == wanted.name;
  });
}

json::Object reference(std::string_view kind, std::string_view name) {
  return {{"$ref", std::string{"#/components/"}.append(kind).append("/").append(name)}};
}

/// The operation with what its fragment's operations share; its own words win.
json::Object with_common(json::Object operation, const json::Value* common) {
  const json::Object* shared = common != nullptr ? common->if_object() : nullptr;
  if (shared == nullptr) return operation;
  if (json::Value* responses = find(operation, "responses")) {
    const json::Value* more = common->find("responses");
    if (responses->if_object() != nullptr && more != nullptr && more->if_object() != nullptr) {
      fill_in(*responses->if_object(), *more->if_object());
    }
  }
  fill_in(operation, *shared);
  return operation;
}

}  // namespace

const ErrorRow& error_row(Errc) { return fragment_row; }

Result<> Document::add(std::string_view name, std::string_view fragment) {
  const auto parsed = json::parse(fragment);
  if (parsed.has_error()) return invalid(name, parsed.error().message());
  if (parsed->if_object() == nullptr) return invalid(name, "is no object");
  constexpr std::array<std::string_view, 4> known{"tag", "common", "operations", "components"};
  for (const json::Member& member : *parsed->if_object()) {
    if (std::ranges::find(known, member.name) == known.end()) {
      return invalid(name, "unknown member ", member.name);
    }
  }
  const json::Value* tag = parsed->find("tag");
  const std::string* tag_name = tag != nullptr ? tag->find_string("name") : nullptr;
  if (tag_name == nullptr) return invalid(name, "has no tag with a name");
  MS_TRY_VOID(add_operations(name, *tag_name, *parsed));
  if (const json::Value* components = parsed->find("components")) {
    MS_TRY_VOID(add_components(name, *components));
  }
  const bool is_new = std::ranges::none_of(
      tags_, [&](const json::Value& one) { return *one.find_string("name") == *tag_name; });
  if (is_new) tags_.push_back(*tag);
  return {};
}

Result<> Document::add_operations(std::string_view name, const std::string& tag,
                                  const json::Value& parsed) {
  const json::Value* operations = parsed.find("operations");
  if (operations == nullptr) return {};
  if (operations->if_object() == nullptr) return invalid(name, "operations is no object");
  for (const json::Member& member : *operations->if_object()) {
    const json::Object* operation = member.value.if_object();
    const bool whole = operation != nullptr && member.value.find_string("summary") != nullptr &&
                       member.value.find("responses") != nullptr;
    if (!whole) return invalid(name, member.name, " needs a summary and responses");
    Operation made{tag, with_common(*operation, parsed.find("common"))};
    if (!operations_.emplace(member.name, std::move(made)).second) {
      return invalid(name, member.name, " is described twice");
    }
  }
  return {};
}

Result<> Document::add_components(std::string_view name, const json::Value& components) {
  if (components.if_object() == nullptr) return invalid(name, "components is no object");
  for (const json::Member& kind : *components.if_object()) {
    if (kind.value.if_object() == nullptr) return invalid(name, kind.name, " is no object");
    json::Value* all = find(components_, kind.name);
    if (all == nullptr) {
      components_.push_back({kind.name, json::Object{}});
      all = &components_.back().value;
    }
    for (const json::Member& one : *kind.value.if_object()) {
      const json::Value* same = all->find(one.name);
      if (same != nullptr && !(*same == one.value)) {
        return invalid(name, one.name, " is another component already");
      }
      if (same == nullptr) all->if_object()->push_back(one);
    }
  }
  return {};
}

const json::Value* Document::component(std::string_view kind, std::string_view name) const {
  const auto all = std::ranges::find(components_, kind, &json::Member::name);
  return all == components_.end() ? nullptr : all->value.find(name);
}

json::Array Document::parameters(const Operation& operation, std::string_view pattern) const {
  json::Array own;
  for (const json::Member& member : operation.members) {
    if (member.name == "parameters" && member.value.if_array() != nullptr) {
      own = *member.value.if_array();
    }
  }
  json::Array out;
  for (const PathParameter& parameter : path_parameters(pattern)) {
    if (describes(own, parameter)) continue;
    const std::string shared = "path_" + parameter.name;
    if (component("parameters", shared) != nullptr) {
      out.emplace_back(reference("parameters", shared));
    } else {
      const json::Object schema{{"type", parameter.number ? "integer" : "string"}};
      out.emplace_back(json::Object{
          {"name", parameter.name}, {"in", "path"}, {"required", true}, {"schema", schema}});
    }
  }
  out.insert(out.end(), own.begin(), own.end());
  return out;
}

json::Object Document::finished(const Operation& operation, const http::Router::Route& route,
                                const std::string& path) const {
  json::Object out{{"tags", json::Array{operation.tag}},
                   {"operationId", operation_id(route, path)}};
  if (json::Array all = parameters(operation, route.pattern); !all.empty()) {
    out.emplace_back("parameters", std::move(all));
  }
  for (const json::Member& member : operation.members) {
    if (member.name != "parameters") out.push_back(member);
  }
  json::Value* responses = find(out, "responses");
  if (component("responses", "Problem") != nullptr && responses->if_object() != nullptr &&
      responses->find("default") == nullptr) {
    responses->if_object()->push_back({"default", reference("responses", "Problem")});
  }
  return out;
}

namespace {

/// What `value` speaks of, and what that speaks of, among `components`: "kind/name".
void collect_used(const json::Value& value, const json::Object& components,
                  std::set<std::string>& used);

void collect_component(std::string_view kind, std::string_view name, const json::Object& components,
                       std::set<std::string>& used) {
  if (!used.insert(std::string{kind}.append("/").append(name)).second) return;
  const auto all = std::ranges::find(components, kind, &json::Member::name);
  if (all == components.end()) return;
  if (const json::Value* found = all->value.find(name)) collect_used(*found, components, used);
}

void collect_used(const json::Value& value, const json::Object& components,
                  std::set<std::string>& used) {
  constexpr std::string_view prefix = "#/components/";
  if (const auto* array = value.if_array()) {
    for (const json::Value& one : *array) collect_used(one, components, used);
  }
  if (value.if_object() == nullptr) return;
  for (const json::Member& member : *value.if_object()) {
    const std::string* text = member.value.if_string();
    if (member.name == "$ref" && text != nullptr && text->starts_with(prefix)) {
      const auto slash = text->find('/', prefix.size());
      collect_component(std::string_view{*text}.substr(prefix.size(), slash - prefix.size()),
                        std::string_view{*text}.substr(slash + 1), components, used);
    } else if (member.name == "security" && member.value.if_array() != nullptr) {
      for (const json::Value& way : *member.value.if_array()) {
        for (const json::Member& scheme : *way.if_object()) {
          collect_component("securitySchemes", scheme.name, components, used);
        }
      }
    } else {
      collect_used(member.value, components, used);
    }
  }
}

/// Without what only operations speak of that have no route.
json::Object used_components(const json::Object& paths, const json::Object& components) {
  std::set<std::string> used;
  collect_used(paths, components, used);
  json::Object out;
  for (const json::Member& kind : components) {
    json::Object kept;
    for (const json::Member& one : *kind.value.if_object()) {
      if (used.contains(kind.name + "/" + one.name)) kept.push_back(one);
    }
    if (!kept.empty()) out.push_back({kind.name, std::move(kept)});
  }
  return out;
}

}  // namespace

Document::Rendered Document::render(const Info& info,
                                    std::span<const http::Router::Route> routes) const {
  Rendered rendered;
  std::set<std::string> used;
  json::Array tags;  // in the order of the routes
  json::Object paths;
  for (const http::Router::Route& route : routes) {
    const std::string key = key_of(route);
    const auto found = operations_.find(key);
    if (found == operations_.end()) {
      rendered.undescribed.push_back(key);
      continue;
    }
    used.insert(key);
    const json::Value& tag = *std::ranges::find(
        tags_, found->second.tag, [](const json::Value& one) { return *one.find_string("name"); });
    if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
    const std::string path = path_of(route.pattern);
    json::Value* item = find(paths, path);
    if (item == nullptr) {
      paths.push_back({path, json::Object{}});
      item = &paths.back().value;
    }
    item->if_object()->push_back(
        {lower_case(http::to_text(route.method)), finished(found->second, route, path)});
  }
  for (const auto& [key, unused] : operations_) {
    if (!used.contains(key)) rendered.unused.push_back(key);
  }
  const json::Object about{
      {"title", info.title}, {"version", info.version}, {"description", info.description}};
  rendered.text = json::dump(json::Object{{"openapi", "3.1.0"},
                                          {"info", about},
                                          {"tags", std::move(tags)},
                                          {"paths", paths},
                                          {"components", used_components(paths, components_)}});
  return rendered;
}

}  // namespace mainstay::openapi
