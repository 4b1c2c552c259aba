#include "apps/apim/outbound/redis/apisonator_source.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "apps/apim/domain/alert.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t keys_a_call = 500;
constexpr std::size_t applications_a_call = 200;
constexpr std::uint64_t keys_held_max = 50'000'000;  // of the configuration, in memory at once
const std::string scan_count = "1000";

std::string service_key(std::string_view encoded, std::string_view attribute) {
  return std::string{"service/id:"}.append(encoded).append("/").append(attribute);
}

std::string application_key(std::string_view encoded, std::string_view application,
                            std::string_view attribute) {
  return std::string{"application/service_id:"}
      .append(encoded)
      .append("/id:")
      .append(encoded_id(application))
      .append("/")
      .append(attribute);
}

/// Numbers in their order, and always the same one.
void sort_ids(std::vector<std::string>& ids) {
  std::ranges::sort(ids, {}, [](const std::string& id) { return std::pair{id.size(), id}; });
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
}

std::vector<std::string> texts(redis::Reply& reply) {
  std::vector<std::string> out;
  out.reserve(reply.items.size());
  for (redis::Reply& item : reply.items) out.push_back(std::move(item.text));
  return out;
}

std::string_view reason_of(StatsKey::Kind kind) {
  switch (kind) {
    case StatsKey::Kind::service_gone:
      return "counters of services that are gone or not wanted";
    case StatsKey::Kind::application_gone:
      return "counters of applications that are gone";
    case StatsKey::Kind::metric_gone:
      return "counters of metrics that are gone";
    default:
      return "counters whose key cannot be read";
  }
}

}  // namespace

