#include "apps/charging/domain/ocpp_messages.hpp"

namespace mainstay::charging::ocpp {

template <class Variant>
AnyOf<Variant>::AnyOf() = default;
template <class Variant>
AnyOf<Variant>::AnyOf(const AnyOf& from) = default;
template <class Variant>
AnyOf<Variant>::AnyOf(AnyOf&& from) noexcept = default;
template <class Variant>
AnyOf<Variant>& AnyOf<Variant>::operator=(const AnyOf& from) = default;
template <class Variant>
AnyOf<Variant>& AnyOf<Variant>::operator=(AnyOf&& from) noexcept = default;
template <class Variant>
AnyOf<Variant>::~AnyOf() = default;

template struct AnyOf<ForStationActions<RequestOf>>;
template struct AnyOf<ForStationActions<AnswerOf>>;
template struct AnyOf<ForBackendActions<RequestOf>>;
template struct AnyOf<ForBackendActions<AnswerOf>>;

}  // namespace mainstay::charging::ocpp
