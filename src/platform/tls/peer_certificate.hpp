#pragma once

#include <string>

namespace mainstay::tls {

/// Whom a verified certificate names. Texts are UTF-8, and empty where it names none; a name with
/// several values of a kind counts as none, and so does one that holds a NUL.
struct PeerCertificate {
  std::string common_name;    // CN
  std::string organization;   // O
  std::string serial_number;  // the certificate's own, in capital hexadecimal
};

}  // namespace mainstay::tls