const ErrorRow& error_row(ApisonatorErrc code) {
  static constexpr ErrorRow rows[] = {
      {"too_many_keys", "more configuration than memory may hold", 400, Retry::no},
      {"nothing_there", "no service of apisonator's in that Redis database", 400, Retry::no},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<> ApisonatorSource::run(bool with_counters) {
  MS_TRY_VOID(find_services());
  if (names_.empty()) return ApisonatorErrc::nothing_there;
  MS_TRY_VOID(scan_configuration());
  std::vector<ServiceId> wanted;
  for (auto one = names_.begin(); one != names_.end();) {
    MS_TRY(const ServiceBundle bundle, read_service(one->first));
    scattered_.erase(one->first);
    MS_TRY(const bool is_wanted, sink_.begin(bundle));
    if (is_wanted) wanted.push_back(bundle.id);
    one = is_wanted ? std::next(one) : names_.erase(one);
  }
  if (with_counters && !wanted.empty()) MS_TRY_VOID(scan_counters());
  for (const ServiceId& id : wanted) MS_TRY_VOID(sink_.finish(id));
  return {};
}

Result<> ApisonatorSource::find_services() {
  MS_TRY(auto ids, members("services_set"));
  MS_TRY(const auto providers, members("provider_keys_set"));
  for (const std::string& provider : providers) {
    MS_TRY(const auto more, members("service/provider_key:" + encoded_id(provider) + "/ids"));
    ids.insert(ids.end(), more.begin(), more.end());
  }
  sort_ids(ids);
  std::vector<std::string> keys;
  for (const std::string& id : ids) keys.push_back(service_key(encoded_id(id), "provider_key"));
  MS_TRY(const auto provider_keys, values(keys));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (provider_keys[i]) {
      names_[encoded_id(ids[i])].id = ids[i];
    } else {
      skip("services without a provider");
    }
  }
  return {};
}

Result<> ApisonatorSource::scan_configuration() {
  using Kind = ConfigurationKey::Kind;
  const auto take = [this](const std::vector<std::string>& keys) -> Result<> {
    for (const std::string& key : keys) {
      const ConfigurationKey parsed = parse_configuration_key(key, names_);
      if (parsed.kind == Kind::other) continue;
      if (parsed.service == nullptr) {
        skip("tokens, user keys and limits of services that are gone");
        continue;
      }
      if (++keys_held_ > keys_held_max) return ApisonatorErrc::too_many_keys;
      Scattered& found = scattered_[encoded_id(parsed.service->id)];
      auto& kind = parsed.kind == Kind::token      ? found.tokens
                   : parsed.kind == Kind::user_key ? found.user_keys
                                                   : found.limits;
      kind.emplace(parsed.value);
    }
    return {};
  };
  // One pass, which leaves counters where they are: application/, service_token/, usage_limit/.
  return scan("[asu][pse][pra]*", take);
}

Result<ServiceBundle> ApisonatorSource::read_service(const std::string& encoded) {
  ServiceNames& names = names_.at(encoded);
  const Scattered& found = scattered_[encoded];
  ServiceBundle bundle;
  bundle.id = ServiceId{names.id};
  MS_TRY(
      const auto own,
      values({service_key(encoded, "provider_key"), service_key(encoded, "backend_version"),
              service_key(encoded, "state"), service_key(encoded, "referrer_filters_required")}));
  const ProviderKey provider{own[0].value_or("")};
  MS_TRY(const auto first, values({"service/provider_key:" + encoded_id(provider.get()) + "/id"}));
  bundle.rows.emplace_back(ServiceRow{bundle.id, provider, own[1].value_or(""), own[2].value_or(""),
                                      own[3].value_or("0") == "1"});
  if (first[0] == names.id) bundle.rows.emplace_back(DefaultServiceRow{provider, bundle.id});
  for (const std::string& token : found.tokens) {
    bundle.rows.emplace_back(ServiceTokenRow{bundle.id, ServiceToken{token}});
  }
  MS_TRY_VOID(read_metrics(bundle, names));
  MS_TRY_VOID(read_applications(bundle, names));
  MS_TRY_VOID(read_limits(bundle, names, found));
  MS_TRY_VOID(read_alert_limits(bundle));
  MS_TRY_VOID(read_user_keys(bundle, names, found));
  return bundle;
}

Result<> ApisonatorSource::read_metrics(ServiceBundle& bundle, ServiceNames& names) {
  const std::string encoded = encoded_id(bundle.id.get());
  MS_TRY(auto ids, members("metrics/service_id:" + encoded + "/ids"));
  sort_ids(ids);
  std::vector<std::string> keys;
  for (const std::string& id : ids) {
    const std::string base = "metric/service_id:" + encoded + "/id:" + encoded_id(id);
    keys.push_back(base + "/name");
    keys.push_back(base + "/parent_id");
  }
  MS_TRY(const auto found, values(keys));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Text& name = found[2 * i];
    const Text& parent = found[2 * i + 1];
    if (!name) {
      skip("metrics without a name");
      continue;
    }
    add_name(names.metrics, ids[i]);
    MetricRow row{bundle.id, MetricId{ids[i]}, *name, std::nullopt};
    if (parent && !parent->empty()) row.parent_id = MetricId{*parent};
    bundle.rows.emplace_back(std::move(row));
  }
  return {};
}

Result<> ApisonatorSource::read_applications(ServiceBundle& bundle, ServiceNames& names) {
  MS_TRY(auto ids, members("service_id:" + encoded_id(bundle.id.get()) + "/applications"));
  sort_ids(ids);
  keys_held_ += ids.size();
  if (keys_held_ > keys_held_max) return ApisonatorErrc::too_many_keys;
  for (std::size_t begin = 0; begin < ids.size(); begin += applications_a_call) {
    const std::size_t end = std::min(begin + applications_a_call, ids.size());
    const auto at = ids.begin();
    MS_TRY_VOID(read_some_applications(
        bundle, names,
        {at + static_cast<std::ptrdiff_t>(begin), at + static_cast<std::ptrdiff_t>(end)}));
  }
  return {};
}

