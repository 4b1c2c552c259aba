#include "platform/http/message_parser.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

#include "base/text.hpp"
#include "platform/http/repeated_head.hpp"

namespace mainstay::http {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;
using ErrorCode = beast::error_code;
using HttpError = beast::http::error;

namespace {

constexpr std::size_t method_bytes_max = 64;
constexpr std::size_t final_chunk_bytes = 5;  // 0 CRLF CRLF
constexpr std::size_t body_storage_kept_max = 64U << 10U;
constexpr std::string_view host_refused_characters = " \t,/\\?#@";

std::string_view to_std(beast::string_view text) { return {text.data(), text.size()}; }

Method to_method(verb method) {
  switch (method) {
    case verb::get:
      return Method::get;
    case verb::head:
      return Method::head;
    case verb::post:
      return Method::post;
    case verb::put:
      return Method::put;
    case verb::delete_:
      return Method::delete_;
    case verb::patch:
      return Method::patch;
    case verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// The part of an absolute-form target behind the authority; nothing when it is not one.
std::optional<std::string_view> after_authority(std::string_view target) {
  std::size_t scheme = 0;
  if (starts_with_ignoring_case(target, "http://")) scheme = 7;
  if (starts_with_ignoring_case(target, "https://")) scheme = 8;
  if (scheme == 0) return {};
  const auto end = std::min(target.find_first_of("/?", scheme), target.size());
  if (end == scheme) return {};
  return target.substr(end);
}

/// Splits the target into path and query (RFC 9112 3.2: origin, absolute, authority and asterisk
/// form).
bool split_target(Message& message, bool is_connect) {
  auto rest = message.target;
  if (is_connect || (rest == "*" && message.method == Method::options)) {
    message.path = rest;
    return true;
  }
  if (rest.front() != '/') {
    const auto origin = after_authority(rest);
    if (!origin) return false;
    rest = *origin;
  }
  const auto mark = rest.find('?');
  message.path = rest.substr(0, mark);
  if (message.path.empty()) message.path = "/";
  if (mark != std::string_view::npos) message.query = rest.substr(mark + 1);
  return true;
}

/// "HTTP/2.0" is a version that we lack; "HTTX" is a mistake.
bool names_a_version(std::string_view request_line) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto blank = request_line.rfind(' ');
  if (blank == std::string_view::npos) return false;
  const auto version = request_line.substr(blank + 1);
  return version.size() == 10 && version.starts_with("HTTP/") && digit(version[5]) &&
         version[6] == '.' && digit(version[7]) && version.ends_with("\r\n");
}

Refusal to_refusal(const ErrorCode& error, std::string_view request_line) {
  if (error == HttpError::body_limit) {
    return {413, "body_too_large", "the body is longer than this server takes"};
  }
  if (error == HttpError::bad_version && names_a_version(request_line)) {
    return {505, "version_not_supported", "this server speaks HTTP/1.1 and HTTP/1.0"};
  }
  if (error == HttpError::bad_method || error == HttpError::bad_target ||
      error == HttpError::bad_version) {
    return {400, "bad_request_line", "the request line is malformed"};
  }
  if (error == HttpError::bad_content_length || error == HttpError::multiple_content_length ||
      error == HttpError::bad_transfer_encoding) {
    return {400, "bad_framing", "Content-Length and Transfer-Encoding contradict or are malformed"};
  }
  if (error == HttpError::bad_chunk || error == HttpError::bad_chunk_extension) {
    return {400, "bad_chunk", "the chunked body is malformed"};
  }
  return {400, "bad_header", "a header line is malformed"};
}

}  // namespace

bool is_request_id(std::string_view text) {
  if (text.empty() || text.size() > 128) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

void Message::clear() {
  method = Method::other;
  target = path = query = request_id = body = {};
  headers.clear();
  body_storage.clear();
  if (body_storage.capacity() > body_storage_kept_max) body_storage.shrink_to_fit();
  http_1_1 = keep_alive = true;
  expects_continue = false;
}

// --- HeadScanner

HeadScanner::Outcome HeadScanner::scan(std::string_view data) {
  for (;;) {
    const auto* from = data.data() + position_;
    const auto left = data.size() - position_;
    const auto* found = left ? std::memchr(from, '\n', left) : nullptr;
    if (!found) {
      position_ = data.size();
      return check_partial(data);
    }
    const auto line_end = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
    if (line_end == line_start_ || data[line_end - 1] != '\r') {
      return refuse(400, "bad_line_ending", "lines must end with CRLF");
    }
    const auto line = data.substr(line_start_, line_end - 1 - line_start_);
    position_ = line_end + 1;
    const auto outcome = check_line(line);
    line_start_ = position_;
    if (outcome != Outcome::need_more) return outcome;
  }
}

HeadScanner::Outcome HeadScanner::check_partial(std::string_view data) {
  if (request_line_bytes_ > 0) {
    if (data.size() - request_line_bytes_ <= limits_->head_bytes_max) return Outcome::need_more;
    return refuse(431, "head_too_large", "the header lines are longer than this server takes");
  }
  if (data.size() > method_bytes_max &&
      data.substr(0, method_bytes_max).find(' ') == std::string_view::npos) {
    return refuse(400, "bad_request_line", "the request line is malformed");
  }
  if (data.size() <= limits_->target_bytes_max + method_bytes_max) return Outcome::need_more;
  return refuse(414, "target_too_long", "the request target is longer than this server takes");
}

HeadScanner::Outcome HeadScanner::check_line(std::string_view line) {
  if (request_line_bytes_ == 0) {
    request_line_bytes_ = position_;
    if (line.size() <= limits_->target_bytes_max + method_bytes_max) return Outcome::need_more;
    return refuse(414, "target_too_long", "the request target is longer than this server takes");
  }
  if (position_ - request_line_bytes_ > limits_->head_bytes_max) {
    return refuse(431, "head_too_large", "the header lines are longer than this server takes");
  }
  if (line.empty()) return Outcome::complete;
  if (line.front() == ' ' || line.front() == '\t') {
    return refuse(400, "bad_header", "header lines must not be folded");
  }
  if (++headers_ > limits_->headers_max) {
    return refuse(431, "too_many_headers", "more header lines than this server takes");
  }
  return Outcome::need_more;
}

HeadScanner::Outcome HeadScanner::refuse(int status, std::string_view code,
                                         std::string_view detail) {
  refusal_ = {status, code, detail};
  return Outcome::refused;
}

void HeadScanner::clear() { position_ = line_start_ = request_line_bytes_ = headers_ = 0; }

// --- BeastAdapter

namespace {

/// Beast's parser of one message, made anew for each, in place: fills a Message and adds our rules.
/// A refusal of ours is kept here, since Beast passes error codes only.
class BeastAdapter final : public beast::http::basic_parser<true> {
 public:
  BeastAdapter(Message& to, const Limits& limits)
      : message(to), target_bytes_max(limits.target_bytes_max) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScanner's matter
    body_limit(limits.body_bytes_max);
    eager(true);
  }

  void refuse(int status, std::string_view code, std::string_view detail, ErrorCode& error) {
    refusal = Refusal{status, code, detail};
    error = HttpError::bad_field;
  }

  void on_request_impl(verb method, beast::string_view, beast::string_view target, int version,
                       ErrorCode& error) override {
    message.method = to_method(method);
    message.target = to_std(target);
    message.http_1_1 = version == 11;
    if (target.size() > target_bytes_max) {
      return refuse(414, "target_too_long", "the request target is longer than this server takes",
                    error);
    }
    if (!split_target(message, method == verb::connect)) {
      refuse(400, "bad_target", "the request target is neither a path nor a URL", error);
    }
  }

  void on_field_impl(field name, beast::string_view name_text, beast::string_view value_text,
                     ErrorCode& error) override {
    if (in_trailer) return;  // nobody asked for trailers; they may not change what was checked
    const auto value = to_std(value_text);
    message.headers.push_back({to_std(name_text), value});
    if (name == field::host) {
      ++hosts;
      if (value.find_first_of(host_refused_characters) != std::string_view::npos) {
        refuse(400, "bad_host", "the Host header is malformed", error);
      }
    } else if (name == field::transfer_encoding) {
      on_transfer_encoding(value, error);
    } else if (name == field::expect) {
      on_expect(value, error);
    } else if (name_text.size() == 12 && equals_ignoring_case(to_std(name_text), "X-Request-ID")) {
      if (is_request_id(value)) message.request_id = value;
    }
  }

  void on_transfer_encoding(std::string_view value, ErrorCode& error) {
    // Beast takes an unknown coding as "no body", which would let the body pass as the next
    // request.
    if (!equals_ignoring_case(value, "chunked")) {
      refuse(501, "transfer_coding_unknown", "the only transfer coding here is chunked", error);
    } else if (!message.http_1_1) {
      refuse(400, "bad_framing", "HTTP/1.0 has no transfer codings", error);
    }
  }

  void on_expect(std::string_view value, ErrorCode& error) {
    if (!message.http_1_1) return;
    if (!equals_ignoring_case(value, "100-continue")) {
      return refuse(417, "expectation_unknown", "the only expectation here is 100-continue", error);
    }
    message.expects_continue = true;
  }

  void on_header_impl(ErrorCode& error) override {
    in_trailer = true;
    message.keep_alive = keep_alive();
    if (hosts > 1) return refuse(400, "host_repeated", "more than one Host header", error);
    if (hosts == 0 && message.http_1_1) refuse(400, "host_missing", "no Host header", error);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) override {
    body_bytes = length.value_or(std::numeric_limits<std::uint64_t>::max());
  }

  std::size_t on_body_impl(beast::string_view piece, ErrorCode&) override {
    if (piece.size() == body_bytes) {
      message.body = to_std(piece);
    } else {
      message.body_storage.append(piece.data(), piece.size());
      message.body = message.body_storage;
    }
    return piece.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view extensions,
                            ErrorCode& error) override {
    // Ignored, but a bare LF in a quoted one could end the line for a proxy before us.
    const auto is_control = [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7F';
    };
    if (std::any_of(extensions.begin(), extensions.end(), is_control)) {
      error = HttpError::bad_chunk_extension;
    }
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece, ErrorCode&) override {
    message.body_storage.append(piece.data(), piece.size());
    message.body = message.body_storage;
    return piece.size();
  }

  void on_finish_impl(ErrorCode&) override {}
  void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}

  Message& message;
  std::size_t target_bytes_max;
  std::uint64_t body_bytes = 0;
  int hosts = 0;
  bool in_trailer = false;
  std::optional<Refusal> refusal;
};

}  // namespace

struct MessageParser::Beast {
  std::optional<BeastAdapter> adapter;
  RepeatedHead repeated;
};

// --- MessageParser

MessageParser::MessageParser(const Limits& limits)
    : limits_(&limits), scanner_(limits), beast_(std::make_unique<Beast>()) {}

MessageParser::~MessageParser() = default;

bool MessageParser::head_complete() const { return matched_ || beast_->adapter.has_value(); }

bool MessageParser::begun() const { return scanner_.begun(); }

bool MessageParser::take_expectation() { return std::exchange(message_.expects_continue, false); }

void MessageParser::clear() {
  scanner_.clear();
  beast_->adapter.reset();
  message_.clear();
  refused_ = false;
  matched_ = false;
}

MessageParser::Outcome MessageParser::parse(std::string_view data, std::size_t& consumed) {
  consumed = 0;
  if (refused_) return Outcome::refused;
  if (beast_->adapter) return parse_body(data, consumed);
  if (!scanner_.begun()) {
    // RFC 9112 2.2: empty lines before a request are skipped.
    while (data.starts_with("\r\n")) {
      data.remove_prefix(2);
      consumed += 2;
    }
    if (data.empty() || data == "\r") return Outcome::need_more;
    if (match_head(data, consumed)) return Outcome::complete;
  }
  return parse_head(data, consumed);
}

/// A whole head whose header lines are those of the one before.
bool MessageParser::match_head(std::string_view data, std::size_t& consumed) {
  const auto used = beast_->repeated.match(data, limits_->target_bytes_max, message_);
  if (used == 0) return false;
  if (!split_target(message_, false)) {  // the parser says what is wrong with it
    message_.clear();
    return false;
  }
  matched_ = true;
  consumed += used;
  return true;
}

MessageParser::Outcome MessageParser::parse_head(std::string_view data, std::size_t& consumed) {
  switch (scanner_.scan(data)) {
    case HeadScanner::Outcome::need_more:
      return Outcome::need_more;
    case HeadScanner::Outcome::refused:
      return refuse(scanner_.refusal());
    case HeadScanner::Outcome::complete:
      break;
  }
  const auto head = data.substr(0, scanner_.head_bytes());
  auto& parser = beast_->adapter.emplace(message_, *limits_);
  ErrorCode error;
  const auto used = parser.put(boost::asio::const_buffer{head.data(), head.size()}, error);
  if (parser.refusal) return refuse(*parser.refusal);
  if (error) return refuse(to_refusal(error, scanner_.request_line(data)));
  if (used != head.size()) return refuse({400, "bad_header", "a header line is malformed"});
  consumed += used;
  if (parser.is_done()) {
    if (!message_.expects_continue) beast_->repeated.remember(head, message_);
    return Outcome::complete;
  }
  std::size_t body_used = 0;
  const auto outcome = parse_body(data.substr(used), body_used);
  consumed += body_used;
  return outcome;
}

MessageParser::Outcome MessageParser::parse_body(std::string_view data, std::size_t& consumed) {
  auto& parser = *beast_->adapter;
  if (data.empty()) return Outcome::need_more;
  message_.expects_continue = false;  // the client did not wait
  // No unfinished chunked body can end with fewer bytes, and Beast (1.81) asserts that it gets as
  // many when it comes back to a final chunk.
  if (parser.chunked() && data.size() < final_chunk_bytes) return Outcome::need_more;
  ErrorCode error;
  consumed = parser.put(boost::asio::const_buffer{data.data(), data.size()}, error);
  if (parser.is_done()) return Outcome::complete;
  if (error && error != HttpError::need_more) return refuse(to_refusal(error, {}));
  if (data.size() - consumed > limits_->head_bytes_max) {
    return refuse(
        {431, "head_too_large", "a chunk header or trailer is longer than this server takes"});
  }
  return Outcome::need_more;
}

MessageParser::Outcome MessageParser::refuse(const Refusal& refusal) {
  refusal_ = refusal;
  refused_ = true;
  return Outcome::refused;
}

}  // namespace mainstay::http
