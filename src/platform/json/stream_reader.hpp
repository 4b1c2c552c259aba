#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/json/json.hpp"

namespace mainstay::json {

/// Which members of an object are made values at all. Others are read over: nothing of them is
/// kept. Elements of an array have their array's filter. Without members: everything is kept.
struct Filter {
  struct Member;

  /// False: all that `members` does not name is kept, and those without members of their own are
  /// dropped. True: nothing but what `members` names is kept.
  bool only = false;
  std::vector<Member> members;  // no initialiser: clang would want Member whole here
};
struct Filter::Member {
  std::string name;
  Filter filter = {};
};

struct StreamOptions {
  Filter filter = {};
  /// The member of an outermost object whose elements are handed out singly, as they come, and do
  /// not count as its members; empty: none.
  std::string items = {};
  std::size_t depth_max = 64;
  /// Text of one value that is handed out, dropped parts included: beyond, Errc::too_large.
  std::size_t value_bytes_max = 8U << 20U;
};

/// Reads JSON values that follow each other (with blanks between them or without), in whatever
/// pieces their text comes: a list of a hundred thousand objects, or a stream that never ends,
/// takes the memory of one of them. One thread.
class StreamReader {
 public:
  /// An error ends the reading with it.
  using Take = UniqueFunction<Result<>(Value)>;

  /// `on_item`: of options.items; `on_value`: the outermost ones.
  StreamReader(StreamOptions options, Take on_item, Take on_value);
  ~StreamReader();

  /// Behind an error every call gets it again. Errors as parse(), with the byte of the stream.
  Result<> receive(std::string_view text);
  /// No more text comes: an error within a value.
  Result<> end();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::json
