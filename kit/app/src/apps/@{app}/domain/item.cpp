#include "apps/@{app}/domain/item.hpp"

#include <utility>

#include "base/text.hpp"

namespace @{name}::@{app} {
namespace {

constexpr mainstay::ErrorRow text_row{"text_invalid", "an item's text cannot be this", 422};
constexpr mainstay::ErrorRow unknown_row{"item_unknown", "there is no such item", 404};

}  // namespace

const mainstay::ErrorRow& error_row(Errc code) {
  return code == Errc::unknown ? unknown_row : text_row;
}

mainstay::Result<Item> make_item(std::string id, std::string_view text, mainstay::SystemTime now) {
  const std::string_view plain = mainstay::trimmed(text);
  if (plain.empty()) return mainstay::Error{Errc::text_invalid, "it is empty"};
  if (plain.size() > text_bytes_max) {
    return mainstay::Error{Errc::text_invalid, "it is longer than 2,000 bytes"};
  }
  if (!mainstay::is_valid_utf8(plain)) return mainstay::Error{Errc::text_invalid, "it is no UTF-8"};
  return Item{std::move(id), std::string{plain}, now};
}

}  // namespace @{name}::@{app}
