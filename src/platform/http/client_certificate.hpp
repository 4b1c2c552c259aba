#pragma once

#include <string_view>

namespace mainstay::http {

// On a listener that demands certificates (tls::ServerOptions::client_ca_file) each request has
// three header lines more, in front: whom the client's verified certificate names. A client cannot
// send them, since their names are no tokens (RFC 9110 5.1); elsewhere they are absent. As in
// tls::PeerCertificate a value is empty where the certificate names none.
inline constexpr std::string_view client_common_name = ":client-certificate-cn";
inline constexpr std::string_view client_organization = ":client-certificate-o";
inline constexpr std::string_view client_serial_number = ":client-certificate-serial";

}  // namespace mainstay::http
