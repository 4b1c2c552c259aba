#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/document.hpp"

namespace mainstay {

/// A secret value: bytes that are overwritten when they go. Moves, does not copy, and cannot be
/// compared, printed or put into an error by accident.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view bytes);
  /// Overwrites `from`.
  static SecretText taken_from(std::string& from);
  /// `size` zero bytes, to be filled.
  static SecretText of_size(std::size_t size);
  ~SecretText() { overwrite(); }
  SecretText(SecretText&& other) noexcept;
  SecretText& operator=(SecretText&& other) noexcept;

  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }
  [[nodiscard]] char* data() { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The first `size` of its bytes stay; the others are overwritten.
  void shorten(std::size_t size);

 private:
  void overwrite();
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// Overwrites memory in a way that no compiler leaves out.
void overwrite_bytes(char* bytes, std::size_t size);
void overwrite_text(std::string& text);
/// Every text below a document, which then holds empty ones: for bodies of requests that carried
/// secrets.
void overwrite_texts(Document& document);

}  // namespace mainstay
