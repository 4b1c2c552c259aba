#pragma once

#include <string_view>

#include "apps/apim/inbound/http/basic_auth.hpp"
#include "apps/apim/inbound/page/sessions.hpp"
#include "apps/apim/inbound/page/sign_in_attempts.hpp"
#include "platform/http/router.hpp"

namespace mainstay::apim {

/// The page /apim, what it is made of, and the way in: it works through the internal API, which
/// takes its sessions for credentials (page_session.hpp). All below /apim; why it is so:
/// docs/adr/0015.
///
///   GET    /apim             the page; /apim/web/FILE its scripts and style
///   GET    /apim/session     {"signed_in":true,"user":..,"csrf_token":..}, or false
///   POST   /apim/session     {"user":..,"password":..} signs in
///   DELETE /apim/session     signs out
///
/// Lives as long as the router. Any thread.
class Page {
 public:
  Page(const InternalCredentials& credentials, Sessions& sessions)
      : credentials_(credentials), sessions_(sessions) {}

  void register_routes(http::Router& router);

 private:
  void get_session(const http::Request& request, http::Response& response);
  void sign_in(const http::Request& request, http::Response& response);
  void sign_out(const http::Request& request, http::Response& response);
  void answer_session(http::Response& response, std::string_view token) const;

  const InternalCredentials& credentials_;
  Sessions& sessions_;
  SignInAttempts attempts_;
};

}  // namespace mainstay::apim
