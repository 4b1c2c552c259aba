#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::apim {

/// The parameters of a public request, query and form merged, nested by brackets as Rack does it:
/// `a[b]=1` is a map, `a[]=1` a list, `a` without `=` nil; leading brackets are skipped, so
/// `[usage][hits]=1` is `usage[hits]=1`. A form's parameter replaces the query's of the same name.
///
/// Reused from request to request. Views point into the request and into this object's own room;
/// they live until the next clear(). Values inside lists are dropped: no parameter of this API is a
/// list.
class Parameters {
 public:
  enum class Kind : std::uint8_t { nil, text, map, list };

  struct Node {
    Kind kind = Kind::nil;
    std::string_view key;
    std::string_view text;
    std::uint32_t parent = none;
    std::uint32_t first_child = none;
    std::uint32_t last_child = none;
    std::uint32_t next_sibling = none;
  };
  static constexpr std::uint32_t none = 0xFFFFFFFFU;

  /// `seed`: a secret of the process, so that names cannot be chosen to be slow to look up.
  explicit Parameters(std::uint64_t seed);
  void clear();

  /// `a=1&b=2`, percent-encoded. Errors: bad_request, with the message for the client.
  Result<> add_query(std::string_view query);
  Result<> add_form(std::string_view body);
  /// RFC 7578; `content_type` holds the boundary. Parts with a file name are dropped.
  Result<> add_multipart(std::string_view body, std::string_view content_type);

  /// Every key and value was well-formed UTF-8.
  [[nodiscard]] bool valid_utf8() const { return valid_utf8_; }

  /// A top-level parameter; null when absent.
  [[nodiscard]] const Node* find(std::string_view name) const;
  [[nodiscard]] const Node* child(const Node& map, std::string_view name) const;
  /// Children in the order of their first mention.
  [[nodiscard]] const Node* first(const Node& map) const { return at(map.first_child); }
  [[nodiscard]] const Node* next(const Node& node) const { return at(node.next_sibling); }

  /// The text of a top-level parameter without blanks at its ends; empty when absent or no text.
  [[nodiscard]] std::string_view text(std::string_view name) const;

 private:
  enum class Origin : std::uint8_t { query, form };

  Result<> add_pairs(std::string_view pairs, Origin origin);
  Result<> take_pair(std::string_view& pairs, std::uint32_t root);
  Result<> assign(std::uint32_t map, std::string_view name, std::optional<std::string_view> value);
  static std::optional<std::string_view> decoded(std::string_view text, std::string& room);
  Result<std::uint32_t> descend(std::uint32_t map, std::string_view key, Kind kind);
  std::uint32_t find_child(std::uint32_t parent, std::string_view key) const;
  std::uint32_t make_child(std::uint32_t parent, std::string_view key);
  void grow_index(std::size_t slots);
  [[nodiscard]] const Node* at(std::uint32_t node) const {
    return node == none ? nullptr : &nodes_[node];
  }

  std::vector<Node> nodes_;           // 0: the query's root, 1: the form's
  std::vector<std::uint32_t> index_;  // open addressing over (parent, key); a power of two
  std::array<std::string, 2> rooms_;  // decoded text, by origin
  std::uint64_t seed_;
  bool valid_utf8_ = true;
};

}  // namespace mainstay::apim
