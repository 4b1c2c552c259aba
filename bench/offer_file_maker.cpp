// offer_file_maker BYTES FILE: an AWS offer file of made-up prices, of about that length, laid out
// as those of AmazonEC2 and one region are: machines by operating system, tenancy, licence and kind
// of use first, then what each costs on demand and reserved. The same bytes each time.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr std::array<const char*, 10> sizes{"large",    "xlarge",   "2xlarge",  "4xlarge",
                                            "8xlarge",  "12xlarge", "16xlarge", "24xlarge",
                                            "32xlarge", "metal"};
constexpr std::array<const char*, 6> systems{
    "Linux", "Windows", "RHEL", "SUSE", "Ubuntu Pro", "Red Hat Enterprise Linux with HA"};
constexpr std::array<const char*, 3> tenancies{"Shared", "Dedicated", "Host"};
constexpr std::array<const char*, 3> software{"NA", "SQL Std", "SQL Ent"};
constexpr std::array<const char*, 3> uses{"Used", "UnusedCapacityReservation",
                                          "AllocatedCapacityReservation"};
constexpr std::size_t products_a_type =
    systems.size() * tenancies.size() * software.size() * uses.size();
constexpr std::size_t reserved_offers = 4;

std::uint64_t state = 20'261'122;
std::uint64_t next() {
  state ^= state << 13U;
  state ^= state >> 7U;
  return state ^= state << 17U;
}

