// error: no matching function
template <int N>
struct Tag {};
void choose(Tag<0>);
void choose(Tag<1>);
void choose(Tag<2>);
void choose(Tag<3>);
void choose(Tag<4>);
void choose(Tag<5>);
void choose(Tag<6>);
int main() { choose(Tag<7>{}); }
