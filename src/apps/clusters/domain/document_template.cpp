#include "apps/clusters/domain/document_template.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

Error bad_template(std::string what) { return {Errc::template_invalid, std::move(what)}; }

struct Place {
  std::string_view before;  // text in front of it
  std::string_view name;
  bool is_optional = false;
  std::string_view after;
};

bool is_place_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// The first place of a text; nothing when it has none.
Result<std::optional<Place>> next_place(std::string_view text) {
  const std::size_t begin = text.find("{{");
  if (begin == std::string_view::npos) return std::optional<Place>{};
  const std::size_t end = text.find("}}", begin);
  if (end == std::string_view::npos) return bad_template("a {{ without its }}");
  Place place{.before = text.substr(0, begin),
              .name = trimmed(text.substr(begin + 2, end - begin - 2)),
              .after = text.substr(end + 2)};
  if (place.name.ends_with('?')) {
    place.is_optional = true;
    place.name.remove_suffix(1);
  }
  if (!is_place_name(place.name)) {
    return bad_template("{{" + repaired_utf8(place.name.substr(0, 80)) +
                        "}}: a place's name is of letters, digits and _; there are no conditions "
                        "and no loops, but {{NAME?}} goes away without a value");
  }
  return std::optional{place};
}

bool is_whole(const Place& place) { return place.before.empty() && place.after.empty(); }

Result<> note_places(std::string_view text, std::vector<std::string>& names) {
  while (true) {
    MS_TRY(const auto place, next_place(text));
    if (!place) return {};
    if (place->is_optional && !is_whole(*place)) {
      return bad_template("{{" + std::string{place->name} + "?}} must be the whole text");
    }
    names.emplace_back(place->name);
    text = place->after;
  }
}

Result<> note_all_places(const Document& tree, std::vector<std::string>& names) {
  if (const std::string* const text = tree.if_string()) return note_places(*text, names);
  if (const DocumentArray* const items = tree.if_array()) {
    for (const Document& item : *items) MS_TRY_VOID(note_all_places(item, names));
  } else if (const DocumentObject* const members = tree.if_object()) {
    for (const DocumentMember& member : *members) {
      MS_TRY_VOID(note_places(member.name, names));
      MS_TRY_VOID(note_all_places(member.value, names));
    }
  }
  return {};
}

/// A value within a longer text.
Result<std::string> inserted_text(std::string_view name, const Document* value) {
  if (value != nullptr) {
    if (const std::string* const text = value->if_string()) return *text;
    if (const std::int64_t* const number = value->if_int()) return std::to_string(*number);
    if (const bool* const truth = value->if_bool()) return std::string{*truth ? "true" : "false"};
  }
  return bad_template("{{" + std::string{name} + "}} has no value that can be part of a text");
}

Result<std::string> filled_text(std::string_view text, const Document& values) {
  std::string out;
  while (true) {
    MS_TRY(const auto place, next_place(text));
    if (!place) return out.append(text);
    MS_TRY(const std::string value, inserted_text(place->name, values.find(place->name)));
    out.append(place->before).append(value);
    text = place->after;
  }
}

Result<std::optional<Document>> filled(const Document& tree, const Document& values);

Result<std::optional<Document>> filled_scalar(const std::string& text, const Document& values) {
  MS_TRY(const auto place, next_place(text));
  if (!place) return std::optional{Document{text}};
  if (!is_whole(*place)) {
    MS_TRY(std::string made, filled_text(text, values));
    return std::optional{Document{std::move(made)}};
  }
  const Document* const value = values.find(place->name);
  if (value != nullptr && !(place->is_optional && value->is_null())) return std::optional{*value};
  if (place->is_optional) return std::optional<Document>{};
  return bad_template("{{" + std::string{place->name} + "}} has no value");
}

Result<std::optional<Document>> filled_object(const DocumentObject& members,
                                              const Document& values) {
  Document made{DocumentObject{}};
  for (const DocumentMember& member : members) {
    MS_TRY(auto value, filled(member.value, values));
    if (!value) continue;
    MS_TRY(const std::string name, filled_text(member.name, values));
    if (made.find(name) != nullptr) return bad_template("two members have the name " + name);
    set_member(made, name, *std::move(value));
  }
  return std::optional{std::move(made)};
}

/// Nothing when it goes away.
Result<std::optional<Document>> filled(const Document& tree, const Document& values) {
  if (const std::string* const text = tree.if_string()) return filled_scalar(*text, values);
  if (const DocumentObject* const members = tree.if_object()) {
    return filled_object(*members, values);
  }
  const DocumentArray* const items = tree.if_array();
  if (items == nullptr) return std::optional{tree};
  DocumentArray made;
  for (const Document& item : *items) {
    MS_TRY(auto value, filled(item, values));
    if (value) made.push_back(*std::move(value));
  }
  return std::optional{Document{std::move(made)}};
}

}  // namespace

Result<DocumentTemplate> DocumentTemplate::parse(Document tree) {
  DocumentTemplate made;
  MS_TRY_VOID(note_all_places(tree, made.places_));
  std::ranges::sort(made.places_);
  const auto repeated = std::ranges::unique(made.places_);
  made.places_.erase(repeated.begin(), repeated.end());
  made.tree_ = std::move(tree);
  return made;
}

Result<Document> DocumentTemplate::render(const Document& values) const {
  MS_TRY(auto made, filled(tree_, values));
  if (!made) return bad_template("nothing is left of it");
  return *std::move(made);
}

Result<> check_intended(const Document& object, const IntendedObject& intended) {
  const auto check = [&](std::string_view field, std::string_view found,
                         const std::string& wanted) -> Result<> {
    if (found == wanted) return {};
    return bad_template(std::string{field} + " came out as \"" +
                        repaired_utf8(found.substr(0, 80)) + "\", not as \"" + wanted + "\"");
  };
  MS_TRY_VOID(check("apiVersion", text_at(object, {"apiVersion"}), intended.api_version));
  MS_TRY_VOID(check("kind", text_at(object, {"kind"}), intended.kind));
  return check("metadata.name", text_at(object, {"metadata", "name"}), intended.name);
}

}  // namespace mainstay::clusters
