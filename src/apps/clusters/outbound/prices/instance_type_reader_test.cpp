#include "apps/clusters/outbound/prices/instance_type_reader.hpp"

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "apps/clusters/limits.hpp"
#include "apps/clusters/outbound/prices/price_files.hpp"
#include "apps/clusters/outbound/prices/price_snapshot.hpp"
#include "base/random.hpp"
#include "base/temporary_folder.hpp"
#include "platform/json/test_pulled_value.hpp"

namespace mainstay::clusters::instance_type_reader_test {
namespace {

Result<InstanceTypeSet> read(std::string_view text, InstanceTypesLeftOut* left_out = nullptr,
                             std::size_t step = 1'000'000) {
  return read_instance_types(json::in_steps(text, step), {}, left_out);
}

struct Attributes {
  std::vector<std::pair<std::string, std::string>> all{};
  Attributes with(std::string name, std::string value) const {
    Attributes out = *this;
    const auto same = std::ranges::find(out.all, name, &std::pair<std::string, std::string>::first);
    if (same != out.all.end()) {
      same->second = std::move(value);
    } else {
      out.all.emplace_back(std::move(name), std::move(value));
    }
    return out;
  }
};

Attributes linux_box(const std::string& type) {
  return {{{"servicecode", "AmazonEC2"},
           {"locationType", "AWS Region"},
           {"instanceType", type},
           {"currentGeneration", "Yes"},
           {"instanceFamily", "General purpose"},
           {"vcpu", "2"},
           {"physicalProcessor", "Intel Xeon Platinum 8175"},
           {"memory", "8 GiB"},
           {"tenancy", "Shared"},
           {"operatingSystem", "Linux"},
           {"usagetype", "EU-BoxUsage:" + type},
           {"operation", "RunInstances"},
           {"capacitystatus", "Used"},
           {"preInstalledSw", "NA"},
           {"regionCode", "eu-west-1"}}};
}

json::Value offer(const std::string& sku, const std::string& effective, const std::string& price,
                  const std::string& unit = "Hrs", const std::string& currency = "USD") {
  const json::Object dimension{{"description", "$" + price + " per \"On Demand\" {Linux}"},
                               {"unit", unit},
                               {"appliesTo", json::Array{}},
                               {"pricePerUnit", json::Object{{currency, price}}}};
  return json::Object{
      {"offerTermCode", "JRTCKXETXF"},
      {"sku", sku},
      {"effectiveDate", effective},
      {"priceDimensions", json::Object{{sku + ".JRTCKXETXF.6YS6EN2CT7", dimension}}},
      {"termAttributes", json::Object{}}};
}

/// Of products by SKU, and the offers of each.
struct OfferFile {
  json::Object products{};
  json::Object on_demand{};

