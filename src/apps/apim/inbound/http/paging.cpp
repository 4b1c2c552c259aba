#include "apps/apim/inbound/http/paging.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mainstay::apim {

Result<Paging> read_paging(const InternalCall& call) {
  MS_TRY(const auto after, call.query("after"));
  MS_TRY(const auto per_page, call.query("per_page"));
  Paging paging;
  paging.after = after.value_or("");
  if (!per_page) return paging;
  const auto wanted = parse_u64(*per_page);
  if (!wanted || *wanted == 0 || *wanted > Limits::list_page_max) {
    return value_invalid("parameter 'per_page'",
                         "must be 1 to " + std::to_string(Limits::list_page_max));
  }
  paging.per_page = static_cast<std::size_t>(*wanted);
  return paging;
}

bool ListPage::is_full() {
  if (entries_.size() >= paging_.per_page || bytes_ >= Limits::list_page_bytes) more_ = true;
  return more_;
}

void ListPage::add(std::string place, const json::Object& shown) {
  std::string text = json::dump(shown);
  bytes_ += text.size();
  last_ = place;
  entries_.emplace_back(std::move(place), std::move(text));
}

void ListPage::sort() { std::ranges::sort(entries_); }

void ListPage::answer(const InternalCall& call, std::string_view name, std::size_t count) const {
  std::string out{R"({"status":"found",)"};
  append_json_quoted(out, name);
  out.append(":[");
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i > 0) out.append(",");
    out.append(entries_[i].second);
  }
  out.append(R"(],"count":)").append(std::to_string(count)).append(R"(,"next":)");
  if (more_) {
    append_json_quoted(out, last_);
  } else {
    out.append("null");
  }
  call.answer_text(200, out.append("}"));
}

}  // namespace mainstay::apim
