#include "apps/charging/domain/ocpp_messages.hpp"

#include <type_traits>

namespace mainstay::charging::ocpp {

/// AnyOf promises so of its moves, whatever is in it.
template <class Variant>
constexpr bool moves_without_throwing =
    std::is_nothrow_move_constructible_v<Variant> && std::is_nothrow_move_assignable_v<Variant>;
static_assert(moves_without_throwing<StationRequest::Alternatives>);
static_assert(moves_without_throwing<StationAnswer::Alternatives>);
static_assert(moves_without_throwing<BackendRequest::Alternatives>);
static_assert(moves_without_throwing<BackendAnswer::Alternatives>);

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