  OfferFile& add(const std::string& sku, const Attributes& attributes, json::Object offers = {}) {
    json::Object values;
    for (const auto& [name, value] : attributes.all) values.push_back({name, value});
    products.push_back({sku, json::Object{{"sku", sku},
                                          {"productFamily", "Compute Instance"},
                                          {"attributes", std::move(values)}}});
    if (!offers.empty()) on_demand.push_back({sku, std::move(offers)});
    return *this;
  }
  OfferFile& add(const std::string& sku, const Attributes& attributes, const std::string& price) {
    return add(sku, attributes,
               json::Object{{sku + ".JRTCKXETXF", offer(sku, "2026-10-01T00:00:00Z", price)}});
  }
  [[nodiscard]] json::Value document() const {
    return json::Object{
        {"formatVersion", "v1.0"},
        {"offerCode", "AmazonEC2"},
        {"version", "20261101120000"},
        {"publicationDate", "2026-11-01T12:00:00Z"},
        {"products", products},
        {"terms", json::Object{{"OnDemand", on_demand},
                               {"Reserved", json::Object{{"ANY", json::Object{{"x", "}]"}}}}}}},
        {"attributesList", json::Object{}}};
  }
  [[nodiscard]] std::string text() const { return json::dump_pretty(document()); }
};

std::string price_of(const InstanceTypeSet& set, const std::string& name) {
  const InstanceType* type = set.find(name);
  return type == nullptr ? "unknown" : type->price ? to_text(*type->price) : "none";
}

TEST_CASE("offer file: types with their prices") {
  OfferFile file;
  file.add("A1", linux_box("m5.large"), "0.1070000000")
      .add("A2", linux_box("m6g.large").with("physicalProcessor", "AWS Graviton2 Processor"),
           "0.086")
      .add("A3", linux_box("g4dn.xlarge").with("gpu", "1").with("instanceFamily", "GPU instance"),
           "0.587")
      .add("A4", linux_box("m1.large").with("currentGeneration", "No"), "0.19");
  const auto set = read(file.text());
  REQUIRE(set.has_value());
  CHECK(set->origin().version == "20261101120000");
  CHECK(set->origin().region == "eu-west-1");
  CHECK(set->origin().currency.code() == "USD");
  REQUIRE(set->types().size() == 4);
  const InstanceType& type = *set->find("m5.large");
  CHECK(type.family == "General purpose");
  CHECK(type.memory_bytes == 8ULL << 30U);
  CHECK(type.vcpu == 2);
  CHECK(type.gpu == 0);
  CHECK(type.architecture == Architecture::x86_64);
  CHECK(type.price == HourlyPrice{107'000'000});
  CHECK(set->find("m6g.large")->architecture == Architecture::arm64);
  CHECK(set->find("g4dn.xlarge")->gpu == 1);
  CHECK_FALSE(set->find("m1.large")->is_current);
}

TEST_CASE("offer file: of many products of a type the plain one's price counts") {
  const Attributes box = linux_box("m5.large");
  OfferFile file;
  file.add("W", box.with("operatingSystem", "Windows"), "9")
      .add("D", box.with("tenancy", "Dedicated"), "8")
      .add("S", box.with("preInstalledSw", "SQL Std"), "7")
      .add("U", box.with("capacitystatus", "UnusedCapacityReservation"), "6")
      .add("B", box.with("marketoption", "CapacityBlock"), "5")
      .add("Z", box.with("locationType", "AWS Local Zone"), "4")
      .add("L", box.with("operation", "RunInstances:000g"), "3")
      .add("H", linux_box("h.large").with("tenancy", "Host"), "2")
      .add("P", box, "0.107")
      .add("Q", box, "1");
  const auto set = read(file.text());
  REQUIRE(set.has_value());
  CHECK(price_of(*set, "m5.large") == "0.107");
  CHECK(price_of(*set, "h.large") == "none");
}

TEST_CASE("offer file: the latest offer that holds counts, by the hour, of one currency") {
  const std::string sku = "A";
  const auto priced = [&](json::Object offers) {
    OfferFile file;
    file.add(sku, linux_box("m5.large"), std::move(offers));
    return price_of(read(file.text()).value(), "m5.large");
  };
  CHECK(priced({{"1", offer(sku, "2026-09-01T00:00:00Z", "1")},
                {"2", offer(sku, "2026-10-01T00:00:00Z", "2")},
                {"3", offer(sku, "2026-12-01T00:00:00Z", "3")}}) == "2");
  CHECK(priced({{"1", offer(sku, "2026-10-01T00:00:00Z", "2")},
                {"2", offer(sku, "2026-09-01T00:00:00Z", "1")}}) == "2");
  CHECK(priced({{"1", offer(sku, "2026-09-01T00:00:00Z", "1", "Quantity")}}) == "none");
  CHECK(priced({{"1", offer(sku, "2026-09-01T00:00:00Z", "a lot")}}) == "none");
  CHECK(priced({{"1", offer(sku, "2026-09-01T00:00:00Z", "1", "Hrs", "CNY")}}) == "1");
  OfferFile mixed;
  mixed.add("A", linux_box("a.large"), "1")
      .add("B", linux_box("b.large"),
           json::Object{{"1", offer("B", "2026-09-01T00:00:00Z", "2", "Hrs", "CNY")}});
  CHECK(price_of(read(mixed.text()).value(), "b.large") == "none");
}

TEST_CASE("pricing-list.json: as the source reads it, without losing types") {
  InstanceTypesLeftOut left_out;
  const auto set = read(R"({"version":"7","products":{
    "A":{"attributes":{"operatingSystem":"Linux","instanceType":"x1e.32xlarge","memory":"3,904 GiB",
      "vcpu":"128","instanceFamily":"Memory optimized"}},
    "B":{"attributes":{"operatingSystem":"Linux","instanceType":"u-24tb1.metal","memory":"24 TiB",
      "vcpu":"448"}},
    "C":{"attributes":{"operatingSystem":"Windows","instanceType":"c5.large","memory":"4 GiB",
      "vcpu":"2"}},
    "D":{"attributes":{"operatingSystem":"Linux","memory":"4 GiB","vcpu":"2"}},
    "E":{"attributes":{"operatingSystem":"Linux","instanceType":"m5.large","memory":"lots",
      "vcpu":"2"}},
    "F":{"attributes":{"operatingSystem":"Linux","instanceType":"m5.xlarge","memory":"16 GiB",
      "vcpu":"four"}},
    "G":{"attributes":{"operatingSystem":"Linux","instanceType":"g6f.large","memory":"8 GiB",
      "vcpu":"2","gpu":"0.125"}},
    "H":{"attributes":{"operatingSystem":"Linux","instanceType":"x1e.32xlarge","memory":"1 GiB",
      "vcpu":"1"}}}})",
                        &left_out);
  REQUIRE(set.has_value());
  CHECK(set->origin().version == "7");
  REQUIRE(set->types().size() == 3);
  CHECK(set->find("x1e.32xlarge")->memory_bytes == 3'904ULL << 30U);
  CHECK(set->find("x1e.32xlarge")->vcpu == 128);
  CHECK(set->find("u-24tb1.metal")->memory_bytes == 24ULL << 40U);
  CHECK(set->find("u-24tb1.metal")->family == "Unknown");
  CHECK(set->find("g6f.large")->gpu == 1);
  CHECK(left_out.unreadable == 2);
  CHECK(left_out.examples ==
        std::vector<std::string>{"m5.large: memory \"lots\"", "m5.xlarge: vcpu \"four\""});
}

