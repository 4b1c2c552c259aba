#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::templates {

enum class Errc : std::uint8_t { refused = 1 };
const ErrorRow& error_row(Errc code);

struct Field {
  std::string_view name;
  std::string_view value;
};

/// A text with places: `{{name}}` is replaced by the field of that name, `{{{name}}}` too, but
/// never escaped: for values that are HTML already. Nothing else has a meaning; there are no
/// conditions and no loops. Immutable.
class Template {
 public:
  /// `escape`: HTML's five special characters of a `{{name}}` value become references. Refused
  /// (Errc::refused, with the line): a `{{` without its end, a name that is not a-z, 0-9 and _,
  /// and names that are not among `known`, when that is given.
  enum class Escape : std::uint8_t { none, html };
  static Result<Template> parse(std::string_view text, Escape escape,
                                std::optional<std::span<const std::string>> known = {});

  /// A place without a field of its name becomes nothing.
  [[nodiscard]] std::string render(std::span<const Field> fields) const;
  /// The names of all places, sorted, each once.
  [[nodiscard]] std::vector<std::string> places() const;

 private:
  struct Part {
    std::string text;  // literal, or the place's name
    enum class Kind : std::uint8_t { literal, escaped, raw } kind = Kind::literal;
  };
  std::vector<Part> parts_;
};

/// A template that the program brings with it. Strings have static storage.
struct Builtin {
  std::string_view name;  // "confirm.html": what ends in .html is escaped
  std::string_view text;
  std::vector<std::string_view> more = {};  // places that a replacement may have beyond the text's
};

/// The program's templates, of which a project replaces some by files of the same names in a
/// folder. Immutable after load(): any thread.
class Templates {
 public:
  /// `folder`: empty for none; it need not have a file for each. An error names file and line and
  /// says which places there are; a file of a name that no template has is an error too.
  static Result<Templates> load(std::span<const Builtin> builtins, const std::string& folder);

  [[nodiscard]] bool has(std::string_view name) const;
  /// MS_CHECKs that there is one of that name.
  [[nodiscard]] std::string render(std::string_view name,
                                   std::initializer_list<Field> fields) const;
  [[nodiscard]] std::string render(std::string_view name, std::span<const Field> fields) const;

 private:
  std::map<std::string, Template, std::less<>> templates_;
};

/// `text` with HTML's special characters & < > " ' as references.
std::string html_escaped(std::string_view text);

}  // namespace mainstay::templates
