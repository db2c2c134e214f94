// A program of somebody else: a header of templates, and one whose functions l2g::compiled holds.
#include <l2g/core/philox.hpp>
#include <l2g/io/atomic_file.hpp>

#include <cstdio>

int main() {
  if (l2g::philox(0, 0, 0).w[0] != 0x6627e8d5u) return 1;
  try {
    l2g::io::write_file("no such folder/x", "");
  } catch (const l2g::file_error& e) {
    std::puts(e.what());
    return 0;
  }
  return 1;
}