Result<> ApisonatorSource::read_some_applications(ServiceBundle& bundle, ServiceNames& names,
                                                  const std::vector<std::string>& ids) {
  const std::string encoded = encoded_id(bundle.id.get());
  std::vector<redis::Command> commands;
  for (const std::string& id : ids) {
    const auto key = [&](std::string_view what) { return application_key(encoded, id, what); };
    commands.push_back(
        {"MGET", key("state"), key("plan_id"), key("plan_name"), key("redirect_url")});
    commands.push_back({"SMEMBERS", key("keys")});
    commands.push_back({"SMEMBERS", key("referrer_filters")});
  }
  MS_TRY(auto replies, redis_.call(commands));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::vector<std::string> own = texts(replies[3 * i]);  // an absent one is empty
    if (own.size() != 4 || own[0].empty()) {
      skip("applications without a state");
      continue;
    }
    const ApplicationId id{ids[i]};
    add_name(names.applications, ids[i]);
    if (!own[1].empty()) add_name(names.plans, own[1]);
    bundle.rows.emplace_back(ApplicationRow{bundle.id, id, own[0], PlanId{own[1]}, own[2], own[3]});
    std::vector<std::string> keys = texts(replies[3 * i + 1]);
    std::ranges::sort(keys);
    for (std::string& key : keys) {
      bundle.rows.emplace_back(ApplicationKeyRow{bundle.id, id, ApplicationKey{std::move(key)}});
    }
    for (std::string& filter : texts(replies[3 * i + 2])) {
      bundle.rows.emplace_back(ReferrerFilterRow{bundle.id, id, std::move(filter)});
    }
  }
  return {};
}

Result<> ApisonatorSource::read_limits(ServiceBundle& bundle, const ServiceNames& names,
                                       const Scattered& found) {
  const std::string prefix = "usage_limit/service_id:" + encoded_id(names.id) + "/plan_id:";
  const std::vector<std::string> limits{found.limits.begin(), found.limits.end()};
  std::vector<std::string> keys;
  for (const std::string& limit : limits) keys.push_back(prefix + limit);
  MS_TRY(const auto maxima, values(keys));
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const auto key = parse_limit_key(limits[i], names);
    const auto max = maxima[i] ? parse_i64(*maxima[i]) : std::nullopt;
    if (!key || !max || *max < 0) {
      skip("limits that are none");
      continue;
    }
    bundle.rows.emplace_back(UsageLimitRow{bundle.id, PlanId{key->plan_id},
                                           MetricId{key->metric_id}, key->period, *max});
  }
  return {};
}

Result<> ApisonatorSource::read_user_keys(ServiceBundle& bundle, const ServiceNames& names,
                                          const Scattered& found) {
  const std::string prefix = "application/service_id:" + encoded_id(names.id) + "/key:";
  const std::vector<std::string> user_keys{found.user_keys.begin(), found.user_keys.end()};
  std::vector<std::string> keys;
  for (const std::string& key : user_keys) keys.push_back(prefix + key + "/id");
  MS_TRY(const auto applications, values(keys));
  for (std::size_t i = 0; i < user_keys.size(); ++i) {
    if (!applications[i] || !names.applications.contains(encoded_id(*applications[i]))) {
      skip("user keys of applications that are gone");
      continue;
    }
    bundle.rows.emplace_back(
        UserKeyRow{bundle.id, UserKey{user_keys[i]}, ApplicationId{*applications[i]}});
  }
  return {};
}

Result<> ApisonatorSource::read_alert_limits(ServiceBundle& bundle) {
  MS_TRY(auto bins, members("alerts/service_id:" + encoded_id(bundle.id.get()) + "/allowed_set"));
  sort_ids(bins);
  for (const std::string& text : bins) {
    const auto bin = parse_u64(text);
    if (bin && *bin <= 1'000 && is_alert_bin(static_cast<std::int64_t>(*bin))) {
      bundle.rows.emplace_back(AlertLimitRow{bundle.id, static_cast<int>(*bin)});
    } else {
      skip("alert limits that are none");
    }
  }
  return {};
}

