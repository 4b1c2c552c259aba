#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mainstay::charging::ocpp {

/// OCPP-J 1.6, 4.1.4: of a message id, in characters.
inline constexpr std::size_t message_id_max = 36;
/// Stands for an id that could not be read.
inline constexpr std::string_view unreadable_id = "-1";

/// OCPP-J's envelope (1.6, chapter 4), for both ends:
///   [2, id, action, payload]   [3, id, payload]   [4, id, code, description, details]
/// Payloads stay the JSON text that they are. Views of a frame that was read point into its text.
struct Frame {
  enum class Kind : std::uint8_t { call = 2, result = 3, error = 4 };
  Kind kind = Kind::call;
  std::string id = {};
  std::string action = {};          // of a call
  std::string_view payload = "{}";  // of a call or result: well-formed JSON; an error's details
  std::string code = {};            // of an error, as it was spelled
  std::string description = {};     // of an error
};

/// What reading a text message gave.
struct FrameReading {
  enum class Fault : std::uint8_t {
    none,
    not_json,      // no JSON, or no array
    unknown_type,  // another message type number: to be ignored (4.1.3)
    bad_id,        // no string of 1 to message_id_max characters: a call is answered to "-1"
    bad_shape,     // a part is of the wrong kind, or there are too many
    incomplete,    // a part is missing
  };
  Fault fault = Fault::none;
  /// As far as it could be read. With a fault other than not_json and unknown_type its kind is
  /// right, and its id unless that is the fault: then it is "-1".
  Frame frame = {};
};

/// Takes any text; `null` as a payload counts as `{}`. An error's description and details may be
/// missing.
FrameReading read_frame(std::string_view text);

/// `payload` and `details` are JSON text.
void append_call(std::string& out, std::string_view id, std::string_view action,
                 std::string_view payload);
void append_result(std::string& out, std::string_view id, std::string_view payload);
void append_error(std::string& out, std::string_view id, std::string_view code,
                  std::string_view description, std::string_view details = "{}");

}  // namespace mainstay::charging::ocpp
