/* glm_family.h - distributions and links of generalised linear models.
 *
 *   family                     V(mu)        canonical link   others
 *   gaussian                   1            identity         log
 *   binomial, quasibinomial    mu (1 - mu)  logit            probit, cloglog, log, identity
 *   poisson, quasipoisson      mu           log              identity
 *
 * (McCullagh & Nelder, Generalized Linear Models, 1989, ch. 2.) A quasi family has the same
 * estimates as its parent: design-based standard errors take the dispersion from the data in both.
 *
 * Pure functions. Means stay inside their range by an ulp, so that a weight is never 0 / 0.
 */
#ifndef STAT_GLM_FAMILY_H
#define STAT_GLM_FAMILY_H

#include <stdbool.h>

enum family { GAUSSIAN, BINOMIAL, QUASIBINOMIAL, POISSON, QUASIPOISSON, FAMILIES };
extern const char *const family_names[FAMILIES + 1]; /* in that order, "gaussian", ...; NULL */

enum link { LINK_IDENTITY, LINK_LOG, LINK_LOGIT, LINK_PROBIT, LINK_CLOGLOG, LINKS };
extern const char *const link_names[LINKS + 1];

enum link family_link(enum family f);              /* the canonical one */
bool family_takes(enum family f, enum link link);
bool family_accepts(enum family f, double y);      /* is y a possible answer? */
bool family_inside(enum family f, double mu);      /* is mu a possible mean? */
double family_start(enum family f, double y, double weight); /* a mean to begin with */
double family_variance(enum family f, double mu);
double family_deviance(enum family f, double y, double mu); /* of one answer, at least 0 */

double link_eta(enum link link, double mu);
double link_mean(enum link link, double eta);
double link_slope(enum link link, double eta);     /* d mu / d eta */

#endif
