#include "base/document.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace mainstay {

Document::Document() noexcept = default;
Document::Document(const Document& other) = default;
Document::Document(Document&& other) noexcept = default;
Document& Document::operator=(const Document& other) = default;
Document& Document::operator=(Document&& other) noexcept = default;
Document::~Document() = default;

Document::Document(std::nullptr_t) {}
Document::Document(bool v) : data_(v) {}
Document::Document(int v) : data_(std::int64_t{v}) {}
Document::Document(std::int64_t v) : data_(v) {}
Document::Document(double v) : data_(v) {}
Document::Document(const char* v) : data_(std::string{v}) {}
Document::Document(std::string_view v) : data_(std::string{v}) {}
Document::Document(std::string v) : data_(std::move(v)) {}
Document::Document(DocumentArray v) : data_(std::move(v)) {}
Document::Document(DocumentObject v) : data_(std::move(v)) {}

Document::Document(std::uint64_t v) {
  if (v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    data_ = static_cast<std::int64_t>(v);
  } else {
    data_ = static_cast<double>(v);
  }
}

bool Document::is_null() const { return std::holds_alternative<std::monostate>(data_); }
const bool* Document::if_bool() const { return std::get_if<bool>(&data_); }
const std::int64_t* Document::if_int() const { return std::get_if<std::int64_t>(&data_); }
const double* Document::if_double() const { return std::get_if<double>(&data_); }
const std::string* Document::if_string() const { return std::get_if<std::string>(&data_); }
const DocumentArray* Document::if_array() const { return std::get_if<DocumentArray>(&data_); }
const DocumentObject* Document::if_object() const { return std::get_if<DocumentObject>(&data_); }
DocumentArray* Document::if_array() { return std::get_if<DocumentArray>(&data_); }
DocumentObject* Document::if_object() { return std::get_if<DocumentObject>(&data_); }
bool operator==(const Document& a, const Document& b) { return a.data_ == b.data_; }

const Document* Document::find(std::string_view name) const {
  const DocumentObject* members = if_object();
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, name, &DocumentMember::name);
  return found == members->end() ? nullptr : &found->value;
}

const std::string* Document::find_string(std::string_view name) const {
  const Document* member = find(name);
  return member == nullptr ? nullptr : member->if_string();
}

}  // namespace mainstay

template class std::vector<mainstay::Document>;
template class std::vector<mainstay::DocumentMember>;
