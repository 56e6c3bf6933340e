#include "kernels/local_response.h"

#include "base/flush.h"
#include "kernels/blocks.h"
#include "kernels/math.h"
#include "kernels/view.h"

namespace deepcore {
namespace {

// Pixels that are worked on together through all channels.
template <class T>
constexpr std::int64_t strip = 4 * wide_lanes<T>;

// The same pixels of all channels of one image.
template <class T>
struct Pixels {
  const LocalResponseArgs<T>& args;
  std::int64_t first;  // of the image
  std::int64_t begin, end;

  // Calls step(offset, place in the strip, count) for the lanes of channel c.
  template <class Step>
  void for_channel(std::int64_t c, const Step& step) const {
    const auto row = first + c * args.length;
    for_lanes<T>(begin, end, [&](auto j, int count) { step(row + j, j - begin, count); });
  }
  // Σ read(c' - c) over the channels c - before ... c + after that exist.
  template <class Read>
  Wide<T> over_window(std::int64_t c, std::int64_t before, std::int64_t after,
                      const Read& read) const {
    const auto last = std::min(c + after, args.channels - 1);
    Wide<T> sum = {};
    for (auto i = std::max<std::int64_t>(c - before, 0); i <= last; ++i) sum = sum + read(i - c);
    return sum;
  }
  Wide<T> energy(std::int64_t c, std::int64_t offset, int count) const {
    const auto sum = over_window(c, args.size / 2, (args.size - 1) / 2, [&](auto by) {
      const auto x = read(args.x + offset + by * args.length, count);
      return x * x;
    });
    const T share = args.alpha / static_cast<T>(args.size);
    return each([&](Vec<T> s) { return fma(splat(share), s, splat(args.k)); }, sum);
  }
  static Wide<T> read(const T* p, int count) {
    return count == wide_lanes<T> ? load_wide(p) : load_first_wide(p, count);
  }
};

// d^-beta.
template <class T>
Wide<T> damping(const Wide<T>& energy, T beta) noexcept {
  return each([&](Vec<T> d) { return math::exp<T>(splat(-beta) * math::log<T>(d)); }, energy);
}

// Calls body(pixels, slot), split over `threads`; a slot is a thread's own.
template <class T, class Body>
void for_pixels(const LocalResponseArgs<T>& a, std::int64_t threads, const Body& body) {
  const auto strips = ceil_div(a.length, strip<T>), units = a.batch * strips;
  const auto slots = std::min(units, threads);
  const auto bytes = 16 * a.channels * strip<T> * std::int64_t{sizeof(T)} * units;
  if (units == 0) return;
  parallel_for(slots, grain_of(grain_bytes, bytes / slots), [&](auto from, auto to) {
    const FlushToZero flush;
    for (auto slot = from; slot < to; ++slot) {
      for (auto unit = slot * units / slots; unit < (slot + 1) * units / slots; ++unit) {
        const auto begin = unit % strips * strip<T>, end = std::min(a.length, begin + strip<T>);
        body(Pixels<T>{a, unit / strips * a.channels * a.length, begin, end}, slot);
      }
    }
  });
}

template <class T>
void forward(const LocalResponseArgs<T>& a, T* y) {
  for_pixels(a, num_threads(), [&](const Pixels<T>& pixels, std::int64_t) {
    for (std::int64_t c = 0; c < a.channels; ++c) {
      pixels.for_channel(c, [&](auto at, auto, int count) {
        const auto value =
            Pixels<T>::read(a.x + at, count) * damping(pixels.energy(c, at, count), a.beta);
        store_first_wide(y + at, value, count);
      });
    }
  });
}

template <class T>
std::int64_t scratch(const LocalResponseArgs<T>& a) {
  return a.threads * 2 * a.channels * strip<T> * std::int64_t{sizeof(T)};
}

template <class T>
void backward(const LocalResponseArgs<T>& a, const T* dy, bool accumulate, T* dx, void* scratch) {
  const T factor = 2 * a.alpha * a.beta / static_cast<T>(a.size);
  for_pixels(a, a.threads, [&](const Pixels<T>& pixels, std::int64_t slot) {
    // Of every channel: dy d^-beta, and dy x d^(-beta - 1).
    T* direct = static_cast<T*>(scratch) + slot * 2 * a.channels * strip<T>;
    T* shared = direct + a.channels * strip<T>;
    for (std::int64_t c = 0; c < a.channels; ++c) {
      pixels.for_channel(c, [&](auto at, auto j, int count) {
        const auto energy = pixels.energy(c, at, count);
        const auto own = Pixels<T>::read(dy + at, count) * damping(energy, a.beta);
        store_wide(direct + c * strip<T> + j, own);
        store_wide(shared + c * strip<T> + j, own * Pixels<T>::read(a.x + at, count) / energy);
      });
    }
    for (std::int64_t c = 0; c < a.channels; ++c) {
      pixels.for_channel(c, [&](auto at, auto j, int count) {
        const auto sum = pixels.over_window(c, (a.size - 1) / 2, a.size / 2, [&](auto by) {
          return load_wide(shared + (c + by) * strip<T> + j);
        });
        const auto x = Pixels<T>::read(a.x + at, count);
        auto value = load_wide(direct + c * strip<T> + j) - splat_wide(factor) * x * sum;
        if (accumulate) value = Pixels<T>::read(dx + at, count) + value;
        store_first_wide(dx + at, value, count);
      });
    }
  });
}

}  // namespace

template <class T>
LocalResponse<T> local_response_kernels() {
  return {.forward = forward<T>, .scratch = scratch<T>, .backward = backward<T>};
}
template LocalResponse<float> local_response_kernels();
template LocalResponse<double> local_response_kernels();

}  // namespace deepcore
