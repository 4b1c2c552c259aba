#include "platform/http/access_log.hpp"

#include <cstdio>
#include <string>

#include "base/text.hpp"
#include "platform/http/masking.hpp"
#include "platform/log/line.hpp"

namespace mainstay::http {
namespace {

constexpr std::array bounds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0};

constexpr std::array<std::string_view, 6> class_names{"other", "1xx", "2xx", "3xx", "4xx", "5xx"};

/// Of a path, and of a query; cut beyond.
constexpr std::size_t logged_bytes_max = 16U << 10U;

std::string_view cut(std::string_view text) { return text.substr(0, logged_bytes_max); }

std::string target_text(const Request& request, bool raw) {
  std::string out = raw ? std::string{cut(request.path)} : masked_path(cut(request.path));
  const std::string_view query = cut(request.query);
  if (!query.empty()) out.append("?").append(raw ? std::string{query} : masked_query(query));
  const bool is_cut = request.path.size() > logged_bytes_max || query.size() < request.query.size();
  if (is_cut) out.append("...");
  return out;
}

std::string seconds_text(Micros took) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(took.count()) / 1e6);
  return text;
}

std::string time_text(SystemTime at) {
  std::string out;
  log::append_time(out, at);
  return out;
}

std::string text_line(const Request& request, const Observer::Answer& answer, bool raw) {
  std::string line{request.peer};
  line.append(" - - [").append(time_text(request.at)).append("] ");
  append_json_quoted(
      line, std::string{to_text(request.method)}.append(" ").append(target_text(request, raw)));
  line.append(" ").append(std::to_string(answer.status));
  line.append(" ").append(std::to_string(answer.body_bytes));
  line.append(" ").append(seconds_text(answer.took));
  line.append(" ").append(request_id(request)).append(" ");
  append_json_quoted(line, request.header("3scale-options"));
  return line;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  append_json_quoted(out, name);
  out.push_back(':');
  append_json_quoted(out, value);
}

std::string json_line(const Request& request, const Observer::Answer& answer, bool raw) {
  std::string line{"{"};
  append_member(line, "time", time_text(request.at));
  line.append(",");
  append_member(line, "peer", request.peer);
  line.append(",");
  append_member(line, "method", to_text(request.method));
  line.append(",");
  append_member(line, "target", target_text(request, raw));
  line.append(",\"status\":").append(std::to_string(answer.status));
  line.append(",\"bytes\":").append(std::to_string(answer.body_bytes));
  line.append(",\"seconds\":").append(seconds_text(answer.took)).append(",");
  append_member(line, "request_id", request_id(request));
  line.append(",");
  append_member(line, "options", request.header("3scale-options"));
  return line.append("}");
}

}  // namespace

AccessLog::AccessLog(const AccessLogOptions& options, log::Log& log, metrics::Registry& registry)
    : options_(options),
      log_(log),
      refusals_(
          registry.counter("http_refusals_total", "Requests refused by the parser or by a limit.")),
      seconds_(registry.histogram("http_request_seconds",
                                  "Seconds from a complete request to its answer.", bounds)) {
  for (std::size_t i = 0; i < by_class_.size(); ++i) {
    by_class_[i] = &registry.counter("http_requests_total", "Answered requests by status class.",
                                     {{"class", class_names[i]}});
  }
}

void AccessLog::answered(const Request& request, const Answer& answer) {
  const auto status_class = static_cast<std::size_t>(answer.status / 100);
  by_class_[status_class < by_class_.size() ? status_class : 0]->add();
  seconds_.observe(answer.took);
  if (options_.format == AccessLogFormat::none) return;
  log_.raw_line(options_.format == AccessLogFormat::json
                    ? json_line(request, answer, options_.raw_credentials)
                    : text_line(request, answer, options_.raw_credentials));
}

void AccessLog::refused(std::string_view peer, int status, std::string_view code) {
  refusals_.add();
  log_.info("http.refused", {{"peer", peer}, {"status", status}, {"code", code}});
}

}  // namespace mainstay::http
