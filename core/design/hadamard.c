/* hadamard.c - see replicates.h: matrices of +1 and -1 whose columns are orthogonal.
 *
 * Balanced half-samples need one for as many strata as there are (McCarthy, Rev. Int. Stat. Inst.
 * 37, 1969). An order n is 1, 2 or a multiple of 4. Ways to make one:
 *
 *   Paley I     n = q + 1, q = 3 mod 4       rows and columns by the character of GF(q):
 *   Paley II    n = 2 (q + 1), q = 1 mod 4   chi(x) = 1 for squares, -1 for others, 0 for 0
 *   Kronecker   n = a b from matrices of orders a and b (Sylvester's doubling is a = 2)
 *
 * (Sylvester, Phil. Mag. 34, 1867; Paley, J. Math. Phys. 12, 1933.) q is a prime or the square or
 * cube of one; elements of GF(p^k) are the polynomials below degree k, numbered in base p, times
 * modulo a polynomial without a root, which for degrees 2 and 3 is one without factors. Up to
 * 1000 this makes 195 of the 250 multiples of 4 (the first it lacks is 92); elsewhere the next
 * order is taken, which costs replicates, not correctness.
 *
 * Worked example: q = 3, chi(0, 1, 2) = 0, 1, -1: order 4, with rows
 *   + + + +     (before rows are turned so that the first column is all +)
 *   - + + -     entry (i, j) of the lower right part: chi(j - i), + on the diagonal
 *   - - + +
 *   - + - +
 *
 * A field with k = 2: q = 9, p = 3, and x^2 = 2 has no root modulo 3. The element a + b x is the
 * number a + 3 b; its square is a^2 + 2 b^2 + 2 a b x:
 *
 *   element   0  1  2  3  4  5  6  7  8
 *   square    0  1  1  2  6  3  2  3  6         squares are 1, 2, 3, 6
 *   chi       0  +  +  +  -  -  +  -  -         q = 1 mod 4: chi(-y) = chi(y), hence Paley II
 *
 * Invariant: the first column is all +1, so every other one has as many + as -. Owner of the
 * signs: the caller. Cost: order^2.
 */
#include <string.h>

#include "design/replicates.h"

/* The largest order; its signs take 16 MiB. More strata than that want a jackknife. */
enum { HADAMARD_MOST = 4096 };

/* ---- fields -------------------------------------------------------------------------------- */

/* GF(p^k), k = 1, 2 or 3: x^k = reduce[0] + reduce[1] x + reduce[2] x^2. */
struct field {
  size_t p, k, q;   /* q = p^k elements, numbered 0 .. q - 1 */
  size_t reduce[3]; /* digits below p; not looked at where k is 1 */
};

/* p and k of q = p^k with k at most 3; false for other numbers. The smallest divisor above 1 is
 * p. */
static bool field_size(struct field *f, size_t q) {
  size_t p = 2, rest = q;
  while (p * p <= q && q % p) p++;
  if (q < 3) return false;
  if (p * p > q) p = q;
  *f = (struct field){.p = p, .q = q};
  for (; rest % p == 0; rest /= p) f->k++;
  return rest == 1 && f->k <= 3;
}

/* Has x^k - reduce a root in GF(p)? Numbers stay below p^2 * k: no overflow. */
static bool field_splits(const struct field *f) {
  for (size_t x = 0; x < f->p; x++) {
    size_t power = 1, value = 0;
    for (size_t i = 0; i < f->k; i++, power = power * x % f->p) value += f->reduce[i] * power;
    if (power == value % f->p) return true;
  }
  return false;
}

/* The first polynomial without a root, in the order of its digits. There always is one: about a
 * third of all polynomials of degree 2 or 3 have no factor. */
static void field_find(struct field *f) {
  for (size_t number = 1; f->k > 1 && number < f->q; number++) {
    size_t rest = number;
    for (size_t i = 0; i < f->k; i++, rest /= f->p) f->reduce[i] = rest % f->p;
    if (!field_splits(f)) return;
  }
}

/* The coefficients of an element, lowest first; 0 from k on. */
static void field_digits(size_t out[3], const struct field *f, size_t x) {
  for (size_t i = 0; i < 3; i++, x /= f->p) out[i] = x % f->p;
}

/* x * x: the product of polynomials, its high powers taken down one by one, from the highest: x^4
 * of a cube's field becomes powers 1 to 3, x^3 then powers 0 to 2. */
static size_t field_square(const struct field *f, size_t x) {
  size_t a[3], product[5] = {0}, number = 0;
  field_digits(a, f, x);
  for (size_t i = 0; i < f->k; i++)
    for (size_t j = 0; j < f->k; j++) product[i + j] += a[i] * a[j];
  for (size_t top = 2 * f->k - 2; top >= f->k; top--)
    for (size_t i = 0; i < f->k; i++)
      product[top - f->k + i] += product[top] % f->p * f->reduce[i];
  for (size_t i = f->k; i-- > 0;) number = number * f->p + product[i] % f->p;
  return number;
}

/* x - y, digit by digit: polynomials subtract without a carry. */
static size_t field_minus(const struct field *f, size_t x, size_t y) {
  size_t a[3], c[3], number = 0;
  field_digits(a, f, x);
  field_digits(c, f, y);
  for (size_t i = f->k; i-- > 0;) number = number * f->p + (a[i] + f->p - c[i]) % f->p;
  return number;
}

/* ---- which orders -------------------------------------------------------------------------- */

/* *f is the field of order n - 1, without its polynomial. */
static bool is_paley_1(struct field *f, size_t n) {
  return n >= 4 && n % 4 == 0 && field_size(f, n - 1);
}

