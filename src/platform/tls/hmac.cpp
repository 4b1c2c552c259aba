#include "platform/tls/hmac.hpp"

#include <array>

#include <climits>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.hpp"

namespace mainstay::tls {
namespace {

std::string hmac(const EVP_MD* digest, std::size_t bytes, std::string_view key,
                 std::string_view message) {
  MS_CHECK(key.size() <= INT_MAX);
  std::string out(bytes, '\0');
  unsigned int size = 0;
  const auto* made = HMAC(digest, key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                          reinterpret_cast<unsigned char*>(out.data()), &size);
  MS_CHECK(made != nullptr && size == out.size());
  return out;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view message) {
  return hmac(EVP_sha256(), 32, key, message);
}

struct HmacSha256::Impl {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { ::EVP_MD_CTX_free(context); }
  };
  using Context = std::unique_ptr<EVP_MD_CTX, Free>;

  /// A digest that has eaten the key, each byte of it with `pad`.
  static Context begun(std::string_view key, char pad) {
    std::array<char, 64> block;  // of SHA-256
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] = static_cast<char>(key[i] ^ pad);
    Context context{::EVP_MD_CTX_new()};
    MS_CHECK(context != nullptr);
    MS_CHECK(::EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
    MS_CHECK(::EVP_DigestUpdate(context.get(), block.data(), block.size()) == 1);
    return context;
  }

  Context inner;
  Context outer;
  Context work{::EVP_MD_CTX_new()};
};

HmacSha256::HmacSha256(std::string_view key) : impl_(std::make_unique<Impl>()) {
  std::string shorter;
  if (key.size() > 64) {
    shorter.resize(32);
    MS_CHECK(::EVP_Digest(key.data(), key.size(), reinterpret_cast<unsigned char*>(shorter.data()),
                          nullptr, EVP_sha256(), nullptr) == 1);
    key = shorter;
  }
  impl_->inner = Impl::begun(key, 0x36);
  impl_->outer = Impl::begun(key, 0x5C);
}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

std::string HmacSha256::of(std::span<const std::string_view> parts) {
  EVP_MD_CTX* const work = impl_->work.get();
  std::string out(32, '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(out.data());
  bool good = ::EVP_MD_CTX_copy_ex(work, impl_->inner.get()) == 1;
  for (const std::string_view part : parts) {
    good = good && ::EVP_DigestUpdate(work, part.data(), part.size()) == 1;
  }
  good = good && ::EVP_DigestFinal_ex(work, bytes, nullptr) == 1 &&
         ::EVP_MD_CTX_copy_ex(work, impl_->outer.get()) == 1 &&
         ::EVP_DigestUpdate(work, bytes, out.size()) == 1 &&
         ::EVP_DigestFinal_ex(work, bytes, nullptr) == 1;
  MS_CHECK(good);
  return out;
}

std::string hmac_sha1(std::string_view key, std::string_view message) {
  return hmac(EVP_sha1(), 20, key, message);
}

}  // namespace mainstay::tls
