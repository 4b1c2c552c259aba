#include "apps/exchange/inbound/fix/desk.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "apps/exchange/inbound/fix/order_entry.hpp"
#include "base/text.hpp"

namespace mainstay::exchange::fix {
namespace {

// BusinessRejectReason (380) and CxlRejReason (102).
constexpr int unsupported_type = 3;
constexpr int not_available = 4;
constexpr int unknown_order = 1;
constexpr int too_late = 0;
constexpr int repeated_id = 6;
constexpr int other = 99;
constexpr std::size_t statuses_max = 10'000;

}  // namespace

void Desk::take(const Message& message, const Listings& listings, SystemTime now,
                DeskOutput& output) {
  Task task;
  task.in_number = message.number(tag::msg_seq_num).value_or(0);
  // Whoever waits for his turn keeps those behind him waiting.
  if (parked_ == 0) {
    const Turn turn{message, listings, now, tasks_.empty(), output};
    const Step step = run(turn, task);
    if (step == Step::answered) return;
    if (step == Step::submitted) return tasks_.push_back(std::move(task));
  }
  task.raw = message.raw();
  ++parked_;
  tasks_.push_back(std::move(task));
}

bool Desk::on_answered(RequestId id, const Listings& listings, SystemTime now, DeskOutput& output) {
  const auto found = std::ranges::find(tasks_, id, &Task::request);
  if (found == tasks_.end()) return false;
  tasks_.erase(found);
  go_on(listings, now, output);
  return true;
}

void Desk::on_busy(RequestId id, const Listings& listings, SystemTime now, DeskOutput& output) {
  const auto found = std::ranges::find(tasks_, id, &Task::request);
  if (found == tasks_.end()) return;
  found->busy = true;
  found->request = 0;
  ++parked_;
  go_on(listings, now, output);
}

void Desk::refuse_waiting_orders() {
  for (Task& task : tasks_) task.late = true;  // those the venue has are not asked
}

/// Lets those have their turn who waited for it.
void Desk::go_on(const Listings& listings, SystemTime now, DeskOutput& output) {
  std::size_t at = 0;
  while (parked_ > 0 && at < tasks_.size()) {
    Task& task = tasks_[at];
    if (task.request != 0) {
      ++at;
      continue;
    }
    Message message;
    message.parse(task.raw, {});
    const Turn turn{message, listings, now, at == 0, output};
    Step step = Step::not_yet;
    if (!task.busy) {
      step = run(turn, task);
    } else if (at == 0) {
      step = answer(turn, "j", business_reject(message, not_available, "too much waits"));
    }
    if (step == Step::not_yet) return;
    --parked_;
    if (step == Step::answered) tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

std::uint64_t Desk::oldest_number() const {
  const auto found =
      std::ranges::find_if(tasks_, [](const Task& task) { return task.in_number != 0; });
  return found == tasks_.end() ? 0 : found->in_number;
}

void Desk::on_reset() {
  for (Task& task : tasks_) task.in_number = 0;
}

Desk::Step Desk::run(const Turn& turn, Task& task) {
  const std::string_view type = turn.message.type();
  if (type == "D") return place(turn, task);
  if (type == "F" || type == "G") return change(turn, task);
  if (type == "q") return mass_cancel(turn, task);
  if (type == "H") return status(turn);
  if (type == "AF") return mass_status(turn);
  return answer(turn, "j",
                business_reject(turn.message, unsupported_type, "There is no such message here."));
}

Desk::Step Desk::submit(const Turn& turn, Task& task, CommandBody body) {
  const Message& message = turn.message;
  Request request;
  request.session = session_.number;
  request.in_number = task.in_number;
  request.type = message.type().front();
  request.client = message.get(tag::client_order_id);
  request.original = message.get(tag::original_client_order_id);
  request.account = message.get(tag::account);
  const std::string_view scope = message.get(tag::mass_cancel_request_type);
  if (!scope.empty()) request.scope = scope.front();
  task.raw = message.raw();  // for when the venue is busy
  task.request = door_.next_request++;
  door_.requests[task.request] = std::move(request);
  turn.output.submissions.push_back({task.request, std::move(body)});
  return Step::submitted;
}

Desk::Step Desk::answer(const Turn& turn, std::string_view type, std::string body) {
  if (!turn.alone) return Step::not_yet;
  turn.output.answers.emplace_back(Outgoing{session_.number, std::string{type}, std::move(body)});
  return Step::answered;
}

Desk::Step Desk::reject(const Turn& turn, const Defect& defect) {
  if (!turn.alone) return Step::not_yet;
  turn.output.answers.emplace_back(DeskOutput::Rejected{std::string{turn.message.raw()}, defect});
  return Step::answered;
}

/// Of a report that no event of the venue stands behind: another one each time, also behind a
/// restart.
std::string Desk::exec_id(SystemTime now) {
  std::string id = "S" + std::to_string(session_.number) + "-";
  append_number(id, now.time_since_epoch().count());
  return id + "-" + std::to_string(++reports_);
}

Desk::Step Desk::place(const Turn& turn, Task& task) {
  const Listing* const listing = turn.listings.find(turn.message.get(tag::symbol));
  OrderEntry entry = read_new_order(turn.message, listing);
  if (const auto* const defect = std::get_if<Defect>(&entry)) return reject(turn, *defect);
  if (task.late) entry = Refusal{other, "The connection ended before the order's turn came."};
  if (const auto* const refusal = std::get_if<Refusal>(&entry)) {
    if (!turn.alone) return Step::not_yet;
    return answer(turn, "8", refused_order(turn.message, *refusal, exec_id(turn.now), turn.now));
  }
  auto& order = std::get<PlaceOrder>(entry);
  order.session = session_.number;
  return submit(turn, task, std::move(order));
}

/// Cancel (F) and replace (G) of an order of this session, by its newest ClOrdID.
Desk::Step Desk::change(const Turn& turn, Task& task) {
  const Message& message = turn.message;
  constexpr std::array required{tag::original_client_order_id};
  if (const auto defect = check_present(message, required)) return reject(turn, *defect);
  if (const auto defect = check_client_order_id(message, tag::client_order_id)) {
    return reject(turn, *defect);
  }
  const FixOrder* const order =
      door_.orders.find(session_.number, message.get(tag::original_client_order_id));
  const auto refuse = [&](int reason, std::string_view why) {
    return answer(turn, "9", refused_cancel(message, order, reason, why));
  };
  if (order == nullptr) return refuse(unknown_order, "There is no such order.");
  if (order->is_finished()) return refuse(too_late, "The order is finished.");
  const Listing* const listing = turn.listings.find(order->symbol);
  const std::string_view symbol = message.get(tag::symbol);
  if (listing == nullptr || (!symbol.empty() && symbol != listing->name())) {
    return refuse(other, "The order is one of another symbol.");
  }
  const std::string_view side = message.get(tag::side);
  if (!side.empty() && read_side(side) != order->side) {
    return refuse(other, "The order is one of the other side.");
  }
  const FixOrder* const named =
      door_.orders.find(session_.number, message.get(tag::client_order_id));
  if (named != nullptr && named != order && !named->is_finished()) {
    return refuse(repeated_id, "Another live order has this ClOrdID.");
  }
  if (message.is("F")) return submit(turn, task, CancelOrder{order->id});
  AmendEntry entry = read_replace(message, *listing, *order);
  if (const auto* const defect = std::get_if<Defect>(&entry)) return reject(turn, *defect);
  if (const auto* const refusal = std::get_if<Refusal>(&entry)) return refuse(other, refusal->text);
  auto& amend = std::get<AmendOrder>(entry);
  amend.id = order->id;
  return submit(turn, task, std::move(amend));
}

Desk::Step Desk::mass_cancel(const Turn& turn, Task& task) {
  const Listing* const listing = turn.listings.find(turn.message.get(tag::symbol));
  MassCancelEntry entry = read_mass_cancel(turn.message, listing);
  if (const auto* const defect = std::get_if<Defect>(&entry)) return reject(turn, *defect);
  if (const auto* const refusal = std::get_if<Refusal>(&entry)) {
    return answer(turn, "r", refused_mass_cancel(turn.message, *refusal));
  }
  auto& wanted = std::get<MassCancel>(entry);
  wanted.session = session_.number;
  return submit(turn, task, std::move(wanted));
}

Desk::Step Desk::status(const Turn& turn) {
  if (!turn.alone) return Step::not_yet;
  const Message& message = turn.message;
  constexpr std::array required{tag::client_order_id};
  if (const auto defect = check_present(message, required)) return reject(turn, *defect);
  if (message.get(tag::order_status_request_id).size() > request_id_max) {
    return reject(turn, {RejectReason::value_incorrect, tag::order_status_request_id,
                         "At most 64 characters"});
  }
  const FixOrder* const order =
      door_.orders.find(session_.number, message.get(tag::client_order_id));
  if (order == nullptr) {
    return answer(turn, "8", unknown_order_status(message, exec_id(turn.now), turn.now));
  }
  StatusRequest request;
  request.request_id = message.get(tag::order_status_request_id);
  return answer(turn, "8",
                order_status(*order, turn.listings, request, exec_id(turn.now), turn.now));
}

/// All live orders of the session (585 = 7).
Desk::Step Desk::mass_status(const Turn& turn) {
  if (!turn.alone) return Step::not_yet;
  const Message& message = turn.message;
  constexpr std::array required{tag::mass_status_request_id, tag::mass_status_request_type};
  if (const auto defect = check_present(message, required)) return reject(turn, *defect);
  const std::string_view id = message.get(tag::mass_status_request_id);
  if (message.get(tag::mass_status_request_type) != "7" || id.size() > request_id_max) {
    return reject(turn, {RejectReason::value_incorrect, tag::mass_status_request_type,
                         "MassStatusReqType must be 7, the id of at most 64 characters"});
  }
  const auto live = door_.orders.live(session_.number, statuses_max);
  if (live.empty()) {
    constexpr int unknown_id = 1;
    return answer(turn, "j", business_reject(message, unknown_id, "There are no live orders."));
  }
  StatusRequest request;
  request.tag = tag::mass_status_request_id;
  request.request_id = id;
  request.total = live.size();
  for (std::size_t i = 0; i < live.size(); ++i) {
    request.last = i + 1 == live.size();
    (void)answer(turn, "8",
                 order_status(*live[i], turn.listings, request, exec_id(turn.now), turn.now));
  }
  return Step::answered;
}

}  // namespace mainstay::exchange::fix
