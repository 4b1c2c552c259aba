#include "apps/exchange/inbound/ws/stream_name.hpp"

#include <algorithm>
#include <array>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "apps/exchange/limits.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {
namespace {

struct Word {
  std::string_view text;
  StreamKind kind;
  std::uint8_t levels = 0;
};
constexpr std::array<Word, 10> words{{{"depth", StreamKind::depth},
                                      {"depth5", StreamKind::levels, 5},
                                      {"depth10", StreamKind::levels, 10},
                                      {"depth20", StreamKind::levels, 20},
                                      {"trade", StreamKind::trade},
                                      {"aggTrade", StreamKind::aggregate_trade},
                                      {"bookTicker", StreamKind::book_ticker},
                                      {"ticker", StreamKind::ticker},
                                      {"miniTicker", StreamKind::mini_ticker},
                                      {"auction", StreamKind::auction}}};
constexpr std::string_view kline_word = "kline_";
constexpr std::size_t name_bytes_max = 64;

std::string upper_case(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return out;
}

/// What stands behind the symbol's @.
bool read_kind(std::string_view text, StreamName& out) {
  if (text.starts_with(kline_word)) {
    const auto interval = parse_interval(text.substr(kline_word.size()));
    out.kind = StreamKind::kline;
    out.interval = interval.value_or(Interval::minute_1);
    return interval.has_value();
  }
  std::optional<std::string_view> speed;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    speed = text.substr(at + 1);
    text = text.substr(0, at);
  }
  const auto word = std::ranges::find(words, text, &Word::text);
  if (word == words.end()) return false;
  out.kind = word->kind;
  out.levels = word->levels;
  out.fast = speed == "100ms";
  const bool has_speeds = out.kind == StreamKind::depth || out.kind == StreamKind::levels;
  return !speed || (has_speeds && (out.fast || speed == "1000ms"));
}

Error bad_request(std::string_view why) {
  return Error{ApiErrc::parameter_invalid, std::string{why}};
}

}  // namespace

std::optional<StreamName> parse_stream_name(std::string_view text, const Listings& listings) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || text.size() > name_bytes_max) return std::nullopt;
  const std::string symbol = upper_case(text.substr(0, at));
  if (lower_case(symbol) != text.substr(0, at)) return std::nullopt;
  const Listing* const listing = listings.find(symbol);
  StreamName out;
  if (listing == nullptr || !read_kind(text.substr(at + 1), out)) return std::nullopt;
  out.symbol = listing->definition.id;
  out.text = text;
  return out;
}

Result<StreamRequest> parse_stream_request(std::string_view text) {
  const auto parsed =
      json::parse(text, {.bytes_max = Limits::stream_request_bytes_max, .depth_max = 4});
  if (parsed.has_error()) return bad_request("Invalid JSON: " + parsed.error().detail());
  const std::string* const method = parsed->find_string("method");
  if (method == nullptr) return bad_request("Invalid request: method is missing.");
  StreamRequest out;
  if (const json::Value* id = parsed->find("id")) {
    if (id->if_int() == nullptr && id->if_string() == nullptr && !id->is_null()) {
      return bad_request("Invalid request: id must be a number, a text or null.");
    }
    out.id = json::dump(*id);
  }
  if (*method == "LIST_SUBSCRIPTIONS") {
    out.method = StreamRequest::Method::list;
    return out;
  }
  if (*method != "SUBSCRIBE" && *method != "UNSUBSCRIBE") {
    return bad_request("Invalid request: unknown method.");
  }
  out.method = *method == "SUBSCRIBE" ? StreamRequest::Method::subscribe
                                      : StreamRequest::Method::unsubscribe;
  const json::Value* const params = parsed->find("params");
  const json::Array* const names = params == nullptr ? nullptr : params->if_array();
  if (names == nullptr || names->empty()) {
    return bad_request("Invalid request: params must be a list of streams.");
  }
  for (const json::Value& name : *names) {
    if (name.if_string() == nullptr) {
      return bad_request("Invalid request: params must be a list of streams.");
    }
    out.params.push_back(*name.if_string());
  }
  return out;
}

}  // namespace mainstay::exchange
