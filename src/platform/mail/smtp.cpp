#include "platform/mail/smtp.hpp"

#include <algorithm>
#include <cstring>
#include <curl/curl.h>
#include <mutex>
#include <utility>

namespace mainstay::mail {
namespace {

struct EasyEnd {
  void operator()(CURL* ended) const { curl_easy_cleanup(ended); }
};
struct ListEnd {
  void operator()(curl_slist* ended) const { curl_slist_free_all(ended); }
};
using Easy = std::unique_ptr<CURL, EasyEnd>;
using List = std::unique_ptr<curl_slist, ListEnd>;

/// What is left to send.
std::size_t read_some(char* into, std::size_t size, std::size_t count, void* from) {
  auto& left = *static_cast<std::string_view*>(from);
  const std::size_t taken = std::min(size * count, left.size());
  std::memcpy(into, left.data(), taken);
  left.remove_prefix(taken);
  return taken;
}

/// Not zero: ends the transfer.
int ask_to_stop(void* of, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& should_stop = static_cast<const SmtpOptions*>(of)->should_stop;
  return should_stop && should_stop() ? 1 : 0;
}

/// 530, 534, 535, 538: the server wants a login or TLS, which is the operator's to mend.
bool is_about_login(long code) { return code == 530 || code == 534 || code == 535 || code == 538; }

class Smtp final : public Sender {
 public:
  explicit Smtp(SmtpOptions options) : options_(std::move(options)) {}

  Result<> send(const Letter& letter) override {
    const Easy easy{curl_easy_init()};
    const List recipients{curl_slist_append(nullptr, letter.message.to.c_str())};
    if (easy == nullptr || recipients == nullptr) return Error{Errc::temporary, "out of memory"};
    std::string_view left = letter.mime;
    char reason[CURL_ERROR_SIZE] = "";
    set_connection(easy.get());
    const std::string from = "<" + letter.from + ">";
    curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, &read_some);
    curl_easy_setopt(easy.get(), CURLOPT_READDATA, &left);
    curl_easy_setopt(easy.get(), CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(letter.mime.size()));
    curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, reason);
    return outcome(easy.get(), curl_easy_perform(easy.get()), reason);
  }

 private:
  void set_connection(CURL* easy) const {
    curl_easy_setopt(easy, CURLOPT_URL, options_.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // no proxy of the environment
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &ask_to_stop);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &options_);
    const bool tls = options_.tls == Tls::required;
    curl_easy_setopt(easy, CURLOPT_USE_SSL,
                     static_cast<long>(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
      curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    }
    if (options_.user.empty()) return;
    curl_easy_setopt(easy, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, options_.password.c_str());
  }

  static Result<> outcome(CURL* easy, CURLcode code, const char* reason) {
    if (code == CURLE_OK) return {};
    long response = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response);
    std::string detail = *reason != '\0' ? reason : curl_easy_strerror(code);
    if (response >= 400) detail += " (the server answered " + std::to_string(response) + ")";
    const bool is_final = response >= 500 && response < 600 && !is_about_login(response) &&
                          code != CURLE_LOGIN_DENIED && code != CURLE_USE_SSL_FAILED;
    return Error{is_final ? Errc::permanent : Errc::temporary, std::move(detail)};
  }

  SmtpOptions options_;
};

}  // namespace

Result<std::unique_ptr<Sender>> make_smtp(SmtpOptions options) {
  static std::once_flag initialised;
  CURLcode code = CURLE_OK;
  std::call_once(initialised, [&code] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (code != CURLE_OK) return Error{Errc::temporary, curl_easy_strerror(code)};
  return std::unique_ptr<Sender>{std::make_unique<Smtp>(std::move(options))};
}

}  // namespace mainstay::mail
