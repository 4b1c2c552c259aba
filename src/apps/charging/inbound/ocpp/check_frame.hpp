#pragma once

#include <string_view>

#include "apps/charging/inbound/ocpp/codec.hpp"
#include "apps/charging/inbound/ocpp/frame.hpp"
#include "apps/charging/inbound/ocpp/json_walk.hpp"
#include "apps/charging/inbound/ocpp/tables.hpp"
#include "base/check.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::ocpp {

/// For fuzzing: reads `text` in every way in which it can be read, and ends the process when two
/// ways disagree.
inline void check_frame(std::string_view text) {
  if (!is_valid_utf8(text)) return;  // the WebSocket has seen to that
  const auto reading = read_frame(text);
  const bool json = reading.fault != FrameReading::Fault::not_json;
  const auto value = json::parse(text, {.depth_max = json_depth_max});
  if (value && value->if_array() != nullptr && !value->if_array()->empty()) {
    const auto* const type = value->if_array()->front().if_int();
    MS_CHECK(json || type == nullptr);
    if (type != nullptr && *type == 2 && reading.fault == FrameReading::Fault::none) {
      MS_CHECK(value->if_array()->at(1) == json::Value{reading.frame.id});
    }
  }
  for (const auto& lenience : {Lenience{}, Lenience{all_tolerance, {}}}) {
    for (const auto& action : station_actions()) {
      static_cast<void>(read_station_request(action.name, reading.frame.payload, lenience));
    }
    for (std::size_t i = 0; i < backend_actions().size(); ++i) {
      static_cast<void>(read_backend_answer(i, reading.frame.payload, lenience));
    }
  }
}

}  // namespace mainstay::charging::ocpp
