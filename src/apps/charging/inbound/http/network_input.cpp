#include "apps/charging/inbound/http/network_input.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/inbound/ocpp/codec.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::charging {
namespace {

using json::member_invalid;
using json::MemberReader;

constexpr std::size_t text_bytes_max = 200;
constexpr std::size_t groups_max = 32;
constexpr std::size_t stations_max = 20'000;
constexpr std::size_t url_bytes_max = 2'000;

Result<json::Value> parse_body(std::string_view body) {
  if (trimmed(body).empty()) return json::Value{json::Object{}};
  return json::parse(body);
}

Result<> read_text(MemberReader& in, std::string_view name, std::size_t most, std::string& out) {
  std::string text = out;
  MS_TRY_VOID(in.text(name, text));
  if (text.size() > most || text.find('\0') != text.npos) {
    return member_invalid(name, "a text of at most " + std::to_string(most) + " bytes");
  }
  out = std::move(text);
  return {};
}

/// null: none.
Result<> read_time(MemberReader& in, std::string_view name, SystemTime& out) {
  const json::Value* const value = in.find(name);
  if (value == nullptr) return {};
  if (value->is_null()) {
    out = SystemTime{};
    return {};
  }
  const std::string* const text = value->if_string();
  const auto at = text == nullptr ? std::nullopt : ocpp::parse_time(*text);
  if (!at) return member_invalid(name, "a time like 2026-11-22T03:00:00Z");
  out = *at;
  return {};
}

bool is_group(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// An array of texts; nothing when it is not there.
Result<std::optional<std::vector<std::string>>> read_texts(MemberReader& in, std::string_view name,
                                                           std::size_t most) {
  std::optional<std::vector<std::string>> out;
  const json::Value* const value = in.find(name);
  if (value == nullptr) return out;
  const json::Array* const array = value->if_array();
  if (array == nullptr || array->size() > most) {
    return member_invalid(name, "an array of at most " + std::to_string(most) + " texts");
  }
  out.emplace();
  for (const json::Value& one : *array) {
    const std::string* const text = one.if_string();
    if (text == nullptr) return member_invalid(name, "an array of texts");
    out->push_back(*text);
  }
  return out;
}

}  // namespace

Result<> read_station(std::string_view body, bool is_new, StationRow& into) {
  MS_TRY(const auto value, parse_body(body));
  MS_TRY(auto in, MemberReader::of(value));
  if (is_new) {
    MS_TRY_VOID(in.require("identity"));
    MS_TRY_VOID(in.text("identity", into.identity));
  }
  MS_TRY_VOID(read_text(in, "name", text_bytes_max, into.name));
  std::string admission{to_text(into.admission)};
  MS_TRY_VOID(in.text("admission", admission));
  const auto status = parse_registration(admission);
  if (!status) return member_invalid("admission", "accepted, pending or rejected");
  into.admission = *status;
  MS_TRY(const auto groups, read_texts(in, "groups", groups_max));
  if (groups) {
    into.groups = groups->empty() ? "" : ",";
    for (const std::string& group : *groups) {
      if (!is_group(group)) return member_invalid("groups", "names of a-z, 0-9, - and _");
      into.groups += group + ",";
    }
  }
  std::int64_t plot = into.plot.get();
  MS_TRY_VOID(in.number("plot", plot));
  if (plot < 0) return member_invalid("plot", "a plot's number, or 0 for none");
  into.plot = PlotId{plot};
  return in.all_known();
}

Result<> read_tag(std::string_view body, TagRow& into) {
  MS_TRY(const auto value, parse_body(body));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.flag("blocked", into.is_blocked));
  MS_TRY_VOID(read_time(in, "expires_at", into.expires_at));
  MS_TRY_VOID(read_text(in, "parent", 20, into.parent));
  MS_TRY_VOID(read_text(in, "owner", text_bytes_max, into.owner));
  MS_TRY_VOID(read_text(in, "label", text_bytes_max, into.label));
  MS_TRY_VOID(in.number("transactions_max", into.transactions_max));
  if (into.transactions_max < 0 || into.transactions_max > 1'000) {
    return member_invalid("transactions_max", "0 (any number) to 1000");
  }
  return in.all_known();
}

