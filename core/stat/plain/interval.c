/* interval.c - eleven intervals for one proportion: the names, the choice, the closed forms.
 *
 * With p = x/n, q = 1 - p and z the upper (1 - conf)/2 point of the normal:
 *   wald            p -+ z sqrt(p q / n), cut to [0, 1]; a point at 0 and n
 *   wilson          roots in t of (p - t)^2 = z^2 t (1 - t) / n             [Wilson 1927]
 *   wilson_cc       the same with |p - t| shortened by c/n; c = 1/2, or |x - n/2| if that is
 *                   less (the rule of R's prop.test)                        [Newcombe 1998]
 *   agresti_coull   Wald about (x + z^2/2) of n + z^2, cut                  [Agresti-Coull 1998]
 *   arcsine         sin^2(asin(sqrt p) -+ z / (2 sqrt n))                   [Freeman-Tukey 1950]
 *   logit           1 / (1 + exp(-(ln(p/q) -+ z / sqrt(n p q))))            [Brown et al. 2001]
 * The others invert a tail or the likelihood; see interval_exact.c. Brown, Cai and DasGupta,
 * Statistical Science 16 (2001) 101-133, compare them.
 *
 * Invariants (tested): 0 <= low <= p <= high <= 1, except that agresti_coull and the cut forms
 * are centred elsewhere; limits for (x, n) are 1 minus those for (n - x, n); higher conf never
 * gives a narrower interval. Pure, O(1).
 *
 * 7 of 24, conf 0.95: wald 0.1098 to 0.4735, wilson 0.1491 to 0.4917, clopper_pearson 0.1262 to
 * 0.5109, mid_p 0.1374 to 0.4936, jeffreys 0.1410 to 0.4892. Nobody of 24: wilson goes to
 * 0.1380, clopper_pearson to 0.1425, wald says 0.
 */
#include "stat/plain/interval.h"

#include <math.h>

#include "stat/dist/dist.h"

const char *const plain_method_names[METHODS + 1] = {
    "wald",  "wilson",     "wilson_cc", "agresti_coull", "clopper_pearson", "jeffreys",
    "mid_p", "likelihood", "arcsine",   "logit",         "blaker",          NULL};

/* centre -+ half, cut to what a share can be. */
struct limits limits_cut(double centre, double half) {
  return (struct limits){fmax(0, centre - half), fmin(1, centre + half)};
}

/* The upper alpha/2 point of the normal. */
static double z_of(const struct ask *a) { return normal_quantile(a->alpha / 2, UPPER); }

/* Exactly a point at x = 0 and x = n, without rounding noise. */
static struct limits wald(const struct ask *a) {
  double p = a->x / a->n;
  return limits_cut(p, z_of(a) * sqrt(p * (a->x == a->n ? 0 : 1 - p) / a->n));
}

/* One root of Wilson's quadratic about the shifted share p; side -1 is the lower one. */
static double wilson_limit(double p, double n, double z, int side) {
  if (side < 0 && p <= 0) return 0;
  if (side > 0 && p >= 1) return 1;
  double half = z * z / (2 * n);
  double root = z * sqrt(p * (1 - p) / n + half / (2 * n));
  return (p + half + side * root) / (1 + 2 * half);
}

/* `shift` is the continuity correction, in people. */
static struct limits wilson_shifted(const struct ask *a, double shift) {
  double p = a->x / a->n, z = z_of(a), c = shift / a->n;
  return (struct limits){fmax(0, wilson_limit(p - c, a->n, z, -1)),
                         fmin(1, wilson_limit(p + c, a->n, z, 1))};
}

/* Score interval without correction: the default elsewhere. */
static struct limits wilson(const struct ask *a) { return wilson_shifted(a, 0); }

/* Score interval with the correction of R's prop.test. */
static struct limits wilson_cc(const struct ask *a) {
  return wilson_shifted(a, fmin(0.5, fabs(a->x - a->n / 2)));
}

/* May miss 0 % and 100 % before the cut, never after. */
static struct limits agresti_coull(const struct ask *a) {
  double z = z_of(a), n = a->n + z * z, p = (a->x + z * z / 2) / n;
  return limits_cut(p, z * sqrt(p * (1 - p) / n));
}

/* sin^2 on the quarter turn; angles beyond it are the ends. */
static double squared_sine(double angle) {
  double s = sin(fmin(fmax(angle, 0), acos(0)));
  return s * s;
}

/* Open shares only: 0 and n are answered elsewhere. */
static struct limits arcsine(const struct ask *a) {
  double middle = asin(sqrt(a->x / a->n)), half = z_of(a) / (2 * sqrt(a->n));
  return (struct limits){squared_sine(middle - half), squared_sine(middle + half)};
}

/* The inverse of the logit. */
static double logistic(double t) { return 1 / (1 + exp(-t)); }

/* Open shares only: 0 and n are answered elsewhere. */
static struct limits logit(const struct ask *a) {
  double middle = log(a->x) - log(a->n - a->x);
  double half = z_of(a) / sqrt(a->x * (a->n - a->x) / a->n);
  return (struct limits){logistic(middle - half), logistic(middle + half)};
}

typedef struct limits method_function(const struct ask *a);

static method_function *const methods[METHODS] = {
    wald,           wilson,     wilson_cc, agresti_coull, limits_clopper_pearson, limits_jeffreys,
    limits_mid_p,   limits_likelihood,     arcsine,       logit,                  limits_blaker};

/* Is it a whole number? */
static bool whole(double x) { return x == floor(x); }

/* The method that can answer: some need an open share, or whole counts. Sets the note. */
static enum plain_method usable(const struct ask *a, enum plain_method m, unsigned *notes) {
  bool edge = a->x == 0 || a->x == a->n;
  if (m == METHOD_WALD && edge) *notes |= NOTE_POINT;
  if ((m == METHOD_ARCSINE || m == METHOD_LOGIT) && edge) {
    *notes |= NOTE_EXACT;
    return METHOD_CLOPPER_PEARSON;
  }
  if (m == METHOD_BLAKER && !(whole(a->x) && whole(a->n))) {
    *notes |= NOTE_WHOLE;
    return METHOD_CLOPPER_PEARSON;
  }
  return m;
}

/* Domain, empty base, then the method or its stand-in. */
struct plain_interval plain_proportion(double x, double n, double conf, enum plain_method m) {
  struct plain_interval out = {NAN, NAN, NAN, NOTE_DOMAIN};
  if (!(n >= 0 && n < INFINITY && x >= 0 && x <= n && conf > 0 && conf < 1)) return out;
  if ((unsigned)m >= METHODS) return out;
  if (n == 0) return (struct plain_interval){NAN, 0, 1, NOTE_EMPTY};
  struct ask a = {x, n, 1 - conf};
  out.notes = 0;
  struct limits l = methods[usable(&a, m, &out.notes)](&a);
  out.estimate = x / n;
  out.low = l.low;
  out.high = l.high;
  return out;
}
