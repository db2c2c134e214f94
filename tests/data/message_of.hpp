#pragma once
#include <l2g/core/errors.hpp>

#include <string>

// The message of the l2g::error that `action` throws, or "" when it throws none.
template <class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const l2g::error& e) {
    return e.what();
  }
  return {};
}
