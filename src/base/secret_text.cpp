#include "base/secret_text.hpp"

#include <algorithm>
#include <string.h>
#include <utility>

namespace mainstay {

SecretText::SecretText(std::string_view bytes) : SecretText(of_size(bytes.size())) {
  std::ranges::copy(bytes, bytes_.get());
}

SecretText SecretText::taken_from(std::string& from) {
  SecretText made{from};
  overwrite_text(from);
  return made;
}

SecretText SecretText::of_size(std::size_t size) {
  SecretText made;
  made.bytes_ = std::make_unique<char[]>(size);
  made.size_ = size;
  return made;
}

SecretText::SecretText(SecretText&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
  if (this != &other) {
    overwrite();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void SecretText::shorten(std::size_t size) {
  if (size >= size_) return;
  overwrite_bytes(bytes_.get() + size, size_ - size);
  size_ = size;
}

void SecretText::overwrite() {
  if (bytes_ != nullptr) overwrite_bytes(bytes_.get(), size_);
}

void overwrite_bytes(char* bytes, std::size_t size) { ::explicit_bzero(bytes, size); }

void overwrite_text(std::string& text) {
  overwrite_bytes(text.data(), text.size());
  text.clear();
}

void overwrite_texts(Document& document) {
  if (const std::string* const text = document.if_string()) {
    overwrite_text(const_cast<std::string&>(*text));
  } else if (DocumentArray* const items = document.if_array()) {
    for (Document& item : *items) overwrite_texts(item);
  } else if (DocumentObject* const members = document.if_object()) {
    for (DocumentMember& member : *members) overwrite_texts(member.value);
  }
}

}  // namespace mainstay
