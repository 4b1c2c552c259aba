#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mainstay {

class Document;
struct DocumentMember;
using DocumentArray = std::vector<Document>;
/// In the order of the text it came from.
using DocumentObject = std::vector<DocumentMember>;

/// A tree of typed values, as JSON and YAML texts hold it: null, bool, integer, double, text,
/// array, object. Cheap to include: whatever would be instantiated in every file that builds an
/// answer stays in document.cpp. platform/json reads and writes it under the name json::Value.
class Document {
 public:
  Document() noexcept;  // null
  Document(const Document& other);
  Document(Document&& other) noexcept;
  Document& operator=(const Document& other);
  Document& operator=(Document&& other) noexcept;
  ~Document();

  // NOLINTBEGIN(google-explicit-constructor): `DocumentObject{{"id", 1}, {"tags", "a"}}`
  Document(std::nullptr_t);
  Document(bool v);
  Document(int v);
  Document(std::int64_t v);
  Document(std::uint64_t v);  // beyond int64: a double
  Document(double v);
  Document(const char* v);
  Document(std::string_view v);
  Document(std::string v);
  Document(DocumentArray v);
  Document(DocumentObject v);
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool is_null() const;
  // Null (the pointer) when the value is of another kind.
  [[nodiscard]] const bool* if_bool() const;
  [[nodiscard]] const std::int64_t* if_int() const;
  [[nodiscard]] const double* if_double() const;
  [[nodiscard]] const std::string* if_string() const;
  [[nodiscard]] const DocumentArray* if_array() const;
  [[nodiscard]] const DocumentObject* if_object() const;
  [[nodiscard]] DocumentArray* if_array();
  [[nodiscard]] DocumentObject* if_object();

  /// The member of an object; null (the pointer) when this is no object or has none of that name.
  [[nodiscard]] const Document* find(std::string_view name) const;
  /// The text of a string member; nothing otherwise.
  [[nodiscard]] const std::string* find_string(std::string_view name) const;

  friend bool operator==(const Document& a, const Document& b);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, DocumentArray,
               DocumentObject>
      data_;
};

/// A named value of an object. No std::pair: its constructors cost every initialiser a template.
struct DocumentMember {
  std::string name;
  Document value;
  friend bool operator==(const DocumentMember& a, const DocumentMember& b) = default;
};

}  // namespace mainstay

extern template class std::vector<mainstay::Document>;
extern template class std::vector<mainstay::DocumentMember>;
