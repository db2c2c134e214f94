// error: first
static_assert(false, "first");
static_assert(false, "second");
