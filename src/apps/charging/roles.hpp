#pragma once

#include <string_view>

namespace mainstay::charging {

// Roles of users (platform/auth) in the charging network. Whoever has an account may drive.
inline constexpr std::string_view host_role = "charging_host";          // owns plots
inline constexpr std::string_view operator_role = "charging_operator";  // runs stations
inline constexpr std::string_view support_role = "charging_support";
inline constexpr std::string_view admin_role = "charging_admin";

}  // namespace mainstay::charging
