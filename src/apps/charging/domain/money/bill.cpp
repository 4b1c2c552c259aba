#include "apps/charging/domain/money/bill.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::charging {
namespace {

struct Share {
  std::optional<VatRate> rate{};
  ExactAmount net{};
  ExactAmount vat{};
};

std::vector<Share> shares_of(const Cost& cost, const Tariff& tariff) {
  std::vector<Share> out;
  for (const CostLine& line : cost.lines) {
    auto found = std::ranges::find(out, line.vat, &Share::rate);
    if (found == out.end()) found = out.insert(found, Share{line.vat});
    found->net += line.without_vat;
    found->vat += ExactAmount{line.with_vat.count() - line.without_vat.count()};
  }
  if (out.empty()) out.push_back({tariff.elements.front().components.front().vat});
  std::ranges::sort(out, {}, &Share::rate);
  return out;
}

/// `total` in parts as the weights are; all zero: the first gets it. Weights are not negative.
std::vector<Minor> spread(Minor total, const std::vector<std::int64_t>& weights) {
  std::vector<Minor> out(weights.size());
  const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  if (sum == 0) {
    out.front() = total;
    return out;
  }
  std::vector<Wide> remainders;
  Minor left = total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide part = Wide{total} * weights[i];
    out[i] = static_cast<Minor>(part / sum);
    remainders.push_back(part % sum);
    left -= out[i];
  }
  while (left-- > 0) {
    const auto most = std::ranges::max_element(remainders);
    ++out[static_cast<std::size_t>(most - remainders.begin())];
    *most = -1;
  }
  return out;
}

Error payment_invalid(std::string_view what) {
  return {MoneyErrc::payment_invalid, std::string{what}};
}

}  // namespace

Bill bill_of(const Cost& cost, const Tariff& tariff) {
  Bill out;
  out.net = cost.without_vat.rounded_to(tariff.currency);
  out.vat = cost.with_vat.rounded_to(tariff.currency) - out.net;
  const std::vector<Share> shares = shares_of(cost, tariff);
  std::vector<std::int64_t> nets;
  std::vector<std::int64_t> vats;
  for (const Share& share : shares) {
    nets.push_back(share.net.rounded().get());
    vats.push_back(share.vat.rounded().get());
  }
  const std::vector<Minor> net = spread(out.net, nets);
  const std::vector<Minor> vat = spread(out.vat, vats);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    out.by_rate.push_back({shares[i].rate, net[i], vat[i]});
  }
  return out;
}

void add(Bill& to, const Bill& one) {
  to.net += one.net;
  to.vat += one.vat;
  for (const VatLine& line : one.by_rate) {
    auto found = std::ranges::find(to.by_rate, line.rate, &VatLine::rate);
    if (found == to.by_rate.end()) found = to.by_rate.insert(found, VatLine{line.rate});
    found->net += line.net;
    found->vat += line.vat;
  }
  std::ranges::sort(to.by_rate, {}, &VatLine::rate);
}

Bill negated(const Bill& bill) {
  Bill out;
  out.net = -bill.net;
  out.vat = -bill.vat;
  for (const VatLine& line : bill.by_rate) {
    out.by_rate.push_back({line.rate, -line.net, -line.vat});
  }
  return out;
}

std::string invoice_series(int year, Currency currency, bool is_credit_note) {
  return std::to_string(year) + "-" + std::string{currency.code()} + (is_credit_note ? "-C" : "");
}

std::string invoice_name(const std::string& series, std::int64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return series + "-" + digits;
}

Month month_of(SystemTime at) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  return {static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month()))};
}

std::string to_text(Month month) {
  return std::to_string(month.year) + (month.month < 10 ? "-0" : "-") + std::to_string(month.month);
}

std::optional<Month> parse_month(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  const auto year = parse_u64(text.substr(0, 4));
  const auto month = parse_u64(text.substr(5));
  if (!year || !month || *year < 1970 || *month < 1 || *month > 12) return std::nullopt;
  return Month{static_cast<int>(*year), static_cast<int>(*month)};
}

std::string_view to_text(PaymentState state) {
  static constexpr std::array<std::string_view, 8> names{"authorised", "capture_due", "captured",
                                                         "cancel_due", "cancelled",   "failed",
                                                         "refund_due", "charge_due"};
  return names.at(static_cast<std::size_t>(state));
}

bool is_due(PaymentState state) {
  return state == PaymentState::capture_due || state == PaymentState::cancel_due ||
         state == PaymentState::refund_due || state == PaymentState::charge_due;
}

Result<PaymentFacts> settle(const PaymentFacts& payment, Minor bill) {
  if (payment.state != PaymentState::authorised) {
    return payment_invalid("it is " + std::string{to_text(payment.state)});
  }
  PaymentFacts out = payment;
  out.to_capture = std::min(bill, payment.authorised);
  out.state = out.to_capture > 0 ? PaymentState::capture_due : PaymentState::cancel_due;
  return out;
}

Result<PaymentFacts> give_back(const PaymentFacts& payment, Minor amount) {
  if (payment.state != PaymentState::captured) {
    return payment_invalid("it is " + std::string{to_text(payment.state)});
  }
  if (amount <= 0 || amount > payment.captured - payment.refunded) {
    return payment_invalid("more than is left of it");
  }
  PaymentFacts out = payment;
  out.state = PaymentState::refund_due;
  out.to_refund = amount;
  return out;
}

PaymentFacts worked_off(const PaymentFacts& payment, bool done) {
  PaymentFacts out = payment;
  switch (payment.state) {
    case PaymentState::capture_due:
    case PaymentState::charge_due:
      if (done) out.captured = payment.to_capture;
      out.state = done ? PaymentState::captured : PaymentState::failed;
      break;
    case PaymentState::cancel_due:
      // A hold that the provider does not let go ends by itself.
      out.state = PaymentState::cancelled;
      break;
    case PaymentState::refund_due:
      if (done) out.refunded += payment.to_refund;
      out.to_refund = 0;
      out.state = done ? PaymentState::captured : PaymentState::failed;
      break;
    default:
      MS_CHECK(false && "nothing was owed");
  }
  return out;
}

}  // namespace mainstay::charging
