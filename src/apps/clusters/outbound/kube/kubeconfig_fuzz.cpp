// Any bytes are a kubeconfig or are refused; what is one has a server.
#include "apps/clusters/outbound/kube/kubeconfig.hpp"
#include "base/check.hpp"
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace mainstay;
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  const auto read = [&bytes](const std::string&) -> Result<std::string> { return bytes; };
  const auto found = clusters::load_kubeconfig({"/config"}, "", read);
  MS_CHECK(found.has_error() || found->server.starts_with("http"));
  return 0;
}
