/* l_stat_dist.c - bilan.stat: distribution functions, NAME(x or p, parameters..., {upper}).
 *
 * One closure serves them all: its upvalue is an entry of the list below, which names the
 * parameters for messages and calls dist.h. A result that is not a number means that an
 * argument is outside its domain, and is raised, never returned.
 *
 * Examples:  normal_quantile(0.975) = 1.959964    chi_squared_cdf(3.841459, 1, { upper = true
 * }) = 0.05 binomial_cdf(2, 4, 0.5) = 0.6875    t_quantile(0.975, 10) = 2.228139
 *
 * upper = true is the chance above (for a quantile: p counts from above), computed for itself
 * and not as 1 - p, so that small tails keep their digits. Failure: raised with the domain in
 * words. No state, no memory.
 */
#include <math.h>

#include "base/handle.h"
#include "binding/l_stat.h"
#include "stat/dist/dist.h"

/* The one shape that all have behind their adapter. */
typedef double dist_function(const double *a, enum tail tail);

/* Adapters: an array of numbers, the first of which is x or p, to the parameters of dist.h.
 * Domains are dist.h's: what lies outside gives NaN there, and an error in Lua. */
static double d_normal_cdf(const double *a, enum tail t) { return normal_cdf(a[0], t); }
static double d_normal_quantile(const double *a, enum tail t) {
  return normal_quantile(a[0], t);
}
static double d_beta_cdf(const double *a, enum tail t) { return beta_cdf(a[0], a[1], a[2], t); }
static double d_beta_quantile(const double *a, enum tail t) {
  return beta_quantile(a[0], a[1], a[2], t);
}
static double d_gamma_cdf(const double *a, enum tail t) { return gamma_cdf(a[0], a[1], t); }
static double d_gamma_quantile(const double *a, enum tail t) {
  return gamma_quantile(a[0], a[1], t);
}
static double d_t_cdf(const double *a, enum tail t) { return student_cdf(a[0], a[1], t); }
static double d_t_quantile(const double *a, enum tail t) {
  return student_quantile(a[0], a[1], t);
}
static double d_chi_squared_cdf(const double *a, enum tail t) {
  return chi_squared_cdf(a[0], a[1], t);
}
static double d_chi_squared_quantile(const double *a, enum tail t) {
  return chi_squared_quantile(a[0], a[1], t);
}
static double d_f_cdf(const double *a, enum tail t) { return f_cdf(a[0], a[1], a[2], t); }
static double d_f_quantile(const double *a, enum tail t) {
  return f_quantile(a[0], a[1], a[2], t);
}
static double d_binomial_cdf(const double *a, enum tail t) {
  return binomial_cdf(a[0], a[1], a[2], t);
}
static double d_poisson_cdf(const double *a, enum tail t) { return poisson_cdf(a[0], a[1], t); }
static double d_hypergeometric_cdf(const double *a, enum tail t) {
  return hypergeometric_cdf(a[0], a[1], a[2], a[3], t);
}

/* Numbers of the longest of them, the hypergeometric. */
enum { MOST_PARAMETERS = 4 };

/* One distribution function as Lua sees it. `of` gets `count` numbers. */
struct distribution {
  const char *name;
  dist_function *of;
  const char *parameters; /* for messages: names and domain */
  int count;              /* of parameters, the first included */
};

static const struct distribution distributions[] = {
    {"normal_cdf", d_normal_cdf, "z", 1},
    {"normal_quantile", d_normal_quantile, "p from 0 to 1", 1},
    {"beta_cdf", d_beta_cdf, "x, a > 0, b > 0", 3},
    {"beta_quantile", d_beta_quantile, "p from 0 to 1, a > 0, b > 0", 3},
    {"gamma_cdf", d_gamma_cdf, "x, shape > 0", 2},
    {"gamma_quantile", d_gamma_quantile, "p from 0 to 1, shape > 0", 2},
    {"t_cdf", d_t_cdf, "t, df > 0", 2},
    {"t_quantile", d_t_quantile, "p from 0 to 1, df > 0", 2},
    {"chi_squared_cdf", d_chi_squared_cdf, "x, df > 0", 2},
    {"chi_squared_quantile", d_chi_squared_quantile, "p from 0 to 1, df > 0", 2},
    {"f_cdf", d_f_cdf, "x, df1 > 0, df2 > 0", 3},
    {"f_quantile", d_f_quantile, "p from 0 to 1, df1 > 0, df2 > 0", 3},
    {"binomial_cdf", d_binomial_cdf, "k, whole n >= 0, p from 0 to 1", 3},
    {"poisson_cdf", d_poisson_cdf, "k, mean >= 0", 2},
    {"hypergeometric_cdf", d_hypergeometric_cdf, "k, whole white, black and drawn", 4},
};

/* The closure behind every name: NAME(x or p, parameters..., {upper = false}) -> number. Reads
 * as many numbers as the entry says, asks dist.h, and raises on NaN with the domain in
  * words. */
static int call_distribution(lua_State *L) {
  static const char *const known[] = {"upper", NULL};
  const struct distribution *d = lua_touserdata(L, lua_upvalueindex(1));
  double a[MOST_PARAMETERS];
  for (int i = 0; i < d->count; i++) a[i] = luaL_checknumber(L, i + 1);
  l_check_options(L, d->count + 1, known);
  bool upper = stat_flag(L, d->count + 1, d->name, "upper", false);
  double value = d->of(a, upper ? UPPER : LOWER);
  if (isnan(value))
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: outside the domain: expected %s", d->name,
                    d->parameters));
  lua_pushnumber(L, value);
  return 1;
}

/* The light userdata are addresses of constants: nothing to free or to misuse from Lua. */
void stat_add_distributions(lua_State *L) {
  for (size_t i = 0; i < sizeof distributions / sizeof *distributions; i++) {
    lua_pushlightuserdata(L, (void *)(uintptr_t)&distributions[i]);
    lua_pushcclosure(L, call_distribution, 1);
    lua_setfield(L, -2, distributions[i].name);
  }
}
