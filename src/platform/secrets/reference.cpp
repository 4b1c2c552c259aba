#include "platform/secrets/reference.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "platform/secrets/errc.hpp"
#include "platform/secrets/limits.hpp"

namespace mainstay::secrets {
namespace {

Error bad(std::string_view why) { return Error{Errc::bad_reference, std::string{why}}; }

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_word(std::string_view text, std::string_view also) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           also.find(c) != also.npos;
  });
}

/// The head is what stands in front of the mark; without a mark there is no tail.
struct Cut {
  std::string_view head;
  std::optional<std::string_view> tail;
};

Cut cut_at(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

Result<std::string> decoded(std::string_view text, Plus plus = Plus::literal) {
  auto out = percent_decode(text, plus);
  if (!out) return bad("a % must be followed by two hexadecimal digits");
  if (has_control(*out)) return bad("control characters");
  return *std::move(out);
}

Result<Destination> parse_options(std::string_view query) {
  Destination out;
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const auto [name, written] = cut_at(pair, '=');
    if (name != "destination") return bad("the only option is destination=tempfile or a path");
    MS_TRY(auto value, decoded(written.value_or(""), Plus::blank));
    if (value.empty()) continue;
    const bool temporary = value == "tempfile" || value == "tmpfile";
    out.kind = temporary ? Destination::Kind::temporary_file : Destination::Kind::path;
    out.path = temporary ? "" : std::move(value);
  }
  return out;
}

/// The part that both of Berglas's schemes share: PLACE/NAME?OPTIONS#VERSION.
Result<Reference> parse_url(std::string_view text, Scheme scheme) {
  const auto [before, fragment] = cut_at(text, '#');
  const auto [path, query] = cut_at(before, '?');
  Reference out;
  out.scheme = scheme;
  MS_TRY(const auto whole, decoded(path));
  const auto [place, name] = cut_at(whole, '/');
  if (place.empty() || !name || name->empty()) {
    return bad(scheme == Scheme::sm ? "must be sm://PROJECT/NAME"
                                    : "must be berglas://BUCKET/NAME");
  }
  out.place = place;
  out.name = *name;
  MS_TRY(out.version, decoded(fragment.value_or("")));
  MS_TRY(out.destination, parse_options(query.value_or("")));
  return out;
}

Result<Reference> parse_berglas(std::string_view text) {
  if (text.starts_with('/')) text.remove_prefix(1);  // as Berglas does
  MS_TRY(auto out, parse_url(text, Scheme::berglas));
  if (!is_word(out.place, "._-")) return bad("a bucket is letters, digits, '.', '_' and '-'");
  if (out.version.empty()) return out;
  const auto generation = parse_i64(out.version);
  if (!generation || *generation < 0) return bad("a generation is a number");
  out.version = *generation == 0 ? "" : std::to_string(*generation);
  return out;
}

Result<Reference> parse_sm(std::string_view text) {
  MS_TRY(auto out, parse_url(text, Scheme::sm));
  if (!is_word(out.place, ".:-")) return bad("a project is letters, digits, '-', '.' and ':'");
  if (!is_word(out.name, "_-")) return bad("a secret's name is letters, digits, '_' and '-'");
  if (out.version.empty()) out.version = "latest";
  if (!is_word(out.version, "_-")) return bad("a version is a number, an alias or latest");
  return out;
}

Result<Reference> parse_age(std::string_view text) {
  const std::size_t at = text.rfind('#');
  Reference out;
  out.scheme = Scheme::age;
  out.place = text.substr(0, at);
  if (at != text.npos) {
    out.name = text.substr(at + 1);
    if (out.name.empty()) return bad("must be age:PATH#KEY, or age:PATH for all of the file");
  }
  if (out.place.empty()) return bad("must be age:PATH#KEY");
  return out;
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"secret_bad_reference", "this is no reference to a secret"},
      {"secret_unavailable", "a secret cannot be read"},
      {"secret_refused", "a secret may not be read"},
      {"secret_malformed", "a secret is damaged"},
      {"secret_too_large", "a secret is too large"},
      {"secret_unwritable", "a secret's file cannot be written"},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<Reference> parse_reference(std::string_view text) {
  if (text.size() > reference_bytes_max) return bad("longer than 4096 bytes");
  if (has_control(text)) return bad("control characters");
  const auto behind = [text](std::string_view scheme) { return text.substr(scheme.size()); };
  if (text.starts_with("berglas://")) return parse_berglas(behind("berglas://"));
  if (text.starts_with("sm://")) return parse_sm(behind("sm://"));
  if (text.starts_with("age:")) return parse_age(behind("age:"));
  Reference out;
  if (text.starts_with("file:")) {
    out.scheme = Scheme::file;
    out.place = behind("file:");
    if (out.place.empty()) return bad("must be file:PATH");
    return out;
  }
  if (!text.starts_with("env:"))
    return bad("must begin with env:, file:, age:, berglas:// or sm://");
  out.place = behind("env:");
  if (out.place.empty() || out.place.find('=') != out.place.npos) return bad("must be env:NAME");
  return out;
}

}  // namespace mainstay::secrets