Result<> ApisonatorSource::scan_counters() {
  return scan("stats/{service:*", [this](const auto& keys) { return take_counters(keys); });
}

Result<> ApisonatorSource::take_counters(const std::vector<std::string>& keys) {
  std::vector<StatsKey> counters;
  std::vector<std::string> wanted;
  for (const std::string& key : keys) {
    StatsKey parsed = parse_stats_key(key, names_);
    if (parsed.kind == StatsKey::Kind::total) continue;
    if (parsed.kind != StatsKey::Kind::counter) {
      skip(reason_of(parsed.kind));
      continue;
    }
    counters.push_back(std::move(parsed));
    wanted.push_back(key);
  }
  MS_TRY(const auto found, values(wanted));
  std::vector<UsageRow> rows;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    if (!found[i]) continue;  // it has expired since
    const auto value = parse_i64(*found[i]);
    if (!value || *value < 0) {
      skip("counters whose value is no count");
      continue;
    }
    StatsKey& key = counters[i];
    rows.push_back({key.service->id, *key.application_id, std::move(key.metric_id),
                    key.window.period, key.window.begin, *value});
  }
  return rows.empty() ? Result<>{} : sink_.usage(rows);
}

Result<std::vector<ApisonatorSource::Text>> ApisonatorSource::values(
    const std::vector<std::string>& keys) {
  std::vector<redis::Command> commands;
  for (std::size_t begin = 0; begin < keys.size(); begin += keys_a_call) {
    const auto first = keys.begin() + static_cast<std::ptrdiff_t>(begin);
    redis::Command& command = commands.emplace_back(redis::Command{"MGET"});
    command.insert(command.end(), first,
                   first + static_cast<std::ptrdiff_t>(std::min(keys_a_call, keys.size() - begin)));
  }
  MS_TRY(auto replies, redis_.call(commands));
  std::vector<Text> out;
  out.reserve(keys.size());
  for (redis::Reply& reply : replies) {
    for (redis::Reply& item : reply.items) {
      const bool is_there = item.kind == redis::Reply::Kind::text;
      out.push_back(is_there ? Text{std::move(item.text)} : Text{});
    }
  }
  if (out.size() != keys.size()) return Error{redis::Errc::malformed, "MGET"};
  return out;
}

/// A set of any size, in pieces.
Result<std::vector<std::string>> ApisonatorSource::members(const std::string& key) {
  std::vector<std::string> all;
  std::string cursor = "0";
  do {
    MS_TRY(auto reply, redis_.call(redis::Command{"SSCAN", key, cursor, "COUNT", scan_count}));
    if (reply.items.size() != 2) return Error{redis::Errc::malformed, "SSCAN"};
    cursor = reply.items[0].text;
    for (std::string& member : texts(reply.items[1])) all.push_back(std::move(member));
    if (all.size() > keys_held_max) return ApisonatorErrc::too_many_keys;
  } while (cursor != "0");
  return all;
}

template <class Take>
Result<> ApisonatorSource::scan(const std::string& pattern, Take take) {
  std::string cursor = "0";
  do {
    MS_TRY(auto reply,
           redis_.call(redis::Command{"SCAN", cursor, "MATCH", pattern, "COUNT", scan_count}));
    if (reply.items.size() != 2) return Error{redis::Errc::malformed, "SCAN"};
    cursor = reply.items[0].text;
    const std::vector<std::string> keys = texts(reply.items[1]);
    if (!keys.empty()) MS_TRY_VOID(take(keys));
  } while (cursor != "0");
  return {};
}

void ApisonatorSource::skip(std::string_view reason) {
  const auto known = skipped_.find(reason);
  if (known != skipped_.end()) {
    ++known->second;
  } else {
    skipped_.emplace(reason, 1);
  }
}

}  // namespace mainstay::apim
