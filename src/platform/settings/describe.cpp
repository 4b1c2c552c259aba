#include "platform/settings/describe.hpp"

#include <map>
#include <vector>

#include "base/text.hpp"
#include "platform/settings/value.hpp"

namespace mainstay::settings {
namespace {

/// In a table's cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string code(std::string_view text) { return "`" + cell(text) + "`"; }

std::string row_of(const Spec& spec) {
  std::string variables;
  for (const std::string_view name : spec.variables) {
    variables.append(variables.empty() ? "" : ", ").append(code(name));
  }
  std::string out = "| " + code(spec.key) + " | ";
  out.append(spec.fallback.empty() ? "" : code(spec.fallback)).append(" | ");
  out.append(cell(spec.help)).append(" | ").append(cell(allowed_values(spec)));
  return out.append(spec.secret ? "; secret" : "").append(" | ").append(variables).append(" |\n");
}

std::string_view section_of(const Spec& spec) {
  const std::size_t dot = spec.key.rfind('.');
  return spec.key.substr(0, dot == spec.key.npos ? 0 : dot);
}

std::string json_text(std::string_view text) {
  std::string out;
  append_json_quoted(out, text);
  return out;
}

constexpr std::string_view reference_schema =
    R"({"type":"string","pattern":"^(env:|file:|age:|berglas://|sm://).+"})";

std::string bounds(const Spec& spec) {
  std::string out;
  if (spec.least != INT64_MIN) out.append(",\"minimum\":").append(std::to_string(spec.least));
  if (spec.most != INT64_MAX) out.append(",\"maximum\":").append(std::to_string(spec.most));
  return out;
}

std::string choices(const Spec& spec) {
  std::string out;
  for (const std::string_view one : spec.choices) {
    out.append(out.empty() ? "" : ",").append(json_text(one));
  }
  return out.empty() ? R"("type":"string")" : "\"enum\":[" + out + "]";
}

/// Of one value as TOML writes it, a reference beside.
std::string schema_of(const Spec& spec) {
  std::string value;
  switch (spec.kind) {
    case Kind::text:
      value = "{" + choices(spec) + "}";
      break;
    case Kind::boolean:
      value = R"({"type":"boolean"})";
      break;
    case Kind::integer:
      value = R"({"type":"integer")" + bounds(spec) + "}";
      break;
    case Kind::duration:
      value = R"({"type":"string","pattern":"^(0|[0-9]+(ms|s|m|h|d))$"})";
      break;
    case Kind::bytes:
      value = R"({"type":"integer")" + bounds(spec) +
              R"(},{"type":"string","pattern":"^[0-9]+(B|KiB|MiB|GiB|TiB)?$"})";
      break;
    case Kind::list:
      value = R"({"type":"array","items":{)" + choices(spec) + R"(}},{"type":"string"})";
      break;
  }
  return R"({"description":)" +
         json_text(std::string{spec.help} + " (" + allowed_values(spec) + ")") + R"(,"anyOf":[)" +
         value + "," + std::string{reference_schema} + "]}";
}

/// Tables by name, as deep as the keys have dots.
struct Table {
  std::map<std::string, const Spec*, std::less<>> values;
  std::map<std::string, Table, std::less<>> tables;

  [[nodiscard]] std::string schema(std::string_view first = {}) const {
    std::string properties{first};
    const auto add = [&properties](const std::string& name, const std::string& one) {
      properties.append(properties.empty() ? "" : ",")
          .append(json_text(name))
          .append(":")
          .append(one);
    };
    for (const auto& [name, spec] : values) add(name, schema_of(*spec));
    for (const auto& [name, table] : tables) add(name, table.schema());
    return R"({"type":"object","additionalProperties":false,"properties":{)" + properties + "}}";
  }
};

}  // namespace

std::string markdown_of(std::span<const Spec> specs, std::string_view program) {
  std::map<std::string_view, std::string> sections;  // by name
  for (const Spec& spec : specs) sections[section_of(spec)] += row_of(spec);
  const std::string name{program};
  std::string out = "# Settings of " + name + "\n\nMade by `" + name +
                    " settings docs`: every setting, what it is without one, what it means, what "
                    "it may be, and the\nvariables that set it besides `MAINSTAY__SECTION__KEY`. "
                    "Files, environments and references: [settings.md](settings.md).\n";
  for (const auto& [section, rows] : sections) {
    out.append("\n## ").append(section).append(
        "\n\n| setting | default | meaning | allowed | variables |\n|---|---|---|---|---|\n");
    out.append(rows);
  }
  return out;
}

std::string json_schema_of(std::span<const Spec> specs, std::string_view title) {
  Table root;
  for (const Spec& spec : specs) {
    const auto parts = split(spec.key, '.');
    Table* at = &root;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) at = &at->tables[std::string{parts[i]}];
    at->values[std::string{parts.back()}] = &spec;
  }
  constexpr std::string_view extends =
      R"("extends":{"description":"the environment that this one builds on","type":"string"})";
  std::string out = R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":)";
  return out.append(json_text("Settings of " + std::string{title}))
      .append(",")
      .append(root.schema(extends).substr(1));
}

}  // namespace mainstay::settings
