#include "platform/ws/message.hpp"

#include "platform/ws/encoded_message.hpp"

namespace mainstay::ws {

EncodedMessage::EncodedMessage(Opcode opcode, std::string_view payload, Role role)
    : opcode_(opcode), role_(role) {
  frame_.reserve(header_bytes_max + payload.size());
  append_frame_head(frame_, {.opcode = opcode}, payload.size());
  payload_at_ = frame_.size();
  frame_.append(payload);
}

std::string_view EncodedMessage::deflated_frame(Deflater& deflater) const {
  std::call_once(deflated_once_, [&] {
    std::string deflated;
    deflater.deflate(payload(), deflated);
    if (deflated.size() >= payload().size()) return;
    deflated_.reserve(header_bytes_max + deflated.size());
    append_frame(deflated_, {.opcode = opcode_, .compressed = true}, deflated);
  });
  return deflated_;
}

EncodedPtr encode_close(CloseCode code, std::string_view reason, EncodedMessage::Role role) {
  return std::make_shared<EncodedMessage>(Opcode::close, close_payload(code, reason), role);
}

Message Message::text(std::string_view payload) {
  return Message{
      std::make_shared<EncodedMessage>(Opcode::text, payload, EncodedMessage::Role::data)};
}

Message Message::binary(std::string_view payload) {
  return Message{
      std::make_shared<EncodedMessage>(Opcode::binary, payload, EncodedMessage::Role::data)};
}

std::size_t Message::bytes() const { return encoded_->payload().size(); }

}  // namespace mainstay::ws
