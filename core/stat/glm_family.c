/* glm_family.c - see glm_family.h. Each function is a switch over the family or the link.
 *
 * Deviances of one answer (McCullagh & Nelder, 1989, table 2.1), with 0 ln 0 = 0:
 *   gaussian  (y - mu)^2
 *   binomial  2 (y ln(y / mu) + (1 - y) ln((1 - y) / (1 - mu)))
 *   poisson   2 (y ln(y / mu) - (y - mu))
 *
 * Worked examples: binomial y = 1 at mu = 0.25: 2 ln 4 = 2.773. Poisson y = 2 at mu = 1: 2 (2 ln 2
 * - 1) = 0.773. Links at mu = 0.5: logit 0, probit 0, cloglog ln(ln 2) = -0.367.
 *
 * Links and their slopes s = d mu / d eta:
 *   log      mu = e^eta              s = mu
 *   logit    mu = 1 / (1 + e^-eta)   s = mu (1 - mu)
 *   probit   mu = Phi(eta)           s = phi(eta)
 *   cloglog  mu = 1 - exp(-e^eta)    s = e^(eta - e^eta)
 */
#include "stat/glm_family.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "stat/dist/dist.h"

const char *const family_names[FAMILIES + 1] = {"gaussian", "binomial",     "quasibinomial",
                                                "poisson",  "quasipoisson", NULL};
const char *const link_names[LINKS + 1] = {"identity", "log", "logit", "probit", "cloglog", NULL};

/* Are the answers shares? */
static bool is_binomial(enum family f) { return f == BINOMIAL || f == QUASIBINOMIAL; }

/* The canonical link: the one whose equations are sum w (y - mu) x = 0, as mu' is then V(mu). Taken
 * where none is named. */
enum link family_link(enum family f) {
  if (f == GAUSSIAN) return LINK_IDENTITY;
  return is_binomial(f) ? LINK_LOGIT : LINK_LOG;
}

/* Shares may take any link; identity and log may lead out of the range, which the fit watches. */
bool family_takes(enum family f, enum link link) {
  return is_binomial(f) || link == LINK_IDENTITY || link == LINK_LOG;
}

/* Shares between 0 and 1 are answers too: means of several trials. */
bool family_accepts(enum family f, double y) {
  if (f == GAUSSIAN) return true;
  return y >= 0 && (!is_binomial(f) || y <= 1);
}

/* Open ranges: at 0 or 1 the variance is 0 and the weight infinite. */
bool family_inside(enum family f, double mu) {
  if (f == GAUSSIAN) return isfinite(mu);
  return mu > 0 && isfinite(mu) && (!is_binomial(f) || mu < 1);
}

/* Inside the range whatever y is. Of a binomial: the share of y and half a success in two halves of
 * a trial more, y having `weight` trials. */
double family_start(enum family f, double y, double weight) {
  if (f == GAUSSIAN) return y;
  return is_binomial(f) ? (weight * y + 0.5) / (weight + 1) : y + 0.1;
}

/* V(mu), the variance at a dispersion of 1. */
double family_variance(enum family f, double mu) {
  if (f == GAUSSIAN) return 1;
  return is_binomial(f) ? mu * (1 - mu) : mu;
}

/* y ln(y / mu), 0 for y = 0. */
static double entropy(double y, double mu) { return y > 0 ? y * log(y / mu) : 0; }

/* 0 where mu = y; twice the loss of log-likelihood against that. */
double family_deviance(enum family f, double y, double mu) {
  if (f == GAUSSIAN) return (y - mu) * (y - mu);
  if (is_binomial(f)) return 2 * (entropy(y, mu) + entropy(1 - y, 1 - mu));
  return 2 * (entropy(y, mu) - (y - mu));
}

/* g(mu). */
double link_eta(enum link link, double mu) {
  switch (link) {
  case LINK_LOG: return log(mu);
  case LINK_LOGIT: return log(mu / (1 - mu));
  case LINK_PROBIT: return normal_quantile(mu, LOWER);
  case LINK_CLOGLOG: return log(-log1p(-mu));
  default: return mu;
  }
}

/* A share kept off 0 and 1. */
static double inner(double p) { return fmin(fmax(p, DBL_EPSILON), 1 - DBL_EPSILON); }

/* The inverse of g. */
double link_mean(enum link link, double eta) {
  switch (link) {
  case LINK_LOG: return fmax(exp(eta), DBL_EPSILON);
  case LINK_LOGIT: return inner(1 / (1 + exp(-eta)));
  case LINK_PROBIT: return inner(normal_cdf(eta, LOWER));
  case LINK_CLOGLOG: return inner(-expm1(-exp(eta)));
  default: return eta;
  }
}

/* Away from 0, so that it may divide: the logit's by means that stay inside (inner), the others by
 * their floor of an ulp. */
double link_slope(enum link link, double eta) {
  double mu;
  switch (link) {
  case LINK_LOG: return fmax(exp(eta), DBL_EPSILON);
  case LINK_LOGIT: mu = link_mean(link, eta); return mu * (1 - mu);
  case LINK_PROBIT: return fmax(normal_density(eta), DBL_EPSILON);
  case LINK_CLOGLOG: return fmax(exp(eta - exp(eta)), DBL_EPSILON);
  default: return 1;
  }
}
