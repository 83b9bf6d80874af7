/* share_interval.h - the interval of a share by design, under one list of names for all methods.
 *
 * A plain interval of x of n carries over to a design by what the variance says the base is
 * worth. With p the share, V its variance, df the degrees of freedom, t their quantile and z the
 * normal one, n_e = p (1 - p) / V:
 *
 *   wilson, arcsine, logit, xlogit   the plain interval of p on the base n_e (z / t)^2
 *   wald            p -+ t sqrt(V), beyond 0 and 1 where it gets there (as R's and Stata's; the
 *                   caller says so in words)
 *   likelihood      the same, with (n - 1) / n for the dispersion of the fit
 *   beta            Clopper-Pearson on n_e (t_{n-1} / t_df)^2, n the rows of the group, those
 *                   without an answer too: the numbers of R's survey        (alias kg_r)
 *   korn_graubard   the same with n the answers, and never more than n: the edition of the US
 *                   National Center for Health Statistics                   (alias kg_nchs)
 *
 * (Korn & Graubard, Survey Methodology 24, 1998, 193-201; Parker et al., Vital and Health
 * Statistics 2 (175), 2017; Wilson with n_e: Dean & Pagano, J. Survey Stat. Methodol. 3, 2015;
 * Rao & Scott, Ann. Stat. 12, 1984, for the likelihood.) So wilson is
 * (p + t^2 / 2 n_e) / (1 + t^2 / n_e) -+ ...
 *
 * At 0 % and 100 % V is 0 and says nothing: the limits are those of Clopper-Pearson on
 * min(n, n (t_{n-1} / t_df)^2), whatever the method. Between them a V of 0 gives the share as
 * both limits and a note.
 *
 * Worked example: p = 0.3, V = 0.0025, df = 14: n_e = 84, t = 2.145, Wald 0.3 -+ 0.107. Nobody of
 * 183 with df 14: n* = 183 (1.973 / 2.145)^2 = 154.9, limits 0 and 0.0235.
 */
#ifndef STAT_SHARE_INTERVAL_H
#define STAT_SHARE_INTERVAL_H

#include "stat/plain/plain.h"

/* Methods beyond those of plain.h, numbered behind them. */
enum share_method {
  SHARE_XLOGIT = METHODS,
  SHARE_BETA,
  SHARE_KORN_GRAUBARD,
  SHARE_KG_R,
  SHARE_KG_NCHS,
  SHARE_USUAL, /* has no name: logit by a declared design, wilson without one */
  SHARE_METHODS = SHARE_USUAL
};

/* plain_method_names, then those above; NULL at the end. A method of a share is an unsigned
 * number, its place here. */
extern const char *const share_method_names[SHARE_METHODS + 1];

/* What `method` stands for: the usual one and aliases are replaced. */
unsigned share_method_of(unsigned method, bool designed);

/* NULL when the method can be had by design; else the words that say which one to take instead,
 * "the interval \"jeffreys\" knows no design: use \"korn_graubard\"". */
const char *share_method_refusal(unsigned method);

/* What the interval is made from. */
struct share_basis {
  double p, variance, df;
  double n;    /* answers in the base, unweighted */
  double rows; /* of the group, those without an answer too */
  bool none, all; /* 0 % and 100 % */
  double quantile; /* Student's, df degrees of freedom, at (1 + conf) / 2, where the caller has it:
                      shares of a group have one; 0: to be found */
};

/* estimate p; limits NaN where there is no interval: df <= 0 (no note: the caller's own), a share
 * outside [0, 1] (NOTE_DOMAIN). `edge`: the limits are those of 0 % and 100 %. `fixed`: the
 * variance is 0, both limits are p. Methods without a design are not to be asked for. */
struct share_limits {
  double low, high;
  unsigned notes; /* of plain.h */
  bool edge, fixed;
};
struct share_limits share_interval(const struct share_basis *s, double conf, unsigned method);

/* Is the variance of a share p nothing but rounding, so that the design fixes the share? */
bool share_is_fixed(double p, double variance);

#endif
