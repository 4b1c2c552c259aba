#include "platform/templates/templates.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "base/check.hpp"

namespace mainstay::templates {
namespace {

constexpr ErrorRow refused_row{"template_refused", "a template cannot be used", 500};
constexpr std::size_t template_bytes_max = 256U << 10U;
constexpr std::size_t name_bytes_max = 64;

bool is_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, is_part);
}

std::string joined(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out.empty() ? "none" : out;
}

Error refused_at(std::string_view text, std::size_t at, std::string why) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(at);
  const auto line = 1 + std::count(text.begin(), end, '\n');
  return {Errc::refused, "line " + std::to_string(line) + ": " + std::move(why)};
}

/// Nothing when there is no such file.
Result<std::optional<std::string>> read_file(const std::filesystem::path& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  if (failure == std::errc::no_such_file_or_directory) return std::optional<std::string>{};
  if (failure) return Error{Errc::refused, path.string() + ": " + failure.message()};
  if (size > template_bytes_max) {
    return Error{Errc::refused, path.string() + ": more than 256 KiB"};
  }
  std::ifstream in{path, std::ios::binary};
  std::string text(size, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(size))) {
    return Error{Errc::refused, path.string() + ": cannot be read"};
  }
  return std::optional{std::move(text)};
}

Template::Escape escape_of(std::string_view name) {
  return name.ends_with(".html") ? Template::Escape::html : Template::Escape::none;
}

Result<> refuse_strangers(std::span<const Builtin> builtins, const std::string& folder) {
  std::error_code failure;
  for (std::filesystem::directory_iterator entry{folder, failure}, end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (!name.ends_with(".html") && !name.ends_with(".txt")) continue;
    if (std::ranges::find(builtins, name, &Builtin::name) != builtins.end()) continue;
    std::vector<std::string> names;
    for (const Builtin& builtin : builtins) names.emplace_back(builtin.name);
    return Error{Errc::refused, entry->path().string() + ": no template has this name; there are " +
                                    joined(names)};
  }
  if (failure) return Error{Errc::refused, folder + ": " + failure.message()};
  return {};
}

}  // namespace

const ErrorRow& error_row(Errc) { return refused_row; }

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Result<Template> Template::parse(std::string_view text, Escape escape,
                                 std::optional<std::span<const std::string>> known) {
  Template out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find("{{", at), text.size());
    if (open > at) out.parts_.push_back({std::string{text.substr(at, open - at)}});
    if (open == text.size()) break;
    const bool is_raw = text.substr(open).starts_with("{{{");
    const std::string_view closing = is_raw ? "}}}" : "}}";
    const std::size_t begin = open + closing.size();
    const std::size_t close = text.find(closing, begin);
    if (close == text.npos) return refused_at(text, open, "{{ without its }}");
    const std::string name{text.substr(begin, close - begin)};
    if (!is_name(name)) {
      return refused_at(
          text, open,
          "{{" + name.substr(0, name_bytes_max) + "}} is no name: a-z, 0-9 and _ only, no blanks");
    }
    if (known && std::ranges::find(*known, name) == known->end()) {
      return refused_at(text, open,
                        "{{" + name + "}} is unknown here; there are " + joined(*known));
    }
    const bool as_is = is_raw || escape == Escape::none;
    out.parts_.push_back({name, as_is ? Part::Kind::raw : Part::Kind::escaped});
    at = close + closing.size();
  }
  return out;
}

std::string Template::render(std::span<const Field> fields) const {
  std::string out;
  for (const Part& part : parts_) {
    if (part.kind == Part::Kind::literal) {
      out += part.text;
      continue;
    }
    const auto field = std::ranges::find(fields, part.text, &Field::name);
    if (field == fields.end()) continue;
    if (part.kind == Part::Kind::raw) {
      out += field->value;
    } else {
      out += html_escaped(field->value);
    }
  }
  return out;
}

std::vector<std::string> Template::places() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (part.kind != Part::Kind::literal) names.push_back(part.text);
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

Result<Templates> Templates::load(std::span<const Builtin> builtins, const std::string& folder) {
  Templates out;
  if (!folder.empty()) MS_TRY_VOID(refuse_strangers(builtins, folder));
  for (const Builtin& builtin : builtins) {
    auto ours = Template::parse(builtin.text, escape_of(builtin.name));
    MS_CHECK(ours.has_value());
    if (!folder.empty()) {
      const auto path = std::filesystem::path{folder} / builtin.name;
      MS_TRY(const auto replacement, read_file(path));
      if (replacement) {
        auto known = ours->places();
        known.insert(known.end(), builtin.more.begin(), builtin.more.end());
        ours = Template::parse(*replacement, escape_of(builtin.name), known);
        if (ours.has_error()) {
          return ours.error().with_detail(path.string() + ": " + ours.error().detail());
        }
      }
    }
    MS_CHECK(out.templates_.emplace(std::string{builtin.name}, std::move(*ours)).second);
  }
  return out;
}

bool Templates::has(std::string_view name) const { return templates_.contains(name); }

std::string Templates::render(std::string_view name, std::initializer_list<Field> fields) const {
  return render(name, std::span<const Field>{fields.begin(), fields.size()});
}

std::string Templates::render(std::string_view name, std::span<const Field> fields) const {
  const auto found = templates_.find(name);
  MS_CHECK(found != templates_.end());
  return found->second.render(fields);
}

}  // namespace mainstay::templates
