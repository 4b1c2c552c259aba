#include "platform/tls/context.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <sys/stat.h>
#include <utility>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/check.hpp"
#include "base/locked.hpp"
#include "platform/tls/openssl.hpp"

namespace mainstay::tls {
namespace {

/// What OpenSSL's first queued error says, and leaves the queue empty.
std::string take_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown reason";
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  if (ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE) {
    return "holds no such PEM block";
  }
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

Error file_error(Errc code, const std::string& file) { return {code, file + ": " + take_reason()}; }

// ---- the wire: an OpenSSL BIO over the caller's memory, so that an idle channel holds no buffers
// of its own

struct Wire {
  Bytes in;
  std::string* out = nullptr;
};

int wire_read(BIO* bio, char* data, std::size_t size, std::size_t* count) {
  auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *count = std::min(size, wire.in.size());
  if (*count == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(data, wire.in.data(), *count);
  wire.in = wire.in.subspan(*count);
  return 1;
}

int wire_write(BIO* bio, const char* data, std::size_t size, std::size_t* count) {
  auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  MS_CHECK(wire.out != nullptr);
  wire.out->append(data, size);
  *count = size;
  return 1;
}

long wire_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* wire_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    MS_CHECK(made != nullptr);
    BIO_meth_set_read_ex(made, wire_read);
    BIO_meth_set_write_ex(made, wire_write);
    BIO_meth_set_ctrl(made, wire_control);
    return made;
  }();
  return method;
}

SslPtr new_ssl(SSL_CTX* context, Wire& wire) {
  SslPtr ssl{SSL_new(context)};
  BIO* const bio = BIO_new(wire_method());
  MS_CHECK(ssl != nullptr && bio != nullptr);
  BIO_set_data(bio, &wire);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl.get(), bio, bio);
  return ssl;
}

// ---- contexts

/// Never asks on the terminal; `asked`, if any, learns that it would have had to.
int refuse_passphrase(char*, int, int, void* asked) {
  if (asked != nullptr) *static_cast<bool*>(asked) = true;
  return -1;
}

