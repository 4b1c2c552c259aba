#include "platform/http/client_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "platform/http/client.hpp"

namespace mainstay::http {
namespace {

constexpr std::size_t url_bytes_max = 8192;

Error invalid(std::string_view why) { return {ClientErrc::url_invalid, std::string{why}}; }

std::string to_string(boost::urls::string_view text) { return {text.data(), text.size()}; }

Result<std::uint16_t> port_of(const boost::urls::url_view& url, bool tls) {
  if (!url.has_port() || url.port().empty()) return static_cast<std::uint16_t>(tls ? 443 : 80);
  if (url.port_number() == 0) return invalid("the port is not within 1 to 65535");
  return url.port_number();
}

Result<std::string> host_of(const boost::urls::url_view& url) {
  switch (url.host_type()) {
    case boost::urls::host_type::ipv4:
    case boost::urls::host_type::ipv6:
      return url.host_address();
    case boost::urls::host_type::name:
      break;
    default:
      return invalid("it has no host, or one of an unknown kind");
  }
  const std::string host = to_string(url.encoded_host());
  if (host.empty()) return invalid("it has no host");
  if (host.find('%') != std::string::npos) return invalid("the host has escapes");
  if (host.size() > 253) return invalid("the host is longer than 253 bytes");
  return host;
}

}  // namespace

Result<ClientUrl> parse_client_url(std::string_view text) {
  if (text.size() > url_bytes_max) return invalid("longer than 8192 bytes");
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (parsed.has_error()) return invalid("it is no absolute URL");
  const boost::urls::url_view& url = *parsed;

  ClientUrl out;
  out.tls = url.scheme_id() == boost::urls::scheme::https;
  if (!out.tls && url.scheme_id() != boost::urls::scheme::http) {
    return invalid("the scheme is neither http nor https");
  }
  if (url.has_userinfo()) return invalid("it has user information; use an Authorization header");
  MS_TRY(out.host, host_of(url));
  MS_TRY(out.port, port_of(url, out.tls));
  out.host_header = to_string(url.encoded_host());
  if (out.port != (out.tls ? 443 : 80))
    out.host_header.append(":").append(std::to_string(out.port));
  out.target = to_string(url.encoded_path());
  if (out.target.empty()) out.target = "/";
  // Boost 1.81 takes what it cannot read behind the host or port for a path.
  if (!out.target.starts_with('/')) return invalid("the port or host is malformed");
  if (url.has_query()) out.target.append("?").append(to_string(url.encoded_query()));
  return out;
}

}  // namespace mainstay::http