TEST_CASE("DescribeInstanceTypes: exact sizes") {
  const auto set = read(R"({"InstanceTypes":[
    {"InstanceType":"g4dn.12xlarge","CurrentGeneration":true,"FreeTierEligible":false,
     "ProcessorInfo":{"SupportedArchitectures":["x86_64"],"SustainedClockSpeedInGhz":2.5},
     "VCpuInfo":{"DefaultVCpus":48,"DefaultCores":24,"ValidCores":[2,4]},
     "MemoryInfo":{"SizeInMiB":196608},
     "GpuInfo":{"Gpus":[{"Name":"T4","Manufacturer":"NVIDIA","Count":4,
       "MemoryInfo":{"SizeInMiB":16384}}],"TotalGpuMemoryInMiB":65536}},
    {"InstanceType":"t1.micro","CurrentGeneration":false,"VCpuInfo":{"DefaultVCpus":1},
     "ProcessorInfo":{"SupportedArchitectures":["i386","x86_64"]},"MemoryInfo":{"SizeInMiB":627}},
    {"InstanceType":"a1.medium","VCpuInfo":{"DefaultVCpus":1},"MemoryInfo":{"SizeInMiB":2048},
     "ProcessorInfo":{"SupportedArchitectures":["arm64"]}},
    {"InstanceType":"no.memory","VCpuInfo":{"DefaultVCpus":1}}],"NextToken":null})");
  REQUIRE(set.has_value());
  REQUIRE(set->types().size() == 3);
  CHECK(set->find("g4dn.12xlarge")->gpu == 4);
  CHECK(set->find("g4dn.12xlarge")->vcpu == 48);
  CHECK(set->find("t1.micro")->memory_bytes == 627ULL << 20U);
  CHECK(set->find("t1.micro")->architecture == Architecture::x86_64);
  CHECK_FALSE(set->find("t1.micro")->is_current);
  CHECK(set->find("a1.medium")->architecture == Architecture::arm64);
  CHECK(read(R"({"InstanceTypes":[],"NextToken":"more"})").error().is(PricesErrc::incomplete));
}