/// The part that both ends share: forward secrecy and authenticated ciphers only.
ContextPtr new_context(const SSL_METHOD* method) {
  ContextPtr context{SSL_CTX_new(method)};
  MS_CHECK(context != nullptr);
  MS_CHECK(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
  MS_CHECK(SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);
  SSL_CTX_set_default_passwd_cb(context.get(), refuse_passphrase);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Tickets keep a session with the client; a cache here would only grow.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

/// `name`: of the place that it is read from, for errors.
Result<KeyPtr> read_key(BIO* bio, const std::string& name) {
  if (bio == nullptr) return file_error(Errc::key_invalid, name);
  bool asked = false;
  KeyPtr key{PEM_read_bio_PrivateKey(bio, nullptr, refuse_passphrase, &asked)};
  if (asked) {
    ERR_clear_error();
    return Error{Errc::key_invalid,
                 name + ": protected by a passphrase; store the key without one"};
  }
  if (key == nullptr) return file_error(Errc::key_invalid, name);
  return key;
}

Result<KeyPtr> load_key(const std::string& file) {
  const BioPtr bio{BIO_new_file(file.c_str(), "r")};
  return read_key(bio.get(), file);
}

BioPtr text_bio(const std::string& text) {
  return BioPtr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

bool is_ip_address(const std::string& host) {
  ASN1_OCTET_STRING* const address = a2i_IPADDRESS(host.c_str());
  ASN1_OCTET_STRING_free(address);
  ERR_clear_error();
  return address != nullptr;
}

/// As certificates name it: no brackets around IPv6, no dot behind the name.
std::string certificate_name(const std::string& host) {
  if (host.starts_with('[') && host.ends_with(']')) return host.substr(1, host.size() - 2);
  if (host.ends_with('.')) return host.substr(0, host.size() - 1);
  return host;
}

/// False when the certificate could not be checked against this host: no such connection may start.
bool expect_host(SSL* ssl, const std::string& host) {
  const std::string name = certificate_name(host);
  // To OpenSSL an empty name means "any".
  if (name.empty() || name.find('\0') != std::string::npos) return false;
  if (is_ip_address(name))
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr std::array<ErrorRow, 5> rows{{
      {"tls_certificate_invalid", "the certificate file cannot be used", 500},
      {"tls_key_invalid", "the private key file cannot be used", 500},
      {"tls_handshake_failed", "the TLS handshake failed", 502},
      {"tls_verify_failed", "the peer's certificate was refused", 502},
      {"tls_protocol", "the peer broke the TLS protocol", 502},
  }};
  return rows[static_cast<std::size_t>(code) - 1];
}

// ---- Channel

struct Channel::Impl {
  Wire wire;  // before ssl, which points to it
  SslPtr ssl;
  std::string waiting;    // plaintext sent before the handshake was over
  bool refused = false;   // the host cannot be verified
  bool shaken = false;    // the handshake is over; OpenSSL forgets it on failure
  bool failed = false;    // nothing can be read or written any more
  bool finished = false;  // the peer's close_notify came

  explicit Impl(SSL_CTX* context) : ssl(new_ssl(context, wire)) {}

  Result<> read(std::string& plain);
  Result<> write(std::string_view plain);
  Result<> flush_waiting();
  Error fail();
};

namespace {

/// Lends the caller's memory to the wire for one call.
class Lend {
 public:
  Lend(Wire& wire, Bytes in, std::string& out) : wire_(wire) { wire = {in, &out}; }
  ~Lend() { wire_ = {}; }
  Lend(const Lend&) = delete;
  Lend& operator=(const Lend&) = delete;

 private:
  Wire& wire_;
};

}  // namespace

Error Channel::Impl::fail() {
  failed = true;
  const long verified = SSL_get_verify_result(ssl.get());
  if (!shaken && !SSL_is_server(ssl.get()) && verified != X509_V_OK) {
    ERR_clear_error();
    return {Errc::verify_failed, X509_verify_cert_error_string(verified)};
  }
  return {shaken ? Errc::protocol : Errc::handshake_failed, take_reason()};
}

Result<> Channel::Impl::read(std::string& plain) {
  std::array<char, SSL3_RT_MAX_PLAIN_LENGTH> buffer;
  for (;;) {
    ERR_clear_error();
    std::size_t count = 0;
    const int done = SSL_read_ex(ssl.get(), buffer.data(), buffer.size(), &count);
    shaken = shaken || SSL_is_init_finished(ssl.get()) == 1;
    if (done == 1) {
      plain.append(buffer.data(), count);
      continue;
    }
    switch (SSL_get_error(ssl.get(), done)) {
      case SSL_ERROR_WANT_READ:
        return {};
      case SSL_ERROR_ZERO_RETURN:
        finished = true;
        return {};
      default:
        return fail();
    }
  }
}

Result<> Channel::Impl::write(std::string_view plain) {
  if (plain.empty()) return {};
  ERR_clear_error();
  std::size_t count = 0;
  // The wire takes everything, so one call writes all.
  if (SSL_write_ex(ssl.get(), plain.data(), plain.size(), &count) != 1) return fail();
  return {};
}

Result<> Channel::Impl::flush_waiting() {
  if (waiting.empty() || !shaken) return {};
  const std::string plain = std::exchange(waiting, {});
  return write(plain);
}

Channel::Channel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Channel::~Channel() = default;
Channel::Channel(Channel&&) noexcept = default;

Result<> Channel::receive(Bytes ciphertext, std::string& plain, std::string& wire) {
  if (impl_->failed) return Error{Errc::protocol, "the channel has failed before"};
  if (impl_->finished) return {};  // nothing counts behind close_notify
  const Lend lend{impl_->wire, ciphertext, wire};
  MS_TRY_VOID(impl_->read(plain));
  return impl_->flush_waiting();
}

Result<> Channel::send(std::string_view plain, std::string& wire) {
  if (impl_->failed) return Error{Errc::protocol, "the channel has failed before"};
  if (!impl_->shaken) {
    impl_->waiting.append(plain);
    return {};
  }
  const Lend lend{impl_->wire, {}, wire};
  return impl_->write(plain);
}

Result<> Channel::start(std::string& wire) {
  if (impl_->refused) {
    impl_->failed = true;
    return Error{Errc::verify_failed, "no host name that a certificate could be checked against"};
  }
  std::string none;
  return receive({}, none, wire);
}

void Channel::close(std::string& wire) {
  if (!established()) return;
  const Lend lend{impl_->wire, {}, wire};
  ERR_clear_error();
  // 0 and 1 are both success; a failure means that the peer hears nothing, which is what it hears
  // anyway.
  if (SSL_shutdown(impl_->ssl.get()) < 0) ERR_clear_error();
}

bool Channel::established() const { return impl_->shaken && !impl_->failed; }

std::string name_part(const X509_NAME* name, int kind) {
  const int at = X509_NAME_get_index_by_NID(name, kind, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, kind, at) >= 0) return {};
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) {
    ERR_clear_error();
    return {};
  }
  std::string part{reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
  OPENSSL_free(text);
  return part.find('\0') == std::string::npos ? part : std::string{};
}

std::string serial_of(const X509* certificate) {
  BIGNUM* const number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* const text = number == nullptr ? nullptr : BN_bn2hex(number);
  std::string serial{text == nullptr ? "" : text};
  OPENSSL_free(text);
  BN_free(number);
  return serial;
}

std::optional<PeerCertificate> Channel::peer_certificate() const {
  SSL* const ssl = impl_->ssl.get();
  if (!established() || (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) == 0) return std::nullopt;
  const X509* const shown = SSL_get0_peer_certificate(ssl);
  if (shown == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return std::nullopt;
  const X509_NAME* const name = X509_get_subject_name(shown);
  return PeerCertificate{name_part(name, NID_commonName), name_part(name, NID_organizationName),
                         serial_of(shown)};
}

bool Channel::finished() const { return impl_->finished; }

// ---- ServerContext

namespace {

/// What tells one state of a file from another without reading it.
struct FileStamp {
  dev_t device = 0;
  ino_t number = 0;
  off_t size = -1;  // -1: cannot be looked at
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

using Stamps = std::array<FileStamp, 5>;

Stamps stamps_of(const ServerOptions& options) {
  return {stamp_of(options.certificate_file), stamp_of(options.key_file),
          stamp_of(options.other_certificate_file), stamp_of(options.other_key_file),
          stamp_of(options.client_ca_file)};
}

/// A context has room for one pair of each kind of key.
Result<> use_pair(SSL_CTX* context, const std::string& certificate, const std::string& key_file) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return file_error(Errc::certificate_invalid, certificate);
  }
  MS_TRY(const KeyPtr key, load_key(key_file));
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    ERR_clear_error();
    return Error{Errc::key_invalid,
                 key_file + ": not the key of the certificate in " + certificate};
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return file_error(Errc::key_invalid, key_file);
  }
  return {};
}

Result<> demand_certificates(SSL_CTX* context, const std::string& roots) {
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(roots.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, roots.c_str()) != 1) {
    return file_error(Errc::certificate_invalid, roots);
  }
  SSL_CTX_set_client_CA_list(context, names);  // takes them
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // A session that is taken up again is one with the same demand.
  constexpr std::string_view id = "mainstay-clients";
  MS_CHECK(SSL_CTX_set_session_id_context(context,
                                          reinterpret_cast<const unsigned char*>(id.data()),
                                          static_cast<unsigned int>(id.size())) == 1);
  return {};
}

Result<ContextPtr> load_server_context(const ServerOptions& options) {
  ERR_clear_error();
  ContextPtr context = new_context(TLS_server_method());
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  if (options.rsa_key_exchange) {
    MS_CHECK(SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20:kRSA+AESGCM") ==
             1);
  }
  MS_TRY_VOID(use_pair(context.get(), options.certificate_file, options.key_file));
  const X509* const first = SSL_CTX_get0_certificate(context.get());
  if (!options.other_certificate_file.empty()) {
    const int kind = EVP_PKEY_get_id(X509_get0_pubkey(first));
    MS_TRY_VOID(use_pair(context.get(), options.other_certificate_file, options.other_key_file));
    if (EVP_PKEY_get_id(X509_get0_pubkey(SSL_CTX_get0_certificate(context.get()))) == kind) {
      return Error{Errc::key_invalid, options.other_key_file + ": of the same kind as the key in " +
                                          options.key_file + "; one must be RSA, the other ECDSA"};
    }
  }
  if (!options.client_ca_file.empty()) {
    MS_TRY_VOID(demand_certificates(context.get(), options.client_ca_file));
  }
  return context;
}

}  // namespace

