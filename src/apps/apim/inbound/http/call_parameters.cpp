#include "apps/apim/inbound/http/call_parameters.hpp"

#include "apps/apim/errc.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

CallerKeys caller_keys(const Parameters& parameters) {
  return {.provider_key = parameters.text("provider_key"),
          .service_token = parameters.text("service_token"),
          .service_id = parameters.text("service_id")};
}

Result<> read_usage(const Parameters& parameters, const Parameters::Node* usage,
                    std::vector<UsageParameter>& out) {
  out.clear();
  if (usage == nullptr || usage->kind == Parameters::Kind::nil) return {};
  if (usage->kind != Parameters::Kind::map) return plain_error(Errc::usage_format_invalid);
  for (const auto* one = parameters.first(*usage); one != nullptr; one = parameters.next(*one)) {
    const bool is_text = one->kind == Parameters::Kind::text;
    out.push_back({one->key, is_text ? std::optional{one->text} : std::nullopt});
  }
  return {};
}

int read_log_code(const Parameters& parameters, const Parameters::Node* log) {
  if (log == nullptr || log->kind != Parameters::Kind::map) return 0;
  const Parameters::Node* code = parameters.child(*log, "code");
  if (code == nullptr || code->kind != Parameters::Kind::text || code->text.size() != 3) return 0;
  const auto value = parse_u64(code->text);
  return value && *value >= 100 ? static_cast<int>(*value) : 0;
}

}  // namespace mainstay::apim
