#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "apps/exchange/domain/listing.hpp"

namespace mainstay::exchange {

/// Appends an object's members to text, without a document in between. Names are ours, and so are
/// texts: nothing is escaped.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_.push_back('{'); }
  ~Members() { out_.push_back('}'); }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  std::string& name(std::string_view name) {
    if (out_.back() != '{') out_.push_back(',');
    out_.push_back('"');
    out_.append(name);
    out_.append("\":");
    return out_;
  }
  void text(std::string_view key, std::string_view value) {
    name(key).push_back('"');
    out_.append(value);
    out_.push_back('"');
  }
  void number(std::string_view key, std::int64_t value) { append(key, value); }
  void number(std::string_view key, std::uint64_t value) { append(key, value); }
  void flag(std::string_view key, bool value) { name(key).append(value ? "true" : "false"); }

  void price(std::string_view key, const Listing& listing, std::uint64_t ticks) {
    name(key).push_back('"');
    listing.append_price(out_, ticks);
    out_.push_back('"');
  }
  void quantity(std::string_view key, const Listing& listing, std::uint64_t lots) {
    name(key).push_back('"');
    listing.append_quantity(out_, lots);
    out_.push_back('"');
  }
  void quote(std::string_view key, const Listing& listing, Amount amount) {
    name(key).push_back('"');
    listing.append_quote(out_, amount);
    out_.push_back('"');
  }

 private:
  template <class Number>
  void append(std::string_view key, Number value) {
    char room[24];
    const auto [end, error] = std::to_chars(room, room + sizeof room, value);
    name(key).append(room, static_cast<std::size_t>(end - room));
  }
  std::string& out_;
};

}  // namespace mainstay::exchange
