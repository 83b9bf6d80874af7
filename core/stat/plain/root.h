/* root.h - where a continuous function crosses zero, for the limits of intervals.
 *
 * Chandrupatla's method (Advances in Engineering Software 28, 1997, 145-149): inverse
 * quadratic interpolation when the three last points lie well for it, else bisection. Never
 * worse than about twice bisection, and it never leaves the bracket. Infinite values are fine:
 * they lead to bisection.
 */
#ifndef PLAIN_ROOT_H
#define PLAIN_ROOT_H

typedef double root_function(double x, const void *context);

/* A root between `low` and `high`, to about two units in the last place; when both ends have
 * the same sign, the end that is nearer to zero. */
double root_find(root_function *f, const void *context, double low, double high);

/* The same by Brent's method ("zeroin": Brent 1973, ch. 4; Forsythe, Malcolm and Moler 1977,
 * ch. 7), stopping where the bracket is as narrow as `tolerance`. Its last point is what other
 * programs print that use it with a wide tolerance; that is its only use here. */
double root_brent(root_function *f, const void *context, double low, double high,
                  double tolerance);

#endif
