#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mainstay::charging::ocpp {

/// Containers in one another; nothing of OCPP 1.6 needs more than six.
inline constexpr unsigned json_depth_max = 16;

/// Checks one JSON value (RFC 8259) that begins at `at`, blanks before it included, and moves `at`
/// behind it. False: not JSON, deeper than json_depth_max, or with an escape that is no character.
/// UTF-8 is not checked: a text message has been.
bool scan_json(std::string_view text, std::size_t& at);

/// Characters of UTF-8 text.
std::size_t count_characters(std::string_view text);
/// Its first `count` characters.
std::string_view first_characters(std::string_view text, std::size_t count);

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

/// Goes through JSON text that scan_json() has found good: no tree is built, and nothing is copied
/// that holds no escape. Each value must be consumed before the next is asked for.
class JsonWalk {
 public:
  explicit JsonWalk(std::string_view text) : text_(text) {}

  /// Of the value that comes next.
  [[nodiscard]] JsonKind kind();

  /// Into an array or object. Then more() before each element; false: it is over, and left.
  void enter();
  [[nodiscard]] bool more();

  /// A member's name. A view into the text, or into `room`.
  std::string_view name(std::string& room);

  std::string_view string(std::string& room);  // likewise
  std::string_view number();                   // as it was written
  bool boolean();
  /// Any value, as it was written.
  std::string_view raw();
  void skip() { raw(); }

 private:
  void blanks();
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = false;  // more() comes before the first element
};

}  // namespace mainstay::charging::ocpp
