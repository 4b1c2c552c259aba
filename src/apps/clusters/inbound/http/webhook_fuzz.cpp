// Bodies that the forge signed may still be anything.
#include <cstddef>
#include <cstdint>

#include "apps/clusters/inbound/http/webhook.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay;
  const http::Header shown{"X-Gitlab-Token", "secret"};
  http::Request request;
  request.headers = {&shown, 1};
  request.body = {reinterpret_cast<const char*>(data), size};
  const SystemTime now{Micros{1'700'000'000'000'000}};
  return clusters::read_webhook(clusters::WebhookKind::gitlab, request, "secret", now) ? 0 : 0;
}
