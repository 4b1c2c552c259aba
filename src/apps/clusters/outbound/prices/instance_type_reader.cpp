#include "apps/clusters/outbound/prices/instance_type_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "apps/clusters/limits.hpp"
#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::array<ErrorRow, 7> prices_rows{{
    {"not_instance_types", "the file holds no instance types", 422},
    {"too_many_types", "the file holds more instance types than there can be", 422},
    {"prices_order", "the file cannot be read in one pass", 422},
    {"prices_incomplete", "the file is a part of something", 422},
    {"snapshot_invalid", "the snapshot of instance types is damaged", 422},
    {"prices_file_failed", "the file of instance types cannot be used", 422},
    {"prices_url_failed", "instance types could not be fetched", 502, Retry::yes},
}};

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t family_bytes_max = 100;
constexpr std::size_t version_bytes_max = 200;
constexpr std::size_t skus_max = 4 * Limits::instance_types_max;
constexpr std::uint64_t machine_parts_max = 1'000'000;  // vCPU, GPU

bool is_type_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

/// Cut to `bytes_max`, without what would break a line.
std::string plain_text(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (const char c : text.substr(0, bytes_max)) out.push_back(c >= ' ' && c <= '~' ? c : '?');
  return out;
}

/// Digits; of a decimal number the next whole one: a part of a GPU that is shared counts as one.
std::optional<std::uint32_t> parse_machine_parts(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = parse_u64(text.substr(0, point));
  if (!whole || *whole >= machine_parts_max) return std::nullopt;
  if (point == std::string_view::npos) return static_cast<std::uint32_t>(*whole);
  const std::string_view part = text.substr(point + 1);
  if (part.empty() || part.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const bool has_more = part.find_first_not_of('0') != std::string_view::npos;
  return static_cast<std::uint32_t>(*whole) + (has_more ? 1 : 0);
}

/// Of one document, from its first byte to its last.
class InstanceTypeReading {
 public:
  InstanceTypeReading(json::PullReader::Source text, InstanceTypeOrigin origin,
                      InstanceTypesLeftOut* left_out)
      : reader_(std::move(text)),
        origin_(std::move(origin)),
        left_out_(left_out != nullptr ? *left_out : ignored_) {}

  Result<InstanceTypeSet> read();

 private:
  /// What a product says that matters here; attribute_names has them in this order.
  enum Attribute : std::uint8_t {
    instance_type,
    family,
    memory,
    vcpu,
    gpu,
    processor,
    system,
    tenancy,
    software,
    capacity,
    market,
    operation,
    location_type,
    generation,
    region,
    attribute_count
  };
  static constexpr std::array<std::string_view, attribute_count> attribute_names{
      "instanceType",
      "instanceFamily",
      "memory",
      "vcpu",
      "gpu",
      "physicalProcessor",
      "operatingSystem",
      "tenancy",
      "preInstalledSw",
      "capacitystatus",
      "marketoption",
      "operation",
      "locationType",
      "currentGeneration",
      "regionCode"};
  static Attribute attribute_of(std::string_view name) {
    std::size_t at = 0;
    while (at < attribute_names.size() && attribute_names[at] != name) ++at;
    return static_cast<Attribute>(at);
  }

  void read_top(std::string_view name);
  void read_next_token();
  void read_products();
  void read_product(std::string_view sku);
  bool read_attributes();
  void take_product(std::string_view sku);
  std::optional<std::uint32_t> take_type();
  [[nodiscard]] bool is_priced_product() const;
  void read_terms();
  void read_offer(InstanceType& type);
  void read_dimensions(std::optional<HourlyPrice>& price);
  void read_per_unit(std::optional<HourlyPrice>& price);
  void read_details();
  void read_detail();
  void read_gpus(InstanceType& type);
  void read_architectures(InstanceType& type);

  /// `take` must read or skip the member's value, behind its last look at the name.
  template <class Take>
  void each_member(Take take) {
    reader_.begin_object();
    while (reader_.next_member()) take(reader_.name());
  }
  std::uint64_t integer();
  [[nodiscard]] bool is_text() { return reader_.kind() == json::PullReader::Kind::text; }
  std::optional<std::uint32_t> add(InstanceType type);
  void leave_out(std::string_view name, std::string_view why);

  using ByName = std::unordered_map<std::string, std::uint32_t, StringHash, std::equal_to<>>;

  json::PullReader reader_;
  InstanceTypeOrigin origin_;
  InstanceTypesLeftOut ignored_;
  InstanceTypesLeftOut& left_out_;
  std::string publication_;
  bool has_types_ = false;  // products, or details, came
  std::array<std::string, attribute_count> product_;
  std::vector<InstanceType> types_;
  ByName by_name_;
  ByName by_sku_;  // those whose price is asked for
};

Result<InstanceTypeSet> InstanceTypeReading::read() {
  each_member([this](std::string_view name) { read_top(name); });
  MS_TRY_VOID(reader_.finish());
  if (!has_types_) {
    return Error{PricesErrc::not_instance_types,
                 "neither products (an AWS offer file) nor InstanceTypes (DescribeInstanceTypes)"};
  }
  return InstanceTypeSet{std::move(origin_), std::move(types_)};
}

void InstanceTypeReading::read_top(std::string_view name) {
  if (name == "products") return read_products();
  if (name == "terms") return read_terms();
  if (name == "InstanceTypes") return read_details();
  if (name == "NextToken") return read_next_token();
  if (name == "version") {
    origin_.version = plain_text(reader_.text(), version_bytes_max);
  } else if (name == "publicationDate") {
    publication_ = plain_text(reader_.text(), version_bytes_max);
  } else {
    reader_.skip();
  }
}

void InstanceTypeReading::read_next_token() {
  if (!is_text()) return reader_.skip();
  if (reader_.text().empty()) return;
  reader_.refuse(Error{PricesErrc::incomplete,
                       "a page with a NextToken; ask for all of them (the AWS CLI does, without "
                       "--no-paginate)"});
}

// --- offer files -------------------------------------------------------------------------------

void InstanceTypeReading::read_products() {
  has_types_ = true;
  std::string sku;
  each_member([&](std::string_view name) {
    sku.assign(name);
    read_product(sku);
  });
}

void InstanceTypeReading::read_product(std::string_view sku) {
  bool is_wanted = false;
  each_member([&](std::string_view name) {
    if (name == "attributes") {
      is_wanted = read_attributes();
    } else {
      reader_.skip();
    }
  });
  if (is_wanted && !reader_.failed()) take_product(sku);
}

/// Whether they are of a machine with Linux; leaves the rest as soon as it knows that they are not.
bool InstanceTypeReading::read_attributes() {
  for (std::string& value : product_) value.clear();
  reader_.begin_object();
  while (reader_.next_member()) {
    const Attribute attribute = attribute_of(reader_.name());
    if (attribute == attribute_count) {
      reader_.skip();
      continue;
    }
    std::string& value = product_[attribute];
    value.assign(reader_.text());
    const bool other_system = attribute == system && value != "Linux";
    // Another price of a type that is known.
    const bool other_tenancy =
        attribute == tenancy && value != "Shared" && by_name_.contains(product_[instance_type]);
    if (other_system || other_tenancy) {
      reader_.leave();
      return false;
    }
  }
  return product_[system] == "Linux" && !product_[instance_type].empty();
}

void InstanceTypeReading::take_product(std::string_view sku) {
  const auto found = by_name_.find(product_[instance_type]);
  const auto index = found == by_name_.end() ? take_type() : std::optional{found->second};
  if (!index || !is_priced_product()) return;
  if (by_sku_.size() < skus_max && sku.size() <= name_bytes_max) by_sku_.emplace(sku, *index);
}

std::optional<std::uint32_t> InstanceTypeReading::take_type() {
  const std::string& name = product_[instance_type];
  const auto refused = [&](std::string_view why, std::string_view value) {
    leave_out(name, std::string{why} + " \"" + plain_text(value, 40) + "\"");
    return std::optional<std::uint32_t>{};
  };
  if (!is_type_name(name)) return refused("no name of a type:", name);
  const auto bytes = parse_memory(product_[memory]);
  if (!bytes) return refused("memory", product_[memory]);
  const auto processors = parse_machine_parts(product_[vcpu]);
  if (!processors) return refused("vcpu", product_[vcpu]);
  InstanceType type;
  type.name = name;
  if (!product_[family].empty()) type.family = plain_text(product_[family], family_bytes_max);
  type.memory_bytes = *bytes;
  type.vcpu = *processors;
  type.gpu = parse_machine_parts(product_[gpu]).value_or(0);
  type.is_current = product_[generation] != "No";
  if (!product_[processor].empty()) {
    const bool is_arm = product_[processor].find("Graviton") != std::string::npos;
    type.architecture = is_arm ? Architecture::arm64 : Architecture::x86_64;
  }
  if (origin_.region.empty()) origin_.region = plain_text(product_[region], name_bytes_max);
  return add(std::move(type));
}

/// On demand, shared, nothing installed, in use, in the region itself. What the file does not say
/// does not speak against it.
bool InstanceTypeReading::is_priced_product() const {
  const auto is = [this](Attribute which, std::string_view wanted) {
    return product_[which].empty() || product_[which] == wanted;
  };
  return product_[tenancy] == "Shared" && product_[software] == "NA" && is(capacity, "Used") &&
         is(market, "OnDemand") && is(operation, "RunInstances") && is(location_type, "AWS Region");
}

void InstanceTypeReading::read_terms() {
  if (!has_types_) {
    return reader_.refuse(Error{PricesErrc::order, "terms come before products"});
  }
  each_member([this](std::string_view kind) {
    if (kind != "OnDemand") return reader_.skip();
    each_member([this](std::string_view sku) {
      const auto found = by_sku_.find(sku);
      if (found == by_sku_.end()) return reader_.skip();
      read_offer(types_[found->second]);
    });
  });
}

/// The offers of one product: the latest that held when the file was published. Of two products
/// with prices the first one's counts.
void InstanceTypeReading::read_offer(InstanceType& type) {
  std::string latest;
  std::optional<HourlyPrice> price;
  each_member([&](std::string_view) {
    std::string effective;
    std::optional<HourlyPrice> of_term;
    each_member([&](std::string_view name) {
      if (name == "effectiveDate") {
        effective.assign(reader_.text());
      } else if (name == "priceDimensions") {
        read_dimensions(of_term);
      } else {
        reader_.skip();
      }
    });
    const bool holds = publication_.empty() || effective <= publication_;
    if (!of_term || !holds || (price && effective < latest)) return;
    price = of_term;
    latest = effective;
  });
  if (!type.price) type.price = price;
}

void InstanceTypeReading::read_dimensions(std::optional<HourlyPrice>& price) {
  each_member([&](std::string_view) {
    bool hourly = true;
    std::optional<HourlyPrice> found;
    each_member([&](std::string_view name) {
      if (name == "unit") {
        hourly = reader_.text() == "Hrs";
      } else if (name == "pricePerUnit") {
        read_per_unit(found);
      } else {
        reader_.skip();
      }
    });
    if (hourly && !price) price = found;
  });
}

/// All prices of a set have one currency: that of the first.
void InstanceTypeReading::read_per_unit(std::optional<HourlyPrice>& price) {
  each_member([&](std::string_view code) {
    const auto currency = Currency::parse(code);
    if (!currency) return reader_.skip();
    const auto parsed = parse_hourly(reader_.text());
    if (!parsed || price) return;
    if (origin_.currency == Currency{}) origin_.currency = *currency;
    if (origin_.currency == *currency) price = parsed;
  });
}

// --- DescribeInstanceTypes ---------------------------------------------------------------------

void InstanceTypeReading::read_details() {
  has_types_ = true;
  reader_.begin_array();
  while (reader_.next_element()) read_detail();
}

void InstanceTypeReading::read_detail() {
  InstanceType type;
  std::uint64_t mebibytes = 0;
  std::uint64_t processors = 0;
  const auto number_of = [this](std::string_view wanted, std::uint64_t& out) {
    each_member([&](std::string_view name) {
      if (name != wanted) return reader_.skip();
      out = integer();
    });
  };
  each_member([&](std::string_view name) {
    if (name == "InstanceType") {
      type.name.assign(reader_.text());
    } else if (name == "CurrentGeneration") {
      type.is_current = reader_.boolean();
    } else if (name == "VCpuInfo") {
      number_of("DefaultVCpus", processors);
    } else if (name == "MemoryInfo") {
      number_of("SizeInMiB", mebibytes);
    } else if (name == "GpuInfo") {
      read_gpus(type);
    } else if (name == "ProcessorInfo") {
      read_architectures(type);
    } else {
      reader_.skip();
    }
  });
  if (reader_.failed()) return;
  if (!is_type_name(type.name)) return leave_out(type.name, "no name of a type");
  if (mebibytes == 0 || mebibytes > (INT64_MAX >> 20U)) return leave_out(type.name, "no memory");
  if (processors == 0 || processors > machine_parts_max) return leave_out(type.name, "no vCPU");
  if (by_name_.contains(type.name)) return;
  type.memory_bytes = mebibytes << 20U;
  type.vcpu = static_cast<std::uint32_t>(processors);
  add(std::move(type));
}

void InstanceTypeReading::read_gpus(InstanceType& type) {
  std::uint64_t all = 0;
  each_member([&](std::string_view name) {
    if (name != "Gpus") return reader_.skip();
    reader_.begin_array();
    while (reader_.next_element()) {
      each_member([&](std::string_view member) {
        if (member != "Count") return reader_.skip();
        all = std::min(all + std::min(integer(), machine_parts_max), machine_parts_max);
      });
    }
  });
  type.gpu = static_cast<std::uint32_t>(all);
}

void InstanceTypeReading::read_architectures(InstanceType& type) {
  each_member([&](std::string_view name) {
    if (name != "SupportedArchitectures") return reader_.skip();
    reader_.begin_array();
    while (reader_.next_element()) {
      const std::string_view text = reader_.text();
      if (text == "arm64") type.architecture = Architecture::arm64;
      if (text == "x86_64") type.architecture = Architecture::x86_64;
    }
  });
}

// --- what both need ----------------------------------------------------------------------------

std::uint64_t InstanceTypeReading::integer() {
  const auto value = parse_u64(reader_.number());
  if (!value) {
    reader_.refuse(Error{PricesErrc::not_instance_types,
                         "no whole number at byte " + std::to_string(reader_.position())});
  }
  return value.value_or(0);
}

std::optional<std::uint32_t> InstanceTypeReading::add(InstanceType type) {
  if (types_.size() >= Limits::instance_types_max) {
    reader_.refuse(
        Error{PricesErrc::too_many_types, "at most " + std::to_string(Limits::instance_types_max)});
    return std::nullopt;
  }
  const auto index = static_cast<std::uint32_t>(types_.size());
  by_name_.emplace(type.name, index);
  types_.push_back(std::move(type));
  return index;
}

void InstanceTypeReading::leave_out(std::string_view name, std::string_view why) {
  ++left_out_.unreadable;
  if (left_out_.examples.size() >= InstanceTypesLeftOut::examples_max) return;
  left_out_.examples.push_back(plain_text(name, name_bytes_max) + ": " + std::string{why});
}

}  // namespace

const ErrorRow& error_row(PricesErrc code) {
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < prices_rows.size());
  return prices_rows[index];
}

Result<InstanceTypeSet> read_instance_types(json::PullReader::Source text,
                                            InstanceTypeOrigin origin,
                                            InstanceTypesLeftOut* left_out) {
  return InstanceTypeReading{std::move(text), std::move(origin), left_out}.read();
}

}  // namespace mainstay::clusters
