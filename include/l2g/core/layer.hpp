#pragma once
// The layer concept and what keeps its errors short.
#include <l2g/core/context.hpp>

namespace l2g {

// What a layer's backward reads besides dy: containers keep only what is read.
enum Uses : unsigned { uses_none = 0, uses_x = 1, uses_y = 2 };

/// A layer is a description: extents only, no memory. It says what it makes of a shape, which parameters it has, what
/// it keeps from forward to backward, and how much scratch it takes; forward and backward are templates on the device.
template <class L, class In>
concept Layer = requires(const L& l, In in) {
  { L::name } -> std::convertible_to<std::string_view>;
  { L::uses } -> std::convertible_to<unsigned>;
  l.out(in);                                                              // output shape, all checks
  l.template params<float, Cpu>();                                        // record of parameters, unbound
  l.template saved<float, Cpu>(in);                                       // record kept from forward to backward
  { l.template scratch<float>(in) } -> std::convertible_to<std::size_t>;  // bytes of stack it takes at most
};

/// Does the layer have parameters that are trained? Known to the compiler, or asked when the model was built at run
/// time.
template <class L>
constexpr bool trains(const L& l) {
  if constexpr (requires {
                  { l.trains() } -> std::same_as<bool>;
                })
    return l.trains();
  else
    return measure(l.template params<float, Cpu>(), Part::trained).elements > 0;
}

/// The lengths of the sequences behind a layer, from those before it.
template <class L>
constexpr Lengths lengths_after(const L& l, const Lengths& before) {
  if constexpr (requires { l.after(before); })
    return l.after(before);
  else
    return before;
}

/// Does backward overwrite nothing that others need when y lies where x lies?
template <class L>
constexpr bool works_in_place() {
  if constexpr (requires { L::in_place; })
    return L::in_place;
  else
    return false;
}

/// What a layer's backward really reads: a layer built at run time knows better than its type.
template <class L>
constexpr unsigned uses_of(const L& l) {
  if constexpr (requires { l.uses_now(); })
    return l.uses_now();
  else
    return L::uses;
}

/// What a layer reads: values (T), integer ids (std::int32_t), or whichever its first layer turns out to read.
enum class Input { values, ids, either };
template <class L>
constexpr Input input_of() {
  if constexpr (requires { L::input; })
    return L::input;
  else
    return Input::values;
}
/// Does this layer read ids? Known to the compiler unless it was built at run time.
template <class L>
constexpr bool reads_ids(const L& l) {
  if constexpr (input_of<L>() == Input::either)
    return l.reads_ids();
  else
    return input_of<L>() == Input::ids;
}

// --- error text -----------------------------------------------------------------------------------------------------
template <index_t Position, class L, index_t Wants, class GotShape>
struct does_not_fit {
  static constexpr bool ok = false;
};
template <index_t Position, class What>
struct is_not_a_layer {
  static constexpr bool ok = false;
};
template <class Finding>
struct explain {
  static_assert(Finding::ok,
                "l2g: read the name in `explain<...>` in the first line: does_not_fit<position, layer, the last extent "
                "that it takes, the shape that it got>, or is_not_a_layer<position, type>.");
  static constexpr bool ok = Finding::ok;
};

template <class L, class In>
constexpr bool accepts() {
  if constexpr (requires { L::wants; })
    return may_fit(L::wants, last_extent<In>);
  else
    return true;
}
/// The input with its last extent mended after a misfit was reported once, so that nothing else fires.
template <class L, class In>
constexpr auto repaired(In s) {
  if constexpr (accepts<L, In>())
    return s;
  else
    return with_channels(s, Extent<L::wants>{});
}

}  // namespace l2g