/* *f is the field of order n / 2 - 1. */
static bool is_paley_2(struct field *f, size_t n) {
  return n >= 12 && n % 4 == 0 && (n / 2 - 1) % 4 == 1 && field_size(f, n / 2 - 1);
}

static bool is_known(size_t n); /* it and first_factor call each other */

/* The smallest a of n = a b with both orders known; 0 when there is none. */
static size_t first_factor(size_t n) {
  for (size_t a = 2; a * a <= n; a++)
    if (n % a == 0 && is_known(a) && is_known(n / a)) return a;
  return 0;
}

/* Orders shrink from call to call, so this ends; at most 12 levels for 4096. */
static bool is_known(size_t n) {
  struct field f;
  return n == 1 || n == 2 || is_paley_1(&f, n) || is_paley_2(&f, n) || first_factor(n);
}

/* ---- making -------------------------------------------------------------------------------- */

/* The character of column - row, elements i and j of the field. */
static signed char chi_at(const signed char *chi, const struct field *f, size_t i, size_t j) {
  return chi[field_minus(f, j, i)];
}

/* chi of every element of the field, by squaring all: half of those above 0 are squares, each met
 * twice. */
static void fill_chi(signed char *chi, struct field *f) {
  field_find(f);
  memset(chi, -1, f->q);
  for (size_t x = 1; x < f->q; x++) chi[field_square(f, x)] = 1;
  chi[0] = 0;
}

/* I + S, S with a first row of +, a first column of - and the characters. For q = 3 mod 4,
 * chi(-x) = -chi(x), so S' = -S and (I + S)(I + S)' = I + S S' = n I. */
static void make_paley_1(signed char *signs, const signed char *chi, const struct field *f) {
  size_t n = f->q + 1;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      signed char s = i == 0 ? 1 : j == 0 ? -1 : chi_at(chi, f, i - 1, j - 1);
      signs[i * n + j] = i == j ? 1 : s;
    }
}

/* A symmetric C with 0 on its diagonal, C C' = (n / 2 - 1) I: 0 becomes (+ -; - -), +1 (+ +; +
 * -), -1 its opposite, which makes the rows orthogonal again. */
static void make_paley_2(signed char *signs, const signed char *chi, const struct field *f) {
  size_t half = f->q + 1, n = 2 * half;
  for (size_t i = 0; i < half; i++)
    for (size_t j = 0; j < half; j++) {
      signed char c = i == 0 || j == 0 ? 1 : chi_at(chi, f, i - 1, j - 1);
      signed char *at = signs + 2 * i * n + 2 * j;
      at[0] = i == j ? 1 : c;
      at[1] = at[n] = i == j ? -1 : c;
      at[n + 1] = i == j ? -1 : (signed char)-c;
    }
}

/* Either of Paley's, by the table of characters. BILAN_NOMEM. */
static bilan_status make_paley(bilan *b, signed char *signs, struct field *f, bool first) {
  signed char *chi = mem_array(&b->mem, f->q, 1);
  if (!chi) return fail_nomem(b);
  fill_chi(chi, f);
  if (first) make_paley_1(signs, chi, f);
  else make_paley_2(signs, chi, f);
  mem_free(&b->mem, chi);
  return BILAN_OK;
}

static bilan_status make_order(bilan *b, signed char *signs, size_t n);

/* Every sign of the left matrix times the whole right one: entry (i, j) is that of block (i / c,
 * j / c) times that within the block. */
static void multiply(signed char *signs, const signed char *left, size_t a,
                     const signed char *right, size_t c) {
  size_t n = a * c;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      signs[i * n + j] = (signed char)(left[i / c * a + j / c] * right[i % c * c + j % c]);
}

/* Both factors, then their product. BILAN_NOMEM. */
static bilan_status make_product(bilan *b, signed char *signs, size_t n) {
  size_t a = first_factor(n), c = n / a;
  signed char *left = mem_array(&b->mem, a, a), *right = mem_array(&b->mem, c, c);
  bilan_status status = left && right ? BILAN_OK : fail_nomem(b);
  if (!status) status = make_order(b, left, a);
  if (!status) status = make_order(b, right, c);
  if (!status) multiply(signs, left, a, right, c);
  mem_free(&b->mem, right);
  mem_free(&b->mem, left);
  return status;
}

/* A known order; products last, since they call this again. */
static bilan_status make_order(bilan *b, signed char *signs, size_t n) {
  static const signed char two[4] = {1, 1, 1, -1};
  struct field f;
  if (n <= 2) {
    memcpy(signs, two, n * n);
    return BILAN_OK;
  }
  if (is_paley_1(&f, n)) return make_paley(b, signs, &f, true);
  if (is_paley_2(&f, n)) return make_paley(b, signs, &f, false);
  return make_product(b, signs, n);
}

/* Turns rows so that they begin with +1, which leaves columns orthogonal. */
static void turn_rows(signed char *signs, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = n; j-- > 0;)
      signs[i * n + j] = (signed char)(signs[i * n + j] * signs[i * n]);
}

/* The smallest known order from `least` on. Doubling is always possible, so the search is
 * short. */
bilan_status hadamard_make(bilan *b, signed char **signs, size_t *order, size_t least) {
  size_t n = least ? least : 1;
  while (n <= HADAMARD_MOST && !is_known(n)) n++;
  if (n > HADAMARD_MOST)
    return fail(b, BILAN_LIMIT, "no Hadamard matrix of order %zu or more: at most %d", least,
                (int)HADAMARD_MOST);
  signed char *made = mem_array(&b->mem, n, n);
  if (!made) return fail_nomem(b);
  bilan_status status = make_order(b, made, n);
  if (status) {
    mem_free(&b->mem, made);
    return status;
  }
  turn_rows(made, n);
  *signs = made;
  *order = n;
  return BILAN_OK;
}
