#include "platform/program/server_options.hpp"

#include <algorithm>
#include <array>
#include <thread>

namespace mainstay {

std::size_t thread_count(const settings::Settings& settings) {
  const auto wanted = static_cast<std::size_t>(settings.integer("http.threads"));
  return wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

log::Options log_options(const settings::Settings& settings) {
  constexpr std::array levels{"debug", "info", "warning", "error"};
  const auto level = std::ranges::find(levels, settings.text("log.level")) - levels.begin();
  log::Options options;
  options.level = static_cast<log::Level>(level);
  options.format = settings.text("log.format") == "json" ? log::Format::json : log::Format::text;
  options.file = settings.text("log.file");
  return options;
}

http::AccessLogOptions access_options(const settings::Settings& settings) {
  const std::string& shape = settings.text("log.access");
  http::AccessLogOptions options;
  options.raw_credentials = settings.boolean("log.raw_credentials");
  if (shape == "none") options.format = http::AccessLogFormat::none;
  if (shape == "json") options.format = http::AccessLogFormat::json;
  return options;
}

http::Limits http_limits(const settings::Settings& settings) {
  http::Limits limits;
  limits.connections_max = static_cast<std::size_t>(settings.integer("http.connections_max"));
  limits.target_bytes_max = settings.bytes("http.target_bytes_max");
  limits.head_bytes_max = settings.bytes("http.head_bytes_max");
  limits.body_bytes_max = settings.bytes("http.body_bytes_max");
  limits.head_timeout = settings.duration("http.head_timeout");
  limits.body_timeout = settings.duration("http.body_timeout");
  limits.idle_timeout = settings.duration("http.idle_timeout");
  limits.send_timeout = settings.duration("http.send_timeout");
  limits.send_total_timeout = settings.duration("http.send_total_timeout");
  limits.output_bytes_max = settings.bytes("http.output_bytes_max");
  limits.commit_timeout = settings.duration("http.commit_timeout");
  return limits;
}

}  // namespace mainstay