TEST_CASE("instance types: what is something else is refused") {
  CHECK(read("{}").error().is(PricesErrc::not_instance_types));
  CHECK(read(R"({"version":"1"})").error().is(PricesErrc::not_instance_types));
  CHECK(read(R"({"terms":{},"products":{}})").error().is(PricesErrc::order));
  CHECK(read(R"({"InstanceTypes":[{"VCpuInfo":{"DefaultVCpus":1.5}}]})")
            .error()
            .is(PricesErrc::not_instance_types));
  for (const auto* bad : {"", "[]", "7", "<xml/>", R"({"products":[]})", R"({"products":{"A":7}})",
                          R"({"products":{"A":{"attributes":{"memory":7}}}})", R"({"products":{})",
                          R"({"products":{}} x)", R"({"version":1,"products":{}})"}) {
    CAPTURE(bad);
    CHECK(read(bad).has_error());
  }
  std::string many = R"({"InstanceTypes":[)";
  for (std::size_t n = 0; n <= Limits::instance_types_max; ++n) {
    many += R"({"InstanceType":"t)" + std::to_string(n) +
            R"(","VCpuInfo":{"DefaultVCpus":1},"MemoryInfo":{"SizeInMiB":1}},)";
  }
  many.back() = ']';
  CHECK(read(many + "}").error().is(PricesErrc::too_many_types));
}

// The same rules over a whole document in memory, which Boost.JSON has parsed.
std::map<std::string, std::pair<std::uint64_t, std::string>> plainly_read(const std::string& text) {
  std::map<std::string, std::pair<std::uint64_t, std::string>> out;
  std::map<std::string, std::string> priced;
  const json::Value document = json::parse(text).value();
  for (const auto& [sku, product] : *document.find("products")->if_object()) {
    const json::Value& values = *product.find("attributes");
    const auto value = [&](std::string_view name) {
      const std::string* found = values.find_string(name);
      return found == nullptr ? std::string{} : *found;
    };
    const std::string name = value("instanceType");
    if (value("operatingSystem") != "Linux") continue;
    const auto memory = parse_memory(value("memory"));
    if (memory) out.try_emplace(name, *memory, "none");
    if (!out.contains(name)) continue;
    if (value("tenancy") == "Shared" && value("preInstalledSw") == "NA" &&
        value("capacitystatus") == "Used") {
      priced[sku] = name;
    }
  }
  for (const auto& [sku, offers] : *document.find("terms")->find("OnDemand")->if_object()) {
    const auto found = priced.find(sku);
    if (found == priced.end() || out.at(found->second).second != "none") continue;
    const json::Value& dimensions = *offers.if_object()->front().value.find("priceDimensions");
    const json::Value& price = *dimensions.if_object()->front().value.find("pricePerUnit");
    out.at(found->second).second = to_text(parse_hourly(*price.find_string("USD")).value());
  }
  return out;
}