Result<ReservationInput> read_reservation(std::string_view body) {
  MS_TRY(const auto value, parse_body(body));
  MS_TRY(auto in, MemberReader::of(value));
  ReservationInput out;
  for (const std::string_view name : {"station", "tag", "expires_at"}) {
    MS_TRY_VOID(in.require(name));
  }
  MS_TRY_VOID(in.text("station", out.station));
  MS_TRY_VOID(in.number("connector", out.row.connector));
  MS_TRY_VOID(in.text("tag", out.row.tag));
  MS_TRY_VOID(read_time(in, "expires_at", out.row.expires_at));
  MS_TRY_VOID(read_text(in, "owner", text_bytes_max, out.row.owner));
  MS_TRY_VOID(in.all_known());
  return out;
}

Result<CloseInput> read_close(std::string_view body) {
  MS_TRY(const auto value, parse_body(body));
  MS_TRY(auto in, MemberReader::of(value));
  CloseInput out;
  MS_TRY_VOID(in.require("meter_stop"));
  MS_TRY_VOID(in.number("meter_stop", out.meter_stop));
  SystemTime at{};
  MS_TRY_VOID(read_time(in, "stopped_at", at));
  if (at != SystemTime{}) out.stopped_at = at;
  MS_TRY_VOID(in.all_known());
  return out;
}

Result<OperationsDesk::Wanted> read_command(std::string_view command, std::string_view body,
                                            const std::string& single) {
  OperationsDesk::Wanted out;
  out.command = std::string{command};
  MS_TRY(const auto value, parse_body(body));
  MS_TRY(auto in, MemberReader::of(value));
  std::int64_t wait = 0;
  MS_TRY_VOID(in.number("wait_s", wait));
  if (wait < 0 || wait > 7 * 24 * 3600) return member_invalid("wait_s", "0 to 604800");
  out.wait = Seconds{wait};
  if (const json::Value* const request = in.find("request")) {
    if (request->if_object() == nullptr) return member_invalid("request", "an object");
    out.request = json::dump(*request);
  }
  if (!single.empty()) {
    out.stations.push_back(single);
    MS_TRY_VOID(in.all_known());
    return out;
  }
  MS_TRY(auto stations, read_texts(in, "stations", stations_max));
  if (stations) out.stations = std::move(*stations);
  MS_TRY_VOID(in.text("group", out.group));
  MS_TRY_VOID(in.flag("all", out.all));
  MS_TRY_VOID(in.all_known());
  const int ways = int{stations.has_value()} + int{!out.group.empty()} + int{out.all};
  if (ways != 1) return member_invalid("stations", "one of stations, group and all");
  return out;
}

Result<WebhookRow> read_webhook(std::string_view body) {
  MS_TRY(const auto value, parse_body(body));
  MS_TRY(auto in, MemberReader::of(value));
  WebhookRow out;
  MS_TRY_VOID(in.require("url"));
  MS_TRY_VOID(read_text(in, "url", url_bytes_max, out.url));
  if (!out.url.starts_with("https://") && !out.url.starts_with("http://")) {
    return member_invalid("url", "an http:// or https:// URL");
  }
  MS_TRY(const auto kinds, read_texts(in, "kinds", 32));
  if (kinds && !kinds->empty()) {
    out.kinds = ",";
    for (const std::string& kind : *kinds) {
      if (!parse_event_kind(kind)) return member_invalid("kinds", "names of event kinds");
      out.kinds += kind + ",";
    }
  }
  MS_TRY_VOID(in.text("secret", out.secret));
  MS_TRY_VOID(in.all_known());
  if (out.secret.empty()) {
    std::array<std::byte, 32> key{};
    fill_secret(key);
    out.secret = base64_encode({reinterpret_cast<const char*>(key.data()), key.size()});  // NOLINT
  }
  const auto key = base64_decode(out.secret);
  if (!key || key->size() < 16 || key->size() > 64) {
    return member_invalid("secret", "base64 of 16 to 64 bytes");
  }
  return out;
}

Result<std::int32_t> read_attachment(std::string_view body) {
  MS_TRY(const auto value, parse_body(body));
  MS_TRY(auto in, MemberReader::of(value));
  std::int32_t transaction = 0;
  bool set_aside = false;
  MS_TRY_VOID(in.number("transaction", transaction));
  MS_TRY_VOID(in.flag("set_aside", set_aside));
  MS_TRY_VOID(in.all_known());
  if ((transaction > 0) == set_aside) {
    return member_invalid("transaction", "a transaction's number, or set_aside true");
  }
  return transaction;
}

}  // namespace mainstay::charging
