#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "apps/apim/inbound/gate/route_usage.hpp"
#include "apps/apim/inbound/gate/service_gate.hpp"

namespace mainstay::apim {

/// One route's way through the gate; how it admits is in gate_admission.cpp.
class ServiceGate::Route final : public gate::Admission {
 public:
  Route(ServiceGate& gate, std::span<const gate::Charge> charges) : gate_(gate), usage_(charges) {}

  gate::Decision admit(const http::Request& request, const gate::Credentials& credentials) override;
  void answered(std::string_view caller, int status, SystemTime at, std::size_t thread) override;

 private:
  gate::Decision decide(const http::Request& request, const gate::Credentials& credentials);
  gate::Decision judge(const http::Request& request, const AuthorizeCommand& command,
                       Status& status);
  void keep_error(const http::Request& request, const Error& error);

  ServiceGate& gate_;
  RouteUsage usage_;
};

}  // namespace mainstay::apim
