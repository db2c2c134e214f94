#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/io/pickle.hpp>

#include <cstring>

namespace l2g::io {
namespace detail {

enum class PickleGlobal : std::uint8_t {
  ordered_dictionary,
  rebuild_tensor,        // storage, offset, extents, strides, gradient?, hooks
  rebuild_typed_tensor,  // the same and the element type, on a storage without type
  rebuild_parameter,     // tensor, gradient?, hooks
  size,                  // a tuple
  device,                // where the tensor was: of no interest
  element_type,
  storage,
  untyped_storage
};

struct KnownGlobal {
  const char* name;
  PickleGlobal what;
  Dtype dtype = Dtype::u8;
};

inline constexpr KnownGlobal known_globals[] = {
    {"collections.OrderedDict", PickleGlobal::ordered_dictionary},
    {"torch._utils._rebuild_tensor_v2", PickleGlobal::rebuild_tensor},
    {"torch._utils._rebuild_tensor_v3", PickleGlobal::rebuild_typed_tensor},
    {"torch._utils._rebuild_parameter", PickleGlobal::rebuild_parameter},
    {"torch._utils._rebuild_parameter_with_state", PickleGlobal::rebuild_parameter},
    {"torch.nn.parameter.Parameter", PickleGlobal::rebuild_parameter},
    {"torch.Size", PickleGlobal::size},
    {"torch.device", PickleGlobal::device},
    {"torch.DoubleStorage", PickleGlobal::storage, Dtype::f64},
    {"torch.FloatStorage", PickleGlobal::storage, Dtype::f32},
    {"torch.HalfStorage", PickleGlobal::storage, Dtype::f16},
    {"torch.BFloat16Storage", PickleGlobal::storage, Dtype::bf16},
    {"torch.LongStorage", PickleGlobal::storage, Dtype::i64},
    {"torch.IntStorage", PickleGlobal::storage, Dtype::i32},
    {"torch.ShortStorage", PickleGlobal::storage, Dtype::i16},
    {"torch.CharStorage", PickleGlobal::storage, Dtype::i8},
    {"torch.ByteStorage", PickleGlobal::storage, Dtype::u8},
    {"torch.BoolStorage", PickleGlobal::storage, Dtype::boolean},
    {"torch.storage.UntypedStorage", PickleGlobal::untyped_storage},
    {"torch.float64", PickleGlobal::element_type, Dtype::f64},
    {"torch.float32", PickleGlobal::element_type, Dtype::f32},
    {"torch.float16", PickleGlobal::element_type, Dtype::f16},
    {"torch.bfloat16", PickleGlobal::element_type, Dtype::bf16},
    {"torch.int64", PickleGlobal::element_type, Dtype::i64},
    {"torch.int32", PickleGlobal::element_type, Dtype::i32},
    {"torch.int16", PickleGlobal::element_type, Dtype::i16},
    {"torch.int8", PickleGlobal::element_type, Dtype::i8},
    {"torch.uint64", PickleGlobal::element_type, Dtype::u64},
    {"torch.uint32", PickleGlobal::element_type, Dtype::u32},
    {"torch.uint16", PickleGlobal::element_type, Dtype::u16},
    {"torch.uint8", PickleGlobal::element_type, Dtype::u8},
    {"torch.bool", PickleGlobal::element_type, Dtype::boolean}};

// Of the opcodes that are refused, those that are met: newer protocols, Python 2, and what would build objects.
inline const char* pickle_opcode(unsigned char code) {
  struct Named {
    unsigned char code;
    const char* name;
  };
  constexpr Named names[] = {{'0', "POP"},
                             {'1', "POP_MARK"},
                             {'2', "DUP"},
                             {'F', "FLOAT"},
                             {'I', "INT"},
                             {'L', "LONG"},
                             {'P', "PERSID"},
                             {'S', "STRING"},
                             {'V', "UNICODE"},
                             {'d', "DICT"},
                             {'g', "GET"},
                             {'i', "INST"},
                             {'l', "LIST"},
                             {'o', "OBJ"},
                             {'p', "PUT"},
                             {'B', "BINBYTES"},
                             {'C', "SHORT_BINBYTES"},
                             {0x81, "NEWOBJ"},
                             {0x82, "EXT1"},
                             {0x83, "EXT2"},
                             {0x84, "EXT4"},
                             {0x8b, "LONG4"},
                             {0x8c, "SHORT_BINUNICODE"},
                             {0x8d, "BINUNICODE8"},
                             {0x8e, "BINBYTES8"},
                             {0x8f, "EMPTY_SET"},
                             {0x90, "ADDITEMS"},
                             {0x91, "FROZENSET"},
                             {0x92, "NEWOBJ_EX"},
                             {0x93, "STACK_GLOBAL"},
                             {0x94, "MEMOIZE"},
                             {0x95, "FRAME"},
                             {0x96, "BYTEARRAY8"}};
  for (const Named& n : names)
    if (n.code == code) return n.name;
  return "no opcode of Python";
}

class PickleMachine {
 public:
  using Kind = PickleValue::Kind;
  PickleMachine(std::span<const std::byte> bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  Pickle run() {
    while (!step()) {
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw file_error(name_, "byte " + std::to_string(opcode_at_) + " of its pickle: " + message);
  }
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) fail("it is cut short");
    const char* begin = reinterpret_cast<const char*>(bytes_.data()) + at_;
    at_ += static_cast<std::size_t>(size);
    return {begin, static_cast<std::size_t>(size)};
  }
  std::uint64_t number(std::size_t size) {
    const std::string_view bytes = take(size);
    std::uint64_t n = 0;
    for (std::size_t i = size; i-- > 0;) n = n << 8 | static_cast<unsigned char>(bytes[i]);
    return n;
  }
  std::string_view line() {
    const char* begin = reinterpret_cast<const char*>(bytes_.data()) + at_;
    const void* end = std::memchr(begin, '\n', bytes_.size() - at_);
    if (!end) fail("it is cut short");
    const std::string_view text = take(static_cast<std::uint64_t>(static_cast<const char*>(end) - begin) + 1);
    return text.substr(0, text.size() - 1);
  }

