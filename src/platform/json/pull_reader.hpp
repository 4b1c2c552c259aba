#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/json/json.hpp"

namespace mainstay::json {

struct PullLimits {
  std::size_t buffer_bytes = 256U << 10U;   // all that is held of the text; above text_bytes_max
  std::size_t text_bytes_max = 64U << 10U;  // of one name, text or number that is read
  std::size_t depth_max = 32;               // of objects and arrays that are begun
};

/// Reads JSON (RFC 8259) of any length in constant memory: the caller walks through it, takes what
/// it knows and skips the rest, which costs a fraction of reading it.
///
///     reader.begin_object();
///     while (reader.next_member()) {
///       if (reader.name() == "version") version = reader.text();
///       else reader.skip();
///     }
///     MS_TRY_VOID(reader.finish());
///
/// After the first failure everything reads as empty, so that such loops end, and finish() tells
/// it. What is read is checked as parse() does; of what is skipped only that quotes and brackets
/// pair. Of a name that comes twice the caller sees both. One thread.
class PullReader {
 public:
  /// Fills a part of `into`, at least a byte, and says how much; 0: the text ends here.
  using Source = UniqueFunction<Result<std::size_t>(std::span<char> into)>;
  enum class Kind : std::uint8_t { none, object, array, text, number, boolean, null };

  explicit PullReader(Source source, const PullLimits& limits = {});

  /// Of the value that comes next; none: there is none, which is a failure.
  Kind kind();

  // Failures (Errc::syntax) when a value of another kind comes. Views are good until the next call.
  bool begin_object();
  /// False behind the last member. Else its value must be taken, or skipped, before the next call.
  bool next_member();
  [[nodiscard]] std::string_view name() const { return name_; }
  bool begin_array();
  bool next_element();
  std::string_view text();
  std::string_view number();  // as written
  bool boolean();
  void null();

  /// The next value, whatever it is.
  void skip();
  /// What is left of the innermost object or array that was begun, which ends with that.
  void leave();

  /// The caller does not want what it read.
  void refuse(Error error);
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  /// How much of the text has been passed.
  [[nodiscard]] std::uint64_t position() const { return passed_ + at_; }
  /// Behind the document's value: that nothing but blanks is left.
  Result<> finish();

 private:
  bool fill();
  int next();
  bool open(char bracket);
  bool read_text();
  template <bool keep>
  bool pass_text();
  bool pass_number();
  bool pass_word();
  void pass_open(std::uint64_t depth);
  bool decode(std::string_view raw);
  [[nodiscard]] std::string_view marked() const;
  bool fail(Errc code, std::string_view what);
  bool unexpected(std::string_view wanted);

  Source source_;
  PullLimits limits_;
  std::unique_ptr<char[]> buffer_;  // and one block behind it that may be looked at
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t passed_ = 0;         // bytes before the buffer's first
  std::optional<std::size_t> mark_;  // from here on the buffer must keep what it has
  bool ended_ = false;
  bool is_first_ = false;  // nothing of the innermost object or array was read yet
  std::string open_;       // brackets
  std::string_view name_;
  std::string decoded_;  // of a text with escapes
  bool has_escapes_ = false;
  bool has_high_ = false;  // perhaps bytes beyond ASCII
  std::optional<Error> error_;
};

}  // namespace mainstay::json
