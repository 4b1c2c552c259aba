#include "apps/charging/commands/simulate.hpp"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "apps/charging/simulator/fleet.hpp"
#include "apps/charging/simulator/wire_text.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/program/table.hpp"

namespace mainstay::charging {
namespace {

using simulator::Acknowledged;
using simulator::Behaviour;
using simulator::Fleet;
using simulator::FleetOptions;
using simulator::FleetState;
using simulator::Key;
using simulator::StationName;
using simulator::Tally;

constexpr std::int64_t stations_max = 1'000'000;
constexpr std::int64_t descriptors_besides = 64;
// Of 28,232 ports that one address has; once half of them are taken the kernel searches long.
constexpr std::size_t stations_a_source = 10'000;

/// The line of a file for each acknowledgement, written behind the message's answer.
class AcknowledgedFile {
 public:
  bool open(const std::string& path) {
    file_.reset(std::fopen(path.c_str(), "w"));
    return file_ != nullptr;
  }
  /// Any thread.
  void add(const Acknowledged& one) {
    std::string line;
    line.append(one.identity).append(",").append(name_of(one.action)).push_back(',');
    append_number(line, one.connector.get());
    line.push_back(',');
    append_number(line, one.transaction_id);
    line.append(",").append(one.id_tag).push_back(',');
    append_number(line, one.meter);
    line.push_back(',');
    simulator::append_time(line, one.at);
    line.push_back('\n');
    const std::lock_guard lock{mutex_};
    std::fwrite(line.data(), 1, line.size(), file_.get());
    std::fflush(file_.get());
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::mutex mutex_;
  std::unique_ptr<std::FILE, Close> file_;
};

/// A fleet on each thread.
class Run {
 public:
  Result<> open(std::vector<FleetOptions> parts, const Clock& clock, AcknowledgedFile* file) {
    for (FleetOptions& part : parts) {
      Fleet& fleet = fleets_.emplace_back(std::move(part), clock);
      MS_TRY_VOID(fleet.open());
      if (file == nullptr) continue;
      fleet.tally().on_acknowledged = [file](const Acknowledged& one) { file->add(one); };
    }
    for (Fleet& fleet : fleets_) {
      threads_.emplace_back([&fleet] { fleet.run(); });
    }
    return {};
  }
  ~Run() { stop(); }
  Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void stop() {
    for (Fleet& fleet : fleets_) fleet.ask_to_stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  [[nodiscard]] FleetState state() const {
    FleetState all;
    for (const Fleet& fleet : fleets_) {
      const FleetState one = fleet.state();
      all.stations += one.stations;
      all.online += one.online;
      all.settled += one.settled;
      all.charging += one.charging;
      all.queued += one.queued;
      all.answered += one.answered;
      all.backend_calls += one.backend_calls;
      all.last_refusal = std::max(all.last_refusal, one.last_refusal);
    }
    return all;
  }
  /// Behind stop().
  Tally tally() {
    Tally all;
    for (Fleet& fleet : fleets_) all.merge(fleet.tally());
    return all;
  }

 private:
  std::deque<Fleet> fleets_;
  std::vector<std::thread> threads_;
};

// --- what was asked for

double decimal(const Call& call, std::string_view key, double fallback) {
  const std::string& text = call.text(key);
  double out = fallback;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && out >= 0;
  return whole ? out : text.empty() ? fallback : -1;
}

Behaviour behaviour_of(const Call& call) {
  Behaviour out;
  if (call.has("--idle")) out.work = Behaviour::Work::idle;
  if (call.has("--cycles") || call.has("--steps-per-second")) out.work = Behaviour::Work::cycles;
  out.connectors = static_cast<std::uint16_t>(call.number("--connectors", 2));
  out.sessions_per_hour = decimal(call, "--sessions-per-hour", 0.5);
  out.session_minutes = decimal(call, "--session-minutes", 45);
  out.offline_per_hour = decimal(call, "--offline-per-hour", 0);
  out.offline_seconds = decimal(call, "--offline-seconds", 120);
  out.direct_current_percent = static_cast<unsigned>(call.number("--dc", 30));
  out.boots_on_reconnect = call.has("--boot-on-reconnect");
  out.cycle_meters = static_cast<unsigned>(call.number("--cycle-meters", 1));
  out.cycle_paced = call.has("--steps-per-second");
  if (call.has("--tags")) {
    for (const std::string_view tag : split(call.text("--tags"), ',')) out.tags.emplace_back(tag);
  }
  const auto put = [&](Key key, std::string_view flag) {
    if (call.has(flag))
      out.defaults[static_cast<std::size_t>(key)] = std::to_string(call.number(flag, 0));
  };
  out.defaults[static_cast<std::size_t>(Key::number_of_connectors)] =
      std::to_string(out.connectors);
  put(Key::meter_value_sample_interval, "--meter-interval");
  put(Key::web_socket_ping_interval, "--ping-interval");
  put(Key::retry_back_off_wait_minimum, "--back-off");
  put(Key::retry_back_off_random_range, "--back-off-range");
  put(Key::message_timeout, "--message-timeout");
  put(Key::transaction_message_retry_interval, "--retry-interval");
  put(Key::transaction_message_attempts, "--retry-attempts");
  if (call.has("--measurands")) {
    out.defaults[static_cast<std::size_t>(Key::meter_values_sampled_data)] =
        call.text("--measurands");
  }
  return out;
}

/// "IDENTITY PASSWORD" a line; "*" instead of an identity is the password of all others.
struct KeyFile {
  std::vector<StationName> stations;
  std::string for_all;
};
std::optional<KeyFile> read_keys(const std::string& path) {
  KeyFile out;
  std::ifstream file{path};
  if (!file) return std::nullopt;
  for (std::string line; std::getline(file, line);) {
    const std::string_view words = trimmed(line);
    if (words.empty() || words.front() == '#') continue;
    const auto blank = words.find_first_of(" \t");
    if (blank == std::string_view::npos) return std::nullopt;
    StationName name{std::string{words.substr(0, blank)},
                     std::string{trimmed(words.substr(blank))}};
    if (name.identity == "*") {
      out.for_all = name.password;
    } else {
      out.stations.push_back(std::move(name));
    }
  }
  return out;
}

std::vector<StationName> names_of(const Call& call, KeyFile keys) {
  const auto count = static_cast<std::size_t>(
      call.number("--stations", std::max<std::int64_t>(std::ssize(keys.stations), 1)));
  std::vector<StationName> out = std::move(keys.stations);
  const std::string prefix = call.has("--identity") ? call.text("--identity") : "SIM-";
  const auto first = static_cast<std::size_t>(call.number("--first", 1));
  for (std::size_t i = out.size(); i < count; ++i) {
    char number[24];
    std::snprintf(number, sizeof number, "%06zu", first + i);
    out.push_back({prefix + number, keys.for_all});
  }
  out.resize(count);
  return out;
}

/// Each station has the certificate that lies in the folder under its identity, or none.
void add_certificates(std::vector<StationName>& names, const std::filesystem::path& folder) {
  for (StationName& one : names) {
    const auto certificate = folder / (one.identity + ".pem");
    if (!std::filesystem::exists(certificate)) continue;
    one.certificate_file = certificate.string();
    one.key_file = (folder / (one.identity + ".key")).string();
  }
}

/// "" when there are enough.
std::string raise_descriptors(std::size_t stations) {
  const auto wanted = static_cast<rlim_t>(stations) + descriptors_besides;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return {};
  if (limit.rlim_max < wanted) {
    return std::to_string(stations) + " stations need " + std::to_string(wanted) +
           " file descriptors, this process may have " + std::to_string(limit.rlim_max) +
           ": raise the hard limit (ulimit -Hn), or run several of these";
  }
  limit.rlim_cur = wanted;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? "" : "the limit of file descriptors stays low";
}

std::vector<FleetOptions> parts_of(const Call& call, const simulator::Target& target,
                                   const std::vector<StationName>& names) {
  const auto threads = static_cast<std::size_t>(call.number("--threads", 1));
  std::vector<FleetOptions> out(std::min(threads, names.size()));
  const bool is_local = ntohl(target.address.sin_addr.s_addr) >> 24U == IN_LOOPBACKNET;
  const auto sources = is_local ? names.size() / stations_a_source + 1 : 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    FleetOptions& part = out[i];
    part.target = target;
    part.behaviour = behaviour_of(call);
    part.ca_file = call.text("--tls-ca");
    part.seed = static_cast<std::uint64_t>(call.number("--seed", 1)) + i;
    part.ramp = Seconds{call.number("--ramp", static_cast<std::int64_t>(names.size() / 2'000))};
    part.steps_per_second =
        decimal(call, "--steps-per-second", 0) / static_cast<double>(out.size());
    part.sources =
        static_cast<std::uint32_t>(call.number("--sources", static_cast<std::int64_t>(sources)));
    for (std::size_t at = i; at < names.size(); at += out.size()) {
      part.stations.push_back(names[at]);
    }
  }
  return out;
}

// --- while it runs, and the report

json::Object state_json(const FleetState& state, double seconds) {
  return {{"seconds", seconds},
          {"stations", std::uint64_t{state.stations}},
          {"online", std::uint64_t{state.online}},
          {"settled", std::uint64_t{state.settled}},
          {"charging", std::uint64_t{state.charging}},
          {"queued", std::uint64_t{state.queued}},
          {"answered", state.answered},
          {"backend_calls", state.backend_calls},
          {"last_refusal", state.last_refusal}};
}

/// A line for people on a terminal, that changes; with --watch a line of JSON each time.
class Progress {
 public:
  Progress(bool lines, bool json)
      : lines_(lines), shown_(!lines && !json && ::isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (shown_) std::fprintf(stderr, "\r\033[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const FleetState& state, double seconds) {
    if (lines_) {
      std::printf("%s\n", json::dump(state_json(state, seconds)).c_str());
      std::fflush(stdout);
    }
    if (!shown_) return;
    std::fprintf(
        stderr,
        "\r\033[K%5.0f s  %zu of %zu online, %zu charging, %zu waiting, %" PRIu64 " calls answered",
        seconds, state.online, state.stations, state.charging, state.queued, state.answered);
    if (state.online < state.stations && state.last_refusal != 0) {
      std::fprintf(stderr, ", refused with HTTP %d", state.last_refusal);
    }
  }

 private:
  bool lines_;
  bool shown_;
};

json::Object counts_json(const Tally::PerAction& one) {
  const auto micros = [&](double share) {
    return static_cast<std::uint64_t>(one.latencies.percentile(share).count());
  };
  return {{"sent", one.sent},           {"answered", one.answered}, {"refused", one.refused},
          {"timed_out", one.timed_out}, {"cut_off", one.cut_off},   {"p50_us", micros(0.5)},
          {"p99_us", micros(0.99)},     {"p999_us", micros(0.999)}, {"max_us", micros(1)}};
}

template <class Do>
void each_action(const Tally& tally, Do act) {
  for (std::size_t i = 0; i < simulator::action_count; ++i) {
    if (tally.calls[i].sent > 0) act(name_of(static_cast<simulator::Action>(i)), tally.calls[i]);
  }
}

void print_json(const Tally& tally, const FleetState& state, double seconds) {
  json::Object actions;
  each_action(tally, [&](std::string_view name, const Tally::PerAction& one) {
    actions.push_back({std::string{name}, counts_json(one)});
  });
  json::Object out = state_json(state, seconds);
  out.push_back({"calls", counts_json(tally.total())});
  out.push_back({"actions", std::move(actions)});
  out.push_back({"connects", tally.connects});
  out.push_back({"handshakes_refused", tally.refusals});
  out.push_back({"connections_lost", tally.losses});
  out.push_back({"boots_accepted", tally.boots_accepted});
  out.push_back({"sessions", tally.sessions});
  out.push_back({"dropped", tally.dropped});
  out.push_back({"backend_calls_refused", tally.backend_refused});
  out.push_back({"odd_frames", tally.odd_frames});
  std::printf("%s\n", json::dump(json::Value{std::move(out)}).c_str());
}

std::string millis_text(Micros took) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(took.count()) / 1e3);
  return text;
}

void print_report(const Tally& tally, const FleetState& state, double seconds) {
  const auto number = [](auto value) { return std::to_string(value); };
  std::vector<std::vector<std::string>> rows{
      {"call", "sent", "answered", "refused", "timed out", "cut off", "p50 ms", "p99 ms"}};
  const auto add = [&](std::string_view name, const Tally::PerAction& one) {
    rows.push_back({std::string{name}, number(one.sent), number(one.answered), number(one.refused),
                    number(one.timed_out), number(one.cut_off),
                    millis_text(one.latencies.percentile(0.5)),
                    millis_text(one.latencies.percentile(0.99))});
  };
  each_action(tally, add);
  const Tally::PerAction total = tally.total();
  add("all", total);
  print_table(rows);
  std::printf("\n");
  char speed[64];
  std::snprintf(speed, sizeof speed, "%.0f", static_cast<double>(total.answered) / seconds);
  char ran[32];
  std::snprintf(ran, sizeof ran, "%.1f s", seconds);
  print_table(
      {{"what", "value"},
       {"ran", ran},
       {"stations online", number(state.online) + " of " + number(state.stations)},
       {"calls answered a second", speed},
       {"connections made, refused, lost",
        number(tally.connects) + ", " + number(tally.refusals) + ", " + number(tally.losses)},
       {"boots accepted", number(tally.boots_accepted)},
       {"sessions begun", number(tally.sessions)},
       {"backend's calls answered",
        number(tally.backend_calls) + ", " + number(tally.backend_refused) + " refused"},
       {"transaction messages still waiting", number(state.queued)},
       {"given up after their attempts", number(tally.dropped)},
       {"frames not understood", number(tally.odd_frames)}});
}

sigset_t signals_to_end() {
  sigset_t out;
  ::sigemptyset(&out);
  ::sigaddset(&out, SIGINT);
  ::sigaddset(&out, SIGTERM);
  return out;
}

/// For stations that did not get in.
void say_why(const Call& call, const FleetState& state) {
  if (state.online == state.stations || state.last_refusal == 0) return;
  const std::string status =
      "the backend answers handshakes with HTTP " + std::to_string(state.last_refusal);
  if (state.last_refusal == 404) {
    call.say(status +
             ": it does not know these identities, or not at this address; ours learns "
             "them with `mainstay charging stations add NAME`");
  } else if (state.last_refusal == 401) {
    call.say(status + ": it wants passwords, or others; give them in a file with --keys");
  } else {
    call.say(status);
  }
}

int simulate(const Call& call, std::vector<FleetOptions> parts) {
  AcknowledgedFile file;
  const bool writes = call.has("--acknowledged");
  if (writes && !file.open(call.text("--acknowledged"))) {
    return call.fail(call.text("--acknowledged") + " cannot be written", exit_usage);
  }
  // Before there are threads, so that none of them gets one.
  const sigset_t signals = signals_to_end();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const MachineClock clock;
  const SteadyTime begin = clock.steady();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(clock.steady() - begin).count();
  };
  Run run;
  if (auto opened = run.open(std::move(parts), clock, writes ? &file : nullptr); !opened) {
    return call.fail(opened.error());
  }
  {
    Progress progress{call.has("--watch"), call.json};
    const auto every = call.number("--watch", 500);
    const auto seconds_max = static_cast<double>(call.number("--duration", INT32_MAX));
    const timespec wait{every / 1000, every % 1000 * 1'000'000};
    bool over = false;
    while (!over) {
      over = ::sigtimedwait(&signals, nullptr, &wait) > 0;
      const FleetState state = run.state();
      progress.show(state, elapsed());
      over = over || elapsed() >= seconds_max ||
             (call.has("--until-settled") && state.settled == state.stations);
    }
  }
  const FleetState state = run.state();
  const double seconds = elapsed();
  run.stop();
  const Tally tally = run.tally();
  call.json ? print_json(tally, state, seconds) : print_report(tally, state, seconds);
  say_why(call, state);
  const bool lost = tally.dropped > 0;
  return lost ? exit_failed : exit_ok;
}

int run_simulate(const Call& call) {
  for (const char* const flag : {"--sessions-per-hour", "--session-minutes", "--offline-per-hour",
                                 "--offline-seconds", "--steps-per-second"}) {
    if (decimal(call, flag, 0) < 0) {
      return call.fail(std::string{flag} + " wants a number, not \"" + call.text(flag) + "\"",
                       exit_usage);
    }
  }
  KeyFile keys;
  if (call.has("--keys")) {
    auto found = read_keys(call.text("--keys"));
    if (!found) {
      return call.fail(call.text("--keys") +
                           " cannot be read, or a line of it is not "
                           "\"IDENTITY PASSWORD\"",
                       exit_usage);
    }
    keys = std::move(*found);
  }
  const std::string url =
      call.has("--url") ? call.text("--url") : "ws://127.0.0.1:3000/charging/ocpp/";
  auto target = simulator::parse_target(url);
  if (!target) return call.fail(target.error(), exit_usage);
  auto names = names_of(call, std::move(keys));
  if (call.has("--tls-certificates")) add_certificates(names, call.text("--tls-certificates"));
  if (const std::string why = raise_descriptors(names.size()); !why.empty()) {
    return call.fail(why, exit_usage);
  }
  return simulate(call, parts_of(call, *target, names));
}

std::vector<Argument> station_arguments() {
  return {
      text("--url",
           "the backend, the identity comes behind it (default: "
           "ws://127.0.0.1:3000/charging/ocpp/)"),
      number("--stations", "how many (default: those of --keys, else 1)", 1, stations_max),
      text("--identity", "what identities begin with, a number follows (default: SIM-)"),
      number("--first", "the first one's number (default: 1)", 0, INT32_MAX),
      text("--keys",
           "file of \"IDENTITY PASSWORD\" lines for HTTP Basic; \"* PASSWORD\" is "
           "for all that are not named"),
      text("--tls-ca", "file of root certificates for wss://, beside the system's"),
      text("--tls-certificates",
           "folder of stations' certificates (security profile 3): IDENTITY.pem, IDENTITY.key"),
      number("--connectors", "of a station (default: 2)", 1, 64),
      text("--sessions-per-hour", "of a connector, on average (default: 0.5)"),
      text("--session-minutes", "until the driver leaves, on average (default: 45)"),
      number("--meter-interval", "seconds between MeterValues (default: 60; 0: none)", 0, 86'400),
      text("--measurands", "in MeterValues, separated by commas (default: seven of them)"),
      number("--dc", "percent of the stations with direct current (default: 30)", 0, 100),
      text("--tags",
           "tags of the drivers, separated by commas (default: each connector has "
           "one of its own, like 000001/1)"),
      text("--offline-per-hour", "how often a station loses its link (default: 0)"),
      text("--offline-seconds", "for how long, on average (default: 120)")};
}

std::vector<Argument> run_arguments() {
  return {
      number("--back-off", "seconds before the first reconnect (default: 2)", 0, 3'600),
      number("--back-off-range", "up to so many seconds more, at random (default: 5)", 0, 3'600),
      number("--message-timeout", "seconds for an answer (default: 30)", 1, 3'600),
      number("--retry-interval", "TransactionMessageRetryInterval, seconds (default: 60)", 0,
             3'600),
      number("--retry-attempts", "TransactionMessageAttempts (default: 3)", 1, 1'000),
      number("--ping-interval", "seconds; 0: never (default: 60)", 0, 86'400),
      flag("--boot-on-reconnect", "as after a loss of power"),
      flag("--idle", "no cars"),
      flag("--cycles",
           "load: StartTransaction, MeterValues and StopTransaction without a "
           "pause, one call outstanding a station"),
      number("--cycle-meters", "MeterValues of a cycle (default: 1)", 0, 1'000),
      text("--steps-per-second",
           "load: so many of these messages a second in all, each at "
           "its own time, from which its latency counts"),
      number("--ramp", "seconds over which stations first connect (default: 1 for 2,000)", 0,
             86'400),
      number("--sources",
             "loopback addresses to connect from: 127.0.0.1, 127.0.0.2 and so on "
             "(default: 1 for 10,000 stations)",
             1, 250),
      number("--threads", "(default: 1)", 1, 64),
      number("--seed", "the same seed makes the same cars come (default: 1)", 0, INT32_MAX),
      number("--duration", "seconds; without it until Ctrl-C", 1, INT32_MAX),
      flag("--until-settled", "end when all stations are accepted and have told all"),
      number("--watch", "print a line of JSON every so many milliseconds", 10, 60'000),
      text("--acknowledged",
           "write what the backend has acknowledged into this CSV file: "
           "identity,action,connector,transactionId,idTag,meter,time")};
}

}  // namespace

mainstay::Command simulate_command() {
  std::vector<Argument> arguments = station_arguments();
  std::ranges::move(run_arguments(), std::back_inserter(arguments));
  return {.name = "charging simulate",
          .help =
              "play stations that speak OCPP 1.6: they boot, cars come and charge, and everything "
              "that the backend asks is answered; prints what was answered and how fast "
              "(docs/charging_simulator.md)",
          .arguments = std::move(arguments),
          .run = run_simulate,
          .reads_settings = false};
}

}  // namespace mainstay::charging