std::string sku() {
  std::string out;
  for (int n = 0; n < 16; ++n) {
    out.push_back("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[next() % 36]);
  }
  return out;
}

struct Product {
  std::string sku, type, system, use;
  std::uint64_t price;  // 10^-4 dollars
};

class Maker {
 public:
  explicit Maker(std::FILE* out) : out_(out) {}

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  void line(int depth, const std::string& text) {
    text_.assign(static_cast<std::size_t>(depth) * 2, ' ').append(text).push_back('\n');
    bytes_ += text_.size();
    std::fwrite(text_.data(), 1, text_.size(), out_);
  }
  void member(int depth, const char* name, const std::string& value, bool last = false) {
    line(depth, "\"" + std::string{name} + "\" : \"" + value + (last ? "\"" : "\","));
  }

 private:
  std::FILE* out_;
  std::string text_;
  std::uint64_t bytes_ = 0;
};

void attributes(Maker& to, const Product& product, std::size_t size, const char* tenancy,
                const char* preinstalled) {
  const std::uint64_t cpus = 2ULL << size;
  to.member(4, "servicecode", "AmazonEC2");
  to.member(4, "location", "EU (Ireland)");
  to.member(4, "locationType", "AWS Region");
  to.member(4, "instanceType", product.type);
  to.member(4, "currentGeneration", "Yes");
  to.member(4, "instanceFamily", "General purpose");
  to.member(4, "vcpu", std::to_string(cpus));
  to.member(4, "physicalProcessor", "Intel Xeon Platinum 8175 (Skylake)");
  to.member(4, "clockSpeed", "3.1 GHz");
  to.member(4, "memory", cpus * 4 >= 1024 ? "1,024 GiB" : std::to_string(cpus * 4) + " GiB");
  to.member(4, "storage", "EBS only");
  to.member(4, "networkPerformance", "Up to 10 Gigabit");
  to.member(4, "processorArchitecture", "64-bit");
  to.member(4, "tenancy", tenancy);
  to.member(4, "operatingSystem", product.system);
  to.member(4, "licenseModel", "No License required");
  to.member(4, "usagetype", "EU-" + product.use + ":" + product.type);
  to.member(4, "operation", "RunInstances");
  to.member(4, "availabilityzone", "NA");
  to.member(4, "capacitystatus", product.use);
  to.member(4, "classicnetworkingsupport", "false");
  to.member(4, "dedicatedEbsThroughput", "Up to 2120 Mbps");
  to.member(4, "ecu", "10");
  to.member(4, "enhancedNetworkingSupported", "Yes");
  to.member(4, "gpuMemory", "NA");
  to.member(4, "intelAvxAvailable", "Yes");
  to.member(4, "intelAvx2Available", "Yes");
  to.member(4, "intelTurboAvailable", "Yes");
  to.member(4, "marketoption", "OnDemand");
  to.member(4, "normalizationSizeFactor", std::to_string(cpus * 2));
  to.member(4, "preInstalledSw", preinstalled);
  to.member(4, "processorFeatures", "Intel AVX; Intel AVX2; Intel AVX512; Intel Turbo");
  to.member(4, "regionCode", "eu-west-1");
  to.member(4, "servicename", "Amazon Elastic Compute Cloud", true);
}

std::vector<Product> products(Maker& to, std::size_t types) {
  std::vector<Product> out;
  to.line(1, "\"products\" : {");
  for (std::size_t n = 0; n < types * products_a_type; ++n) {
    const std::size_t type = n / products_a_type;
    std::size_t kind = n % products_a_type;
    const std::size_t size = type % sizes.size();
    const auto pick = [&kind](const auto& from) {
      const char* one = from[kind % from.size()];
      kind /= from.size();
      return one;
    };
    Product one{sku(), "m" + std::to_string(type / sizes.size()) + "." + sizes[size], pick(systems),
                pick(uses), 100 + next() % 100'000};
    const char* tenancy = pick(tenancies);
    const char* preinstalled = pick(software);
    to.line(2, "\"" + one.sku + "\" : {");
    to.member(3, "sku", one.sku);
    to.member(3, "productFamily", "Compute Instance");
    to.line(3, "\"attributes\" : {");
    attributes(to, one, size, tenancy, preinstalled);
    to.line(3, "}");
    to.line(2, n + 1 == types * products_a_type ? "}" : "},");
    out.push_back(std::move(one));
  }
  to.line(1, "},");
  return out;
}

void offer(Maker& to, const Product& product, const std::string& term, bool reserved, bool last) {
  const std::string code = product.sku + "." + term;
  std::array<char, 32> price{};
  std::snprintf(price.data(), price.size(), "%u.%04u000000",
                static_cast<unsigned>(product.price / 10'000),
                static_cast<unsigned>(product.price % 10'000));
  to.line(4, "\"" + code + "\" : {");
  to.member(5, "offerTermCode", term);
  to.member(5, "sku", product.sku);
  to.member(5, "effectiveDate", "2026-11-01T00:00:00Z");
  to.line(5, "\"priceDimensions\" : {");
  to.line(6, "\"" + code + ".6YS6EN2CT7\" : {");
  to.member(7, "rateCode", code + ".6YS6EN2CT7");
  to.member(7, "description",
            "$" + std::string{price.data()} + " per On Demand " + product.system + " " +
                product.type + " Instance Hour");
  to.member(7, "beginRange", "0");
  to.member(7, "endRange", "Inf");
  to.member(7, "unit", "Hrs");
  to.line(7, "\"appliesTo\" : [ ],");
  to.line(7, "\"pricePerUnit\" : {");
  to.member(8, "USD", price.data(), true);
  to.line(7, "}");
  to.line(6, "}");
  to.line(5, "},");
  to.line(5, "\"termAttributes\" : {");
  if (reserved) {
    to.member(6, "LeaseContractLength", "1yr");
    to.member(6, "OfferingClass", "convertible");
    to.member(6, "PurchaseOption", "No Upfront", true);
  }
  to.line(5, "}");
  to.line(4, last ? "}" : "},");
}

/// Reserved ones for every fourth product.
void terms(Maker& to, const std::vector<Product>& all, bool reserved) {
  to.line(2, reserved ? "\"Reserved\" : {" : "\"OnDemand\" : {");
  const std::size_t step = reserved ? 4 : 1;
  for (std::size_t n = 0; n < all.size(); n += step) {
    to.line(3, "\"" + all[n].sku + "\" : {");
    const std::size_t count = reserved ? reserved_offers : 1;
    for (std::size_t which = 0; which < count; ++which) {
      offer(to, all[n], reserved ? "HU7G6KETJ" + std::to_string(which) : "JRTCKXETXF", reserved,
            which + 1 == count);
    }
    to.line(3, n + step >= all.size() ? "}" : "},");
  }
  to.line(2, reserved ? "}" : "},");
}

std::uint64_t make(std::FILE* out, std::size_t types) {
  Maker to{out};
  to.line(0, "{");
  to.member(1, "formatVersion", "v1.0");
  to.member(1, "disclaimer", "These prices are made up.");
  to.member(1, "offerCode", "AmazonEC2");
  to.member(1, "version", "20261122000000");
  to.member(1, "publicationDate", "2026-11-22T00:00:00Z");
  const std::vector<Product> all = products(to, types);
  to.line(1, "\"terms\" : {");
  terms(to, all, false);
  terms(to, all, true);
  to.line(1, "},");
  to.line(1, "\"attributesList\" : { }");
  to.line(0, "}");
  return to.bytes();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: offer_file_maker BYTES FILE\n");
    return 2;
  }
  std::FILE* nowhere = std::fopen("/dev/null", "w");
  const std::uint64_t one = make(nowhere, 10);
  std::fclose(nowhere);
  const std::uint64_t wanted = std::strtoull(argv[1], nullptr, 10);
  std::FILE* out = std::fopen(argv[2], "w");
  if (out == nullptr) {
    std::perror(argv[2]);
    return 1;
  }
  state = 20'261'122;
  const std::uint64_t types = wanted * 10 / one;
  const std::uint64_t bytes = make(out, types == 0 ? 1 : types);
  if (std::fclose(out) != 0) {
    std::perror(argv[2]);
    return 1;
  }
  std::printf("%llu\n", static_cast<unsigned long long>(bytes));
}
