#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/inbound/fix/message.hpp"

/// For tests: one symbol, and messages as text.
namespace mainstay::exchange::fix::test {

/// ARTUSD: a lot is a whole ART, a tick a cent.
inline Listings listings() {
  DefineAsset art;
  art.id = AssetId{1};
  art.name = Name{"ART"};
  art.decimals = 0;
  DefineAsset usd;
  usd.id = AssetId{2};
  usd.name = Name{"USD"};
  SymbolView view;
  view.definition.id = SymbolId{1};
  view.definition.name = Name{"ARTUSD"};
  view.definition.base = art.id;
  view.definition.quote = usd.id;
  const std::array symbols{view};
  const std::array assets{art, usd};
  return Listings{symbols, assets};
}

inline std::string shown(std::string text) {
  std::ranges::replace(text, separator, '|');
  return text;
}

/// A message of such text, which it keeps.
class TestMessage {
 public:
  explicit TestMessage(const std::string& fields) : raw_("8=FIX.4.4|9=1|" + fields) {
    std::ranges::replace(raw_, '|', separator);
    message_.parse(raw_, {});
  }
  TestMessage(const TestMessage&) = delete;
  TestMessage& operator=(const TestMessage&) = delete;
  [[nodiscard]] const Message& operator*() const { return message_; }

 private:
  std::string raw_;
  Message message_;
};

}  // namespace mainstay::exchange::fix::test
