#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

// OpenSSL's objects with owners. For this module's .cpp files only.
namespace mainstay::tls {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using SslPtr = std::unique_ptr<SSL, Free<SSL_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using BioPtr = std::unique_ptr<BIO, Free<BIO_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;

/// The one value that a name has of that kind, as UTF-8; empty when there is none, or more than
/// one, or one with a NUL.
std::string name_part(const X509_NAME* name, int kind);

/// In capital hexadecimal, two digits a byte.
std::string serial_of(const X509* certificate);

}  // namespace mainstay::tls
