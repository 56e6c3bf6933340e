// Errors that say what was expected, what came, and what to do: "[op] text." The kinds are those of
// Python, and the bindings raise them as such.
#pragma once

#include <exception>
#include <sstream>
#include <string>

namespace deepcore {

class Error : public std::exception {
 public:
  enum class Kind { value, type, index, runtime };

  template <class... Parts>
  Error(Kind kind, const char* op, const Parts&... parts) : kind_(kind) {
    std::ostringstream out;
    out << '[' << op << "] ";
    (out << ... << parts);
    text_ = out.str();
  }
  Kind kind() const noexcept { return kind_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  Kind kind_;
  std::string text_;
};

template <Error::Kind K>
struct ErrorOf : Error {
  template <class... Parts>
  explicit ErrorOf(const char* op, const Parts&... parts) : Error(K, op, parts...) {}
};

using ValueError = ErrorOf<Error::Kind::value>;      // shapes and values
using TypeError = ErrorOf<Error::Kind::type>;        // kinds and dtypes
using IndexError = ErrorOf<Error::Kind::index>;      // axes and labels out of range
using RuntimeError = ErrorOf<Error::Kind::runtime>;  // a call at the wrong moment

}  // namespace deepcore