  void push(Kind kind, std::int64_t n = 0) { stack_.push_back({kind, n, 0, {}}); }
  void push_text(std::string_view text) { stack_.push_back({Kind::text, 0, 0, text}); }
  PickleValue pop() {
    if (stack_.empty() || stack_.back().kind == Kind::mark) fail("a value is missing");
    const PickleValue v = stack_.back();
    stack_.pop_back();
    return v;
  }
  PickleValue pop(Kind kind, const char* what) {
    const PickleValue v = pop();
    if (v.kind != kind) fail(std::string("there should be ") + what);
    return v;
  }
  std::vector<PickleValue> pop_to_mark() {
    std::size_t at = stack_.size();
    while (at > 0 && stack_[at - 1].kind != Kind::mark) --at;
    if (at == 0) fail("a mark is missing");
    std::vector<PickleValue> values(stack_.begin() + static_cast<std::ptrdiff_t>(at), stack_.end());
    stack_.resize(at - 1);
    return values;
  }
  const PickleValue& top(Kind kind, const char* what) const {
    if (stack_.empty() || stack_.back().kind != kind) fail(std::string("there should be ") + what);
    return stack_.back();
  }
  void push_sequence(Kind kind, std::vector<PickleValue> values) {
    out_.sequences.push_back(std::move(values));
    push(kind, static_cast<std::int64_t>(out_.sequences.size()) - 1);
  }
  void push_dictionary() {
    out_.dictionaries.emplace_back();
    push(Kind::dictionary, static_cast<std::int64_t>(out_.dictionaries.size()) - 1);
  }
  const std::vector<PickleValue>& sequence(const PickleValue& v) const {
    return out_.sequences[static_cast<std::size_t>(v.number)];
  }
  void push_tuple(std::size_t size) {
    std::vector<PickleValue> values(size);
    for (std::size_t i = size; i-- > 0;) values[i] = pop();
    push_sequence(Kind::tuple, std::move(values));
  }
  void append(std::span<const PickleValue> values) {
    auto& list = out_.sequences[static_cast<std::size_t>(top(Kind::list, "a list").number)];
    list.insert(list.end(), values.begin(), values.end());
  }
  void set_items(std::span<const PickleValue> values) {
    auto& d = out_.dictionaries[static_cast<std::size_t>(top(Kind::dictionary, "a dictionary").number)];
    if (values.size() % 2) fail("a key has no value");
    for (std::size_t i = 0; i < values.size(); i += 2) {
      const Kind kind = values[i].kind;
      if (kind != Kind::text && kind != Kind::whole && kind != Kind::boolean && kind != Kind::nothing &&
          kind != Kind::tuple && kind != Kind::real)
        fail("a key is neither text nor a number");
      d.emplace_back(values[i], values[i + 1]);
    }
  }
  void put(std::uint64_t place) {
    if (stack_.empty() || stack_.back().kind == Kind::mark) fail("a value is missing");
    if (place > bytes_.size()) fail("it remembers a value at an impossible place");  // each one takes a byte or more
    if (place >= memo_.size()) memo_.resize(static_cast<std::size_t>(place) + 1, {Kind::mark, 0, 0, {}});
    memo_[static_cast<std::size_t>(place)] = stack_.back();
  }
  void get(std::uint64_t place) {
    if (place >= memo_.size() || memo_[static_cast<std::size_t>(place)].kind == Kind::mark)
      fail("it recalls a value that it has not remembered");
    stack_.push_back(memo_[static_cast<std::size_t>(place)]);
  }

