#include "apps/clusters/embedded_cluster/api_call.hpp"
#include "apps/clusters/embedded_cluster/selector.hpp"
#include "apps/clusters/embedded_cluster/table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  namespace embedded = mainstay::clusters::embedded;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  embedded::parse_place(text);
  (void)embedded::parse_accept(text);
  (void)embedded::Query::parse(text);
  (void)embedded::Selector::parse(text, text);
  if (const auto token = embedded::ContinueToken::parse(text)) (void)token->text();
  (void)embedded::find_by_path(mainstay::DocumentObject{{"a", mainstay::DocumentArray{1}}}, text);
  return 0;
}
