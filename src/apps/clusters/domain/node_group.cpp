#include "apps/clusters/domain/node_group.hpp"

#include "base/text.hpp"

namespace mainstay::clusters {

std::string_view to_text(CapacityType type) {
  switch (type) {
    case CapacityType::on_demand:
      return "on_demand";
    case CapacityType::spot:
      return "spot";
    case CapacityType::unknown:
      break;
  }
  return "unknown";
}

std::optional<CapacityType> parse_capacity_type(std::string_view text) {
  for (const CapacityType type :
       {CapacityType::on_demand, CapacityType::spot, CapacityType::unknown}) {
    if (text == to_text(type)) return type;
  }
  return std::nullopt;
}

std::string_view to_text(TaintEffect effect) {
  switch (effect) {
    case TaintEffect::no_schedule:
      return "NoSchedule";
    case TaintEffect::prefer_no_schedule:
      return "PreferNoSchedule";
    case TaintEffect::no_execute:
      break;
  }
  return "NoExecute";
}

std::optional<TaintEffect> parse_taint_effect(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != '_') plain.push_back(c);
  }
  for (const TaintEffect effect :
       {TaintEffect::no_schedule, TaintEffect::prefer_no_schedule, TaintEffect::no_execute}) {
    if (equals_ignoring_case(plain, to_text(effect))) return effect;
  }
  return std::nullopt;
}

namespace {

using Phase = NodeGroupState::Phase;

std::string_view phase_word(Phase phase) {
  switch (phase) {
    case Phase::present:
      return "Present";
    case Phase::absent:
      return "Absent";
    case Phase::processing:
      return "Processing";
    case Phase::invalid:
      return "Invalid";
    case Phase::unknown:
      break;
  }
  return "Unknown";
}

}  // namespace

NodeGroupState parse_node_group_state(std::string_view word) {
  for (const Phase phase : {Phase::present, Phase::absent, Phase::processing, Phase::invalid}) {
    if (equals_ignoring_case(word, phase_word(phase))) return {phase, {}};
  }
  return {Phase::unknown, std::string{word}};
}

std::string to_text(const NodeGroupState& state) {
  std::string text{phase_word(state.phase)};
  if (state.phase == Phase::unknown) {
    text.push_back('(');
    append_json_quoted(text, state.word);
    text.push_back(')');
  }
  return text;
}

}  // namespace mainstay::clusters