TEST_CASE("offer file: read in steps as a whole document is read") {
  Random chance{11};
  static constexpr std::string_view systems[] = {"Linux", "Linux", "Windows", "RHEL"};
  static constexpr std::string_view tenancies[] = {"Shared", "Dedicated", "Host"};
  static constexpr std::string_view memories[] = {"8 GiB", "1,952 GiB", "1.5 TiB", "NA"};
  for (int round = 0; round < 30; ++round) {
    OfferFile file;
    for (int product = 0; product < 40; ++product) {
      const std::string name = "m" + std::to_string(chance.below(12)) + ".large";
      const auto pick = [&](auto& from) {
        return std::string{from[chance.below(std::size(from))]};
      };
      file.add("SKU" + std::to_string(product),
               linux_box(name)
                   .with("operatingSystem", pick(systems))
                   .with("tenancy", pick(tenancies))
                   .with("memory", pick(memories))
                   .with("capacitystatus", chance.below(3) == 0 ? "UnusedCapacity" : "Used"),
               "0." + std::to_string(1 + chance.below(1'000'000)));
    }
    const std::string text = file.text();
    const auto plain = plainly_read(text);
    const auto set = read(text, nullptr, 1 + chance.below(300));
    REQUIRE(set.has_value());
    CHECK(set->types().size() == plain.size());
    for (const auto& [name, sizes] : plain) {
      CAPTURE(name);
      REQUIRE(set->find(name) != nullptr);
      CHECK(set->find(name)->memory_bytes == sizes.first);
      CHECK(price_of(*set, name) == sizes.second);
    }
  }
}

TEST_CASE("price files: any shape, by its first bytes") {
  const TemporaryFolder folder;
  OfferFile file;
  file.add("A1", linux_box("m5.large"), "0.107");
  const SystemTime now{Seconds{1'800'000'000}};
  FilePriceSource source{folder.write("offer.json", file.text())};
  const auto first = source.fetch({}, now);
  REQUIRE(first.has_value());
  REQUIRE(first->has_value());
  const InstanceTypeOrigin origin = (*first)->origin();
  CHECK(origin.source == folder.path("offer.json"));
  CHECK(origin.taken_at == now);
  CHECK_FALSE(source.fetch(origin, now).value().has_value());  // not read again
  const auto snapshot = folder.write("set.snapshot", write_price_snapshot(**first));
  CHECK(read_price_file(snapshot, {}).value().types() == (*first)->types());
  const auto taken = FilePriceSource{snapshot}.fetch({}, now).value();
  CHECK(taken->origin().source == snapshot);
  CHECK(taken->origin().version == "20261101120000");

  const auto refused = [&](const std::string& path) { return read_price_file(path, {}).error(); };
  CHECK(refused(folder.path("none")).detail().ends_with("there is no such file"));
  CHECK(refused(folder.path()).detail().ends_with("that is a folder"));
  CHECK(refused(folder.write("empty", "")).detail().starts_with(folder.path("empty")));
  CHECK(refused(folder.write("cut", write_price_snapshot(**first).substr(0, 100)))
            .is(PricesErrc::snapshot_invalid));
  CHECK(refused(folder.write("long", std::string{price_snapshot_magic} + std::string(9 << 20, 'x')))
            .detail()
            .ends_with("8 MiB"));
}

TEST_CASE("price keep: what was saved is there after a restart, and news are seen") {
  const TemporaryFolder folder;
  OfferFile file;
  file.add("A1", linux_box("m5.large"), "0.107");
  const InstanceTypeSet set = read(file.text()).value();
  FilePriceKeep keep{folder.path("kept")};
  CHECK_FALSE(keep.load().value().has_value());
  CHECK_FALSE(keep.has_news());
  REQUIRE(keep.save(set).has_value());
  CHECK_FALSE(keep.has_news());
  FilePriceKeep other{folder.path("kept")};
  CHECK(other.has_news());
  CHECK(other.load().value()->types() == set.types());
  CHECK_FALSE(other.has_news());
  REQUIRE(other.save({set.origin(), {}}).has_value());
  CHECK(keep.has_news());
  folder.write("kept/instance_types.snapshot", "scribbled over");
  CHECK(keep.load().error().is(json::Errc::syntax));
  CHECK(FilePriceKeep{folder.write("a file", "x")}.save(set).has_error());
}

}  // namespace
}  // namespace mainstay::clusters::instance_type_reader_test
