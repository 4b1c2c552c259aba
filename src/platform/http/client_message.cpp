#include "platform/http/client_message.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/text.hpp"

namespace mainstay::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t head_bytes_max = 64U << 10U;
constexpr int interim_answers_max = 8;
constexpr std::uint64_t announced_bytes_max = 1U << 30U;  // Content-Length of what streams

/// Headers that decide where a message goes or where it ends.
constexpr std::array<std::string_view, 6> own_headers{
    "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "TE"};

bool is_token(std::string_view text) {
  constexpr std::string_view letters =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7F';
  });
}

bool is_named(const std::pair<std::string, std::string>& header, std::string_view name) {
  return equals_ignoring_case(header.first, name);
}

Error refused(std::string_view header, std::string_view why) {
  return {ClientErrc::request_invalid, std::string{header.substr(0, 64)}.append(why)};
}

Result<> check_headers(const ClientRequest& request) {
  if (request.method == Method::other) {
    return Error{ClientErrc::request_invalid, "a method without a name"};
  }
  if (has_control(request.content_type)) {
    return refused("Content-Type", ": the value has control characters");
  }
  for (const auto& header : request.headers) {
    const auto& [name, value] = header;
    if (!is_token(name)) return refused("a header", ": the name is no token");
    if (has_control(value)) return refused(name, ": the value has control characters");
    const bool own =
        std::ranges::any_of(own_headers, [&](auto known) { return is_named(header, known); });
    if (own) return refused(name, ": the client writes this header itself");
    if (is_named(header, "Content-Type") && !request.content_type.empty()) {
      return refused(name, ": given twice");
    }
  }
  return {};
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool has_header(const ClientRequest& request, std::string_view name) {
  return std::ranges::any_of(request.headers,
                             [&](const auto& header) { return is_named(header, name); });
}

bool expects_body(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

}  // namespace

Result<std::string> render_client_request(const ClientRequest& request, const ClientUrl& url) {
  MS_TRY_VOID(check_headers(request));
  std::string out{to_text(request.method)};
  out.append(" ").append(url.target).append(" HTTP/1.1\r\n");
  append_line(out, "Host", url.host_header);
  append_line(out, "Connection", "close");
  if (!has_header(request, "User-Agent")) append_line(out, "User-Agent", "mainstay/" MS_VERSION);
  if (!has_header(request, "Accept")) append_line(out, "Accept", "*/*");
  if (!request.content_type.empty()) append_line(out, "Content-Type", request.content_type);
  for (const auto& [name, value] : request.headers) append_line(out, name, value);
  if (!request.body.empty() || expects_body(request.method)) {
    append_line(out, "Content-Length", std::to_string(request.body.size()));
  }
  return out.append("\r\n").append(request.body);
}

struct ResponseReader::Impl {
  using Parser = beast::http::response_parser<beast::http::string_body>;

  Method method;
  std::size_t body_bytes_max;
  bool streams;
  std::optional<Parser> parser;
  std::string unparsed;
  int interim_answers = 0;
  bool bounded = false;  // with `streams`: by its head

  void begin_answer() {
    bounded = false;
    parser.emplace();
    parser->eager(true);
    parser->header_limit(head_bytes_max);
    parser->body_limit(streams ? announced_bytes_max : body_bytes_max);
    parser->skip(method == Method::head);
  }

  [[nodiscard]] bool is_success() const {
    return parser->is_header_done() && parser->get().result_int() / 100 == 2;
  }
  [[nodiscard]] Error invalid(std::string why) const {
    return {ClientErrc::response_invalid, std::move(why)};
  }
  [[nodiscard]] Error error_of(const beast::error_code& error) const;
  Result<> bound_body();
  Result<bool> parse();
};

Error ResponseReader::Impl::error_of(const beast::error_code& error) const {
  if (error == beast::http::error::body_limit) {
    return {ClientErrc::response_too_large,
            "the body is larger than " + std::to_string(body_bytes_max) + " bytes"};
  }
  if (error == beast::http::error::header_limit) {
    return {ClientErrc::response_too_large, "the head is larger than 64 KiB"};
  }
  return invalid(error.message());
}

/// The head tells whether the body has a bound.
Result<> ResponseReader::Impl::bound_body() {
  if (!parser->is_header_done() || std::exchange(bounded, true)) return {};
  if (is_success()) {
    parser->body_limit(boost::none);
    return {};
  }
  parser->body_limit(body_bytes_max);
  const auto length = parser->content_length();
  if (length && *length > body_bytes_max) return error_of(beast::http::error::body_limit);
  return {};
}

/// Parses what there is; true at the end of the last answer.
Result<bool> ResponseReader::Impl::parse() {
  while (!unparsed.empty()) {
    beast::error_code error;
    parser->eager(!streams || parser->is_header_done());
    const std::size_t used = parser->put(boost::asio::buffer(unparsed), error);
    unparsed.erase(0, used);
    if (error == beast::http::error::need_more) break;
    if (error) return error_of(error);
    if (streams) MS_TRY_VOID(bound_body());
    if (!parser->is_done()) continue;
    const unsigned status = parser->get().result_int();
    if (status >= 200) return true;
    if (status == 101) return invalid("it switches protocols unasked");
    if (++interim_answers > interim_answers_max) return invalid("too many interim answers");
    begin_answer();
  }
  // A line of a chunk's frame has no bound of its own.
  if (unparsed.size() > head_bytes_max) return error_of(beast::http::error::header_limit);
  return false;
}

ResponseReader::ResponseReader(Method method, std::size_t body_bytes_max, bool streams)
    : impl_(std::make_unique<Impl>(method, body_bytes_max, streams)) {
  impl_->begin_answer();
}
ResponseReader::~ResponseReader() = default;

Result<bool> ResponseReader::receive(std::string_view bytes) {
  impl_->unparsed.append(bytes);
  return impl_->parse();
}

Result<> ResponseReader::end() {
  beast::error_code error;
  if (!impl_->parser->got_some())
    return impl_->invalid("the connection was closed without an answer");
  impl_->parser->put_eof(error);
  if (error) return impl_->invalid("the connection was closed within the answer");
  return {};
}

std::optional<std::string> ResponseReader::take_part() {
  if (!impl_->streams || !impl_->is_success()) return std::nullopt;
  return std::exchange(impl_->parser->get().body(), {});
}

ClientResponse ResponseReader::take() {
  auto message = impl_->parser->release();
  ClientResponse response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    response.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
  }
  response.body = std::move(message.body());
  return response;
}

}  // namespace mainstay::http
