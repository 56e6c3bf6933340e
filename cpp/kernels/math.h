// Vector exp, log, expm1, log1p, tanh, sigmoid, erf, sin, cos and pow over the whole range of float
// and double: math::exp<T>(x) and so on, x a Vec<T>.
#pragma once

#include "kernels/math/erf.h"
#include "kernels/math/exp.h"
#include "kernels/math/log.h"
#include "kernels/math/pow.h"
#include "kernels/math/trig.h"
