#include "apps/charging/inbound/ocpp/frame.hpp"

#include "apps/charging/inbound/ocpp/json_walk.hpp"
#include "base/text.hpp"

namespace mainstay::charging::ocpp {

namespace {

using Fault = FrameReading::Fault;

/// Reads one frame's parts in their order. Every step is skipped after the first fault.
class Reader {
 public:
  explicit Reader(std::string_view text) : walk_(text) {}

  FrameReading read();

 private:
  void type();
  void id();
  void string(std::string& into);
  void payload();
  void optional_string(std::string& into);
  void end();

  [[nodiscard]] bool good() const { return reading_.fault == Fault::none; }
  void fail(Fault fault) {
    if (good()) reading_.fault = fault;
  }
  /// Whether another part follows; a missing one is a fault.
  bool part() {
    if (!good()) return false;
    if (!walk_.more()) fail(Fault::incomplete);
    return good();
  }

  JsonWalk walk_;
  FrameReading reading_;
  std::string room_;
  bool over_ = false;  // an error's optional parts have ended
};

FrameReading Reader::read() {
  walk_.enter();
  type();
  id();
  switch (reading_.frame.kind) {
    case Frame::Kind::call:
      string(reading_.frame.action);
      payload();
      break;
    case Frame::Kind::result:
      payload();
      break;
    case Frame::Kind::error:
      string(reading_.frame.code);
      optional_string(reading_.frame.description);
      if (!over_ && good()) over_ = !walk_.more();
      if (!over_ && good()) reading_.frame.payload = walk_.raw();
      break;
  }
  end();
  return std::move(reading_);
}

void Reader::type() {
  if (!walk_.more() || walk_.kind() != JsonKind::number) return fail(Fault::not_json);
  const auto number = walk_.number();
  if (number != "2" && number != "3" && number != "4") return fail(Fault::unknown_type);
  reading_.frame.kind = static_cast<Frame::Kind>(number.front() - '0');
}

void Reader::id() {
  reading_.frame.id = unreadable_id;
  if (!part()) return;
  if (walk_.kind() != JsonKind::string) {
    walk_.skip();
    return fail(Fault::bad_id);
  }
  const auto id = walk_.string(room_);
  if (id.empty() || (id.size() > message_id_max && count_characters(id) > message_id_max)) {
    return fail(Fault::bad_id);
  }
  reading_.frame.id = id;
}

void Reader::string(std::string& into) {
  if (!part()) return;
  if (walk_.kind() != JsonKind::string) return fail(Fault::bad_shape);
  into = walk_.string(room_);
}

void Reader::payload() {
  if (!part()) return;
  const bool nothing = walk_.kind() == JsonKind::null;
  const auto raw = walk_.raw();
  reading_.frame.payload = nothing ? "{}" : raw;
}

void Reader::optional_string(std::string& into) {
  if (!good()) return;
  over_ = !walk_.more();
  if (over_) return;
  if (walk_.kind() == JsonKind::string) {
    into = walk_.string(room_);
  } else {
    walk_.skip();  // some send null
  }
}

void Reader::end() {
  if (!good() || over_) return;
  if (walk_.more()) fail(Fault::bad_shape);
}

void open(std::string& out, char type, std::string_view id) {
  out.push_back('[');
  out.push_back(type);
  out.push_back(',');
  append_json_quoted(out, id);
  out.push_back(',');
}

}  // namespace

FrameReading read_frame(std::string_view text) {
  FrameReading bad;
  bad.fault = Fault::not_json;
  bad.frame.id = unreadable_id;
  std::size_t at = 0;
  if (!scan_json(text, at) || text.find_first_not_of(" \t\n\r", at) != text.npos) return bad;
  if (JsonWalk{text}.kind() != JsonKind::array) return bad;
  return Reader{text}.read();
}

void append_call(std::string& out, std::string_view id, std::string_view action,
                 std::string_view payload) {
  open(out, '2', id);
  append_json_quoted(out, action);
  out.append(",").append(payload).push_back(']');
}

void append_result(std::string& out, std::string_view id, std::string_view payload) {
  open(out, '3', id);
  out.append(payload).push_back(']');
}

void append_error(std::string& out, std::string_view id, std::string_view code,
                  std::string_view description, std::string_view details) {
  open(out, '4', id);
  append_json_quoted(out, code);
  out.push_back(',');
  append_json_quoted(out, description);
  out.append(",").append(details).push_back(']');
}

}  // namespace mainstay::charging::ocpp
