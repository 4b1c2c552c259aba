#include "platform/gate/settings.hpp"

namespace mainstay::gate {

std::vector<settings::Spec> setting_specs() {
  return {
      {.key = "gate.user_key_header",
       .fallback = "user-key",
       .help = "header in which callers of gated routes send their user key"},
      {.key = "gate.app_id_header",
       .fallback = "app-id",
       .help = "header in which callers of gated routes send their application id"},
      {.key = "gate.app_key_header",
       .fallback = "app-key",
       .help = "header in which callers of gated routes send their application key"},
  };
}

CredentialHeaders credential_headers(const settings::Settings& settings) {
  return {.user_key = settings.text("gate.user_key_header"),
          .app_id = settings.text("gate.app_id_header"),
          .app_key = settings.text("gate.app_key_header")};
}

}  // namespace mainstay::gate