  void global() {
    std::string asked(line());
    asked += '.';
    asked += line();
    for (std::size_t i = 0; i < std::size(known_globals); ++i)
      if (asked == known_globals[i].name) {
        const KnownGlobal& g = known_globals[i];
        return g.what == PickleGlobal::element_type ? push(Kind::element_type, static_cast<std::int64_t>(g.dtype))
                                                    : push(Kind::global, static_cast<std::int64_t>(i));
      }
    fail("the global " + in_quotes(asked) +
         " is not allowed; tensors, parameters and OrderedDict are, and nothing of the file is run");
  }

  std::vector<index_t> extents(const PickleValue& v) const {
    if (v.kind != Kind::tuple) fail("the extents of a tensor should be a tuple");
    std::vector<index_t> numbers;
    if (sequence(v).size() > 64) fail("a tensor has more than 64 extents");
    for (const PickleValue& n : sequence(v)) {
      if (n.kind != Kind::whole || n.number < 0) fail("the extents of a tensor should be whole numbers from 0");
      numbers.push_back(n.number);
    }
    return numbers;
  }
  void rebuild_tensor(const std::vector<PickleValue>& a, bool typed) {
    if (a.size() < (typed ? 7 : 6) || a[0].kind != Kind::storage || a[1].kind != Kind::whole || a[1].number < 0)
      fail("a tensor is not described as PyTorch does");
    PickleTensor t;
    t.storage = static_cast<std::size_t>(a[0].number);
    t.dtype = out_.storages[t.storage].dtype;
    t.offset = static_cast<std::uint64_t>(a[1].number);
    t.extents = extents(a[2]);
    t.strides = extents(a[3]);
    if (t.extents.size() != t.strides.size()) fail("a tensor has another number of strides than of extents");
    if (typed) {
      if (a[6].kind != Kind::element_type) fail("a tensor is not described as PyTorch does");
      t.dtype = static_cast<Dtype>(a[6].number);
    }
    out_.tensors.push_back(std::move(t));
    push(Kind::tensor, static_cast<std::int64_t>(out_.tensors.size()) - 1);
  }
  void reduce() {
    const PickleValue given = pop(Kind::tuple, "the arguments of a call");
    const PickleValue called = pop(Kind::global, "a name to call");
    const std::vector<PickleValue>& a = sequence(given);
    const KnownGlobal& g = known_globals[called.number];
    switch (g.what) {
      case PickleGlobal::ordered_dictionary:
        if (!a.empty()) fail("an OrderedDict should begin empty");
        return push_dictionary();
      case PickleGlobal::rebuild_tensor:
        return rebuild_tensor(a, false);
      case PickleGlobal::rebuild_typed_tensor:
        return rebuild_tensor(a, true);
      case PickleGlobal::rebuild_parameter:
        if (a.empty() || a[0].kind != Kind::tensor) fail("a parameter is not a tensor");
        stack_.push_back(a[0]);
        return;
      case PickleGlobal::size:
        if (a.size() != 1 || (a[0].kind != Kind::tuple && a[0].kind != Kind::list)) fail("a torch.Size is no tuple");
        stack_.push_back(a[0]);
        return;
      case PickleGlobal::device:
        return push(Kind::nothing);
      default:
        fail(std::string("'") + g.name + "' is not to be called");
    }
  }
  void persistent() {
    const PickleValue id = pop(Kind::tuple, "the description of a storage");
    const std::vector<PickleValue>& a = sequence(id);
    if (a.size() != 5 || a[0].kind != Kind::text || a[0].text != "storage" || a[1].kind != Kind::global ||
        a[2].kind != Kind::text || a[4].kind != Kind::whole || a[4].number < 0)
      fail("a storage is not described as PyTorch does");
    const KnownGlobal& g = known_globals[a[1].number];
    if (g.what != PickleGlobal::storage && g.what != PickleGlobal::untyped_storage)
      fail(std::string("'") + g.name + "' is not a storage");
    out_.storages.push_back({a[2].text, g.dtype, static_cast<std::uint64_t>(a[4].number)});
    push(Kind::storage, static_cast<std::int64_t>(out_.storages.size()) - 1);
  }