struct ServerContext::Impl {
  Impl(ServerOptions from, const Stamps& stamps, ContextPtr loaded)
      : options(std::move(from)), tried(stamps), context(std::move(loaded)) {}

  ContextPtr current() {
    auto held = context.lock();
    SSL_CTX_up_ref(held->get());
    return ContextPtr{held->get()};
  }

  const ServerOptions options;
  Locked<Stamps> tried;  // of the last attempt
  Locked<ContextPtr> context;
};

ServerContext::ServerContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerContext::~ServerContext() = default;

Result<std::shared_ptr<ServerContext>> ServerContext::load(const ServerOptions& options) {
  // Before reading: what is written meanwhile counts as changed.
  const Stamps stamps = stamps_of(options);
  MS_TRY(auto context, load_server_context(options));
  return std::make_shared<ServerContext>(
      std::make_unique<Impl>(options, stamps, std::move(context)));
}

Result<> ServerContext::reload() {
  {
    auto tried = impl_->tried.lock();
    *tried = stamps_of(impl_->options);
  }
  MS_TRY(auto fresh, load_server_context(impl_->options));
  auto context = impl_->context.lock();
  context->swap(fresh);  // connections hold on to the one that they began with
  return {};
}

Result<bool> ServerContext::reload_if_changed() {
  {
    auto tried = impl_->tried.lock();
    if (stamps_of(impl_->options) == *tried) return false;
  }
  MS_TRY_VOID(reload());
  return true;
}

