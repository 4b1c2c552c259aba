#pragma once

#include <cstddef>

#include "platform/http/access_log.hpp"
#include "platform/http/server.hpp"
#include "platform/log/log.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay {

// What the settings say, in the words of the platform's parts.

std::size_t thread_count(const settings::Settings& settings);
log::Options log_options(const settings::Settings& settings);
http::AccessLogOptions access_options(const settings::Settings& settings);
http::Limits http_limits(const settings::Settings& settings);

}  // namespace mainstay