  // True at the end.
  bool step() {
    opcode_at_ = at_;
    const auto code = static_cast<unsigned char>(take(1)[0]);
    if (opcode_at_ == 0 && code != 0x80) fail("it does not begin as a pickle of protocol 2");
    switch (code) {
      case 0x80: {  // PROTO
        const std::uint64_t protocol = number(1);
        if (protocol != 2)
          fail("protocol " + std::to_string(protocol) + " is not read; torch.save writes protocol 2 when not told");
        return false;
      }
      case '.': {  // STOP
        out_.root = pop();
        if (!stack_.empty()) fail("it ends in the middle of a value");
        return true;
      }
      case '(':
        push(Kind::mark);
        return false;
      case 'N':
        push(Kind::nothing);
        return false;
      case 0x88:
      case 0x89:
        push(Kind::boolean, code == 0x88);
        return false;
      case 'J':
        push(Kind::whole, static_cast<std::int32_t>(number(4)));
        return false;
      case 'K':
        push(Kind::whole, static_cast<std::int64_t>(number(1)));
        return false;
      case 'M':
        push(Kind::whole, static_cast<std::int64_t>(number(2)));
        return false;
      case 0x8a: {  // LONG1: two's complement
        const std::size_t size = static_cast<std::size_t>(number(1));
        if (size > 8) fail("a whole number has more than 64 bits");
        const std::uint64_t n = number(size), unused = size == 0 ? 0 : 64 - 8 * size;
        push(Kind::whole, static_cast<std::int64_t>(n << unused) >> unused);
        return false;
      }
      case 'G': {  // BINFLOAT: big-endian
        std::uint64_t n = number(8);
        n = __builtin_bswap64(n);
        stack_.push_back({Kind::real, 0, __builtin_bit_cast(double, n), {}});
        return false;
      }
      case 'X':
      case 'T':
        push_text(take(number(4)));
        return false;
      case 'U':
        push_text(take(number(1)));
        return false;
      case ')':
        push_sequence(Kind::tuple, {});
        return false;
      case 't':
        push_sequence(Kind::tuple, pop_to_mark());
        return false;
      case 0x85:
      case 0x86:
      case 0x87:
        push_tuple(code - 0x84u);
        return false;
      case ']':
        push_sequence(Kind::list, {});
        return false;
      case 'a': {
        const PickleValue v = pop();
        append({&v, 1});
        return false;
      }
      case 'e': {
        const auto values = pop_to_mark();
        append(values);
        return false;
      }
      case '}':
        push_dictionary();
        return false;
      case 's': {
        const PickleValue value = pop(), key = pop();
        const PickleValue both[] = {key, value};
        set_items(both);
        return false;
      }
      case 'u': {
        const auto values = pop_to_mark();
        set_items(values);
        return false;
      }
      case 'q':
        put(number(1));
        return false;
      case 'r':
        put(number(4));
        return false;
      case 'h':
        get(number(1));
        return false;
      case 'j':
        get(number(4));
        return false;
      case 'c':
        global();
        return false;
      case 'R':
        reduce();
        return false;
      case 'b': {  // BUILD: attributes; an OrderedDict of a module has versions there, a parameter what people set
        pop();
        const Kind kind = stack_.empty() ? Kind::mark : stack_.back().kind;
        if (kind != Kind::dictionary && kind != Kind::tensor) fail("attributes of something that has none");
        return false;
      }
      case 'Q':
        persistent();
        return false;
      default: {
        constexpr char digits[] = "0123456789abcdef";
        const char hex[] = {'0', 'x', digits[code >> 4], digits[code & 15], 0};
        fail(std::string("the opcode ") + pickle_opcode(code) + " (" + hex +
             ") is not allowed; those of tensors are, and nothing of the file is run");
      }
    }
  }

  std::span<const std::byte> bytes_;
  std::string_view name_;
  std::size_t at_ = 0, opcode_at_ = 0;
  std::vector<PickleValue> stack_, memo_;
  Pickle out_;
};

}  // namespace detail

L2G_INLINE Pickle parse_pickle(std::span<const std::byte> bytes, std::string_view name) {
  return detail::PickleMachine(bytes, name).run();
}

}  // namespace l2g::io
