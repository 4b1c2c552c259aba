#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/limits.hpp"
#include "base/persistent_map.hpp"

namespace mainstay::apim {

/// Which part of a list is wanted: at most `per_page` entries behind `after`, the `next` of the
/// page before; "" begins.
struct Paging {
  std::string after;
  std::size_t per_page = 100;  // at most Limits::list_page_max
};
/// Of the query's `after` and `per_page`. Error value_invalid.
Result<Paging> read_paging(const InternalCall& call);

/// One page while it is put together: `{"status":"found","NAME":[...],"count":N,"next":...}`, where
/// `next` is null on the last page. Ends early beyond Limits::list_page_bytes.
class ListPage {
 public:
  explicit ListPage(Paging paging) : paging_(std::move(paging)) {}

  /// True when there is no room for another: then this one is only noted to follow.
  bool is_full();
  /// `place` is what `after` takes to go on behind it.
  void add(std::string place, const json::Object& shown);
  /// In the order of places, for a page that was filled in another.
  void sort();
  void answer(const InternalCall& call, std::string_view name, std::size_t count) const;

  [[nodiscard]] const std::string& after() const { return paging_.after; }

 private:
  Paging paging_;
  std::vector<std::pair<std::string, std::string>> entries_;  // place, JSON
  std::string last_;                                          // the place of the one added last
  std::size_t bytes_ = 0;
  bool more_ = false;
};

/// Answers a page of a map: entries lie in the order of their keys within a page, pages in the
/// map's own order, so that no page costs more than it shows. `show(const V&)` gives the JSON.
template <class V, class Show>
void answer_page(const InternalCall& call, Paging paging, std::string_view name,
                 const PersistentMap<V>& map, Show show) {
  ListPage page{std::move(paging)};
  map.scan(page.after(), [&](const std::string& key, const V& value) {
    if (page.is_full()) return false;
    page.add(key, show(value));
    return true;
  });
  page.sort();
  page.answer(call, name, map.size());
}

}  // namespace mainstay::apim
