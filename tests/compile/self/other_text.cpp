// error: wanted 3, got 4
static_assert(false, "wanted 3, got 5");