Channel ServerContext::accept() const {
  const ContextPtr context = impl_->current();
  auto channel = std::make_unique<Channel::Impl>(context.get());
  SSL_set_accept_state(channel->ssl.get());
  return Channel{std::move(channel)};
}

// ---- ClientContext

struct ClientContext::Impl {
  ContextPtr context;
};

namespace {

/// `take(X509*)` for each certificate of the text; false ends it. How many there were.
template <class Take>
int for_each_certificate(const std::string& pem, Take take) {
  const BioPtr bio = text_bio(pem);
  int count = 0;
  while (X509* const one = PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr)) {
    const bool taken = take(one, count++);
    X509_free(one);
    if (!taken) return 0;
  }
  if (count > 0) ERR_clear_error();  // the end of the text
  return count;
}

Result<> trust_only(SSL_CTX* context, const std::string& roots) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  const int count = for_each_certificate(
      roots, [store](X509* one, int) { return X509_STORE_add_cert(store, one) == 1; });
  return count > 0 ? Result<>{} : file_error(Errc::certificate_invalid, "the given roots");
}

/// A certificate, those that lead to its root, and its key.
Result<> use_pair_of_texts(SSL_CTX* context, const ClientOptions& options) {
  const int count = for_each_certificate(options.certificate_pem, [&](X509* one, int place) {
    return place == 0 ? SSL_CTX_use_certificate(context, one) == 1
                      : SSL_CTX_add1_chain_cert(context, one) == 1;
  });
  if (count == 0) return file_error(Errc::certificate_invalid, "the given certificate");
  const BioPtr bio = text_bio(options.key_pem);
  MS_TRY(const KeyPtr key, read_key(bio.get(), "the given key"));
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    ERR_clear_error();
    return Error{Errc::key_invalid, "not the key of the given certificate"};
  }
  return {};
}

}  // namespace

ClientContext::ClientContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientContext::~ClientContext() = default;

Result<std::shared_ptr<ClientContext>> ClientContext::load(const ClientOptions& options) {
  ERR_clear_error();
  ContextPtr context = new_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  const std::string& file = options.ca_file;
  if (!options.ca_pem.empty()) {
    MS_TRY_VOID(trust_only(context.get(), options.ca_pem));
  } else {
    // A machine without a root store is no error here: then every peer is refused, save those of
    // ca_file.
    if (SSL_CTX_set_default_verify_paths(context.get()) != 1) ERR_clear_error();
    if (!file.empty() && SSL_CTX_load_verify_file(context.get(), file.c_str()) != 1) {
      return file_error(Errc::certificate_invalid, file);
    }
  }
  if (!options.certificate_pem.empty()) {
    MS_TRY_VOID(use_pair_of_texts(context.get(), options));
  } else if (!options.certificate_file.empty()) {
    MS_TRY_VOID(use_pair(context.get(), options.certificate_file, options.key_file));
  }
  return std::make_shared<ClientContext>(std::make_unique<Impl>(std::move(context)));
}

Channel ClientContext::connect(const std::string& host) const {
  auto channel = std::make_unique<Channel::Impl>(impl_->context.get());
  SSL_set_connect_state(channel->ssl.get());
  channel->refused = !expect_host(channel->ssl.get(), host);
  return Channel{std::move(channel)};
}

}  // namespace mainstay::tls
